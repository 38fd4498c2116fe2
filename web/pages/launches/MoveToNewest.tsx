import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import type { Launch } from './LaunchPage.tsx';

/** A running launch keeps the words it began with until somebody moves it, having seen who would move where. */
export function MoveToNewest({ launch: { id, newestVersion } }: { launch: Launch }) {
  const params = { launchId: id, version: String(newestVersion) };
  return (
    <Confirm
      label={`Move to version ${newestVersion}`}
      title={`Go over to version ${newestVersion}?`}
      act={() => ask('post', '/launches/{launchId}/moves/{version}', { params })}
    >
      <WhoMovesWhere params={params} />
    </Confirm>
  );
}

function WhoMovesWhere({ params }: { params: { launchId: string; version: string } }) {
  const { data, error } = useQuery({
    queryKey: ['move', params],
    queryFn: () => ask('get', '/launches/{launchId}/moves/{version}', { params }),
  });
  if (!data) return error ? <ProblemNote error={error} /> : <Waiting />;
  return (
    <>
      <p>
        {counted(data.moves, 'person', 'people')} move to the new words, {counted(data.stays, 'person', 'people')} keep theirs.
        Newcomers get the new ones.
      </p>
      <ul>
        {data.places.map(({ version, step, people, movesTo }) => (
          <li key={`${version} ${step}`}>
            {counted(people, 'person', 'people')} at step {step + 1} of version {version}:{' '}
            {movesTo ? `to ${movesTo.stepId}` : 'stay, their step is gone'}
          </li>
        ))}
      </ul>
    </>
  );
}
