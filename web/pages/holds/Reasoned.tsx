import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** A button that does something for which the record wants a reason. */
export function Reasoned({
  label,
  title,
  children,
  act,
}: {
  label: string;
  title: string;
  children: ReactNode;
  act: (reason: string) => Promise<unknown>;
}) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { save, isSaving, error, fault } = useSaving(
    () => act(reason),
    () => setOpen(false),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={title}>
        <form onSubmit={submit}>
          <Stack>
            <div>{children}</div>
            <ProblemNote error={error} />
            <Textarea
              label="Reason"
              required
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              error={fault('/reason')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={isSaving}>
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
