import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** Bars a state from being called at once: while its emergency ban is on. */
export function BarState({ state }: { state: string }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const { save, isSaving, error } = useSaving(
    () =>
      ask('put', '/calling-switches/{state}/ban', {
        params: { state },
        body: { ban: { reason, untilAt: until === '' ? null : new Date(until).toISOString() } },
      }),
    () => setOpen(false),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        Bar {state}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={`Bar ${state}`}>
        <form onSubmit={submit}>
          <Stack>
            <div>From now on nobody in {state} is called; what has been cleared and not dialled is refused.</div>
            <ProblemNote error={error} />
            <Textarea
              label="Reason"
              required
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label="Until"
              description="Empty: until it is lifted."
              value={until}
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpen(false)}>
                Go back
              </Button>
              <Button type="submit" loading={isSaving}>
                Bar the state
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
