import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ask, type Row } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';

type Task = Row<'/tasks'>;

/** What a task of each kind can end with; the first is what one mostly wants. */
const verbs: Readonly<Record<Task['kind'], readonly (readonly [outcome: string, label: string])[]>> = {
  manual: [['done', 'Done']],
  call: [
    ['connected', 'Connected'],
    ['no_answer', 'No answer'],
    ['voicemail', 'Voicemail'],
    ['wrong_number', 'Wrong number'],
    ['do_not_call', 'Do not call'],
  ],
  reply: [['done', 'Answered']],
  forward_failed: [['done', 'Seen']],
  unknown_outcome: [
    ['sent', 'It arrived'],
    ['not_sent', 'It did not'],
  ],
  soft_bounces: [
    ['go_on', 'Go on'],
    ['stop', 'Stop'],
  ],
};

export function TaskVerbs({ task: { id, kind, state, contact } }: { task: Task }) {
  const [note, setNote] = useState('');
  const { save, isSaving, error } = useSaving((outcome: string) =>
    ask('post', '/tasks/{taskId}/done', { params: { taskId: id }, body: { outcome, note } }),
  );
  if (!useMay()('tasks.write') || state !== 'open') return null;
  return (
    <>
      <ProblemNote error={error} />
      <Group gap="xs">
        {kind === 'reply' && contact.email !== null && (
          <Button component="a" href={`mailto:${encodeURIComponent(contact.email)}`}>
            Answer
          </Button>
        )}
        {verbs[kind].map(([outcome, label]) => (
          <Button key={outcome} variant="default" loading={isSaving} onClick={() => save(outcome)}>
            {label}
          </Button>
        ))}
        <TextInput
          aria-label="Note"
          placeholder="Note"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          flex="1 1 160px"
          maw={360}
        />
      </Group>
    </>
  );
}
