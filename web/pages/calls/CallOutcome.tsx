import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

const afterCalling = [
  ['connected', 'Connected'],
  ['no_answer', 'No answer'],
  ['voicemail', 'Voicemail'],
] as const;
/** What one can know without having called. */
const always = [
  ['wrong_number', 'Wrong number'],
  ['do_not_call', 'Do not call'],
] as const;

/** How a call ended, or when to call again. */
export function CallOutcome({ taskId, wasDialled }: { taskId: string; wasDialled: boolean }) {
  const [note, setNote] = useState('');
  const [at, setAt] = useState('');
  const end = useSaving((outcome: string) =>
    ask('post', '/tasks/{taskId}/done', { params: { taskId }, body: { outcome, note } }),
  );
  const again = useSaving(
    () => ask('post', '/tasks/{taskId}/call-back', { params: { taskId }, body: { at: new Date(at).toISOString(), note } }),
    () => setAt(''),
  );
  return (
    <>
      <ProblemNote error={end.error ?? again.error} />
      <Group gap="xs" align="flex-end">
        {[...(wasDialled ? afterCalling : []), ...always].map(([outcome, label]) => (
          <Button key={outcome} variant="default" loading={end.isSaving} onClick={() => end.save(outcome)}>
            {label}
          </Button>
        ))}
        <TextInput label="Note" value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <TextInput
          type="datetime-local"
          label="Call back at"
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
          error={again.fault('/at')}
        />
        <Button variant="default" disabled={at === ''} loading={again.isSaving} onClick={() => again.save()}>
          Call back
        </Button>
      </Group>
    </>
  );
}
