import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { bases } from './bases.ts';

/** Whether a number is on the list. */
export function Looked({ number }: { number: string }) {
  const { data, error } = useQuery({
    queryKey: ['do-not-call', number],
    queryFn: () => ask('get', '/do-not-call', { query: { number } }),
  });
  return (
    <div role="status" className="panel">
      <ProblemNote error={error} />
      {data &&
        (data.listed ? (
          <>
            <State tone="bad">must not be called</State> since <When at={data.listed.askedAt} absolute />:{' '}
            {bases[data.listed.basis]}
          </>
        ) : (
          <State>not on this list</State>
        ))}
    </div>
  );
}
