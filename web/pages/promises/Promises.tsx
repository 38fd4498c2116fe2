import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { Clauses } from './Clauses.tsx';
import { Clocks } from './Clocks.tsx';

/** Whether a promise is about to break: the clocks that run, and how each clause of the policy stands. */
export function Promises() {
  const { data, error } = useQuery({
    queryKey: ['promises'],
    queryFn: () => ask('get', '/promises'),
    refetchInterval: 10_000,
  });
  return (
    <Page title="Promises" about="The clocks that run, what is due first comes first. Red is only where somebody must act.">
      <Clocks />
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <Clauses clauses={data.items} />}
    </Page>
  );
}
