import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** One number. When this answers, nobody is cleared to call it any more. */
export function AddNumber({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Do not call">
      {isOpen && <Form close={close} />}
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const [number, setNumber] = useState('');
  const [basis, setBasis] = useState<'email' | 'form'>('email');
  const [done, setDone] = useState<Reply<'post', '/do-not-call'> | null>(null);
  const { save, isSaving, error, fault } = useSaving(() => ask('post', '/do-not-call', { body: { number, basis } }), setDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  if (done)
    return (
      <Stack role="status">
        <Text>In force now, for everybody here. {counted(done.closedTasks, 'open call')} closed.</Text>
        <Button onClick={close} data-autofocus>
          Done
        </Button>
      </Stack>
    );
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <TextInput
          label="Number"
          description="There is no way back by software: the request binds for good."
          required
          data-autofocus
          inputMode="tel"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          error={fault('/number')}
        />
        <SegmentedControl
          aria-label="How the person asked"
          value={basis}
          onChange={setBasis}
          data={[
            { value: 'email', label: 'by e-mail' },
            { value: 'form', label: 'by a form or letter' },
          ]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving}>
            Never call it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
