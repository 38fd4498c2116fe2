import { Button, Group, Menu } from '@mantine/core';
import { ask, type Row } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type Person = Row<'/launches/{launchId}/people'>;

const paths = {
  pause: '/launches/{launchId}/people/{enrolmentId}/pause',
  resume: '/launches/{launchId}/people/{enrolmentId}/resume',
  replied: '/launches/{launchId}/people/{enrolmentId}/replied',
  finish: '/launches/{launchId}/people/{enrolmentId}/finish',
  remove: '/launches/{launchId}/people/{enrolmentId}/remove',
} as const;

/** What can be done to one person: a menu, so that nothing happens on one click. */
export function PersonVerbs({ launchId, person: { enrolmentId, state, contact } }: { launchId: string; person: Person }) {
  const { save, isSaving, error } = useSaving((verb: keyof typeof paths) =>
    ask('post', paths[verb], { params: { launchId, enrolmentId } }),
  );
  if (state === 'blocked' || state === 'finished' || state === 'stopped') return null;
  return (
    <Group>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            loading={isSaving}
            aria-label={`Act on ${contact.name ?? contact.email ?? 'this person'}`}
          >
            ⋯
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {state === 'paused' ? (
            <Menu.Item onClick={() => save('resume')}>Resume</Menu.Item>
          ) : (
            <Menu.Item onClick={() => save('pause')}>Pause, keeping place and delay</Menu.Item>
          )}
          <Menu.Item onClick={() => save('replied')}>Has answered by another road</Menu.Item>
          <Menu.Item onClick={() => save('finish')}>Finish: send nothing more, keep the history</Menu.Item>
          <Menu.Item onClick={() => save('remove')}>Remove from the launch</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ProblemNote error={error} />
    </Group>
  );
}
