import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { useMay } from '../../shell/session.ts';
import { AddPeople } from './AddPeople.tsx';
import type { Launch } from './LaunchPage.tsx';
import { MoveToNewest } from './MoveToNewest.tsx';

/** What can be done to a launch as it stands: each says in numbers what it will do. */
export function LaunchVerbs({ launch }: { launch: Launch }) {
  const { id, state, people, steps, version, newestVersion } = launch;
  const params = { launchId: id };
  if (!useMay()('launches.write') || state === 'stopped' || state === 'finished') return null;
  const open = (people.waiting ?? 0) + (people.queued ?? 0) + (people.paused ?? 0);
  const count = (...names: string[]) =>
    steps.reduce((sum, { counts }) => sum + names.reduce((part, name) => part + (counts[name] ?? 0), 0), 0);
  const planned = count('planned', 'held', 'claimed');
  const late = steps.reduce((sum, { held }) => sum + (held.late ?? 0), 0);
  return (
    <>
      {late > 0 && (
        <Confirm
          label="Send what is late"
          title="Send what was held because it is late?"
          act={() => ask('post', '/launches/{launchId}/release', { params })}
        >
          {counted(late, 'message')} more than a day late will go in the next window of each recipient.
        </Confirm>
      )}
      <AddPeople launchId={id} />
      {version < newestVersion && <MoveToNewest launch={launch} />}
      {state === 'paused' ? (
        <Confirm
          key="resume"
          label="Resume"
          title="Resume this launch?"
          act={() => ask('post', '/launches/{launchId}/resume', { params })}
        >
          {counted(open, 'person', 'people')} go on where they were, with the delay that was left.
        </Confirm>
      ) : (
        <Confirm
          key="pause"
          label="Pause"
          title="Pause this launch?"
          act={() => ask('post', '/launches/{launchId}/pause', { params })}
        >
          {counted(planned, 'planned message')} to {counted(open, 'person', 'people')} will wait until you resume. Everybody keeps
          their place and remaining delay.
        </Confirm>
      )}
      <Confirm
        label="Stop"
        title="Stop this launch for good?"
        dangerous
        act={() => ask('post', '/launches/{launchId}/stop', { params })}
      >
        Cancels {counted(planned, 'planned message')} and ends the sequence for {counted(open, 'person', 'people')}. This cannot
        be undone; to wait instead, pause.
      </Confirm>
    </>
  );
}
