import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Cancelled } from './Cancelled.tsx';

/** One address or domain. When this answers, no message to it can begin any more. */
export function AddSuppression({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Suppress somebody">
      {isOpen && <Form close={close} />}
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [channel, setChannel] = useState<'email' | 'all'>('email');
  const [done, setDone] = useState<{ sends: number; enrolments: number; tasks: number } | null>(null);
  const isDomain = !/.@/.test(text);
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('post', '/suppressions', { body: { ...(isDomain ? { domain: text.replace(/^@/, '') } : { address: text }), channel } }),
    ({ cancelled }) => setDone(cancelled),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  if (done) return <Cancelled cancelled={done} close={close} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <TextInput
          label="Address or domain"
          description="somebody@example.com, or example.com for everybody there. There is no way back by software: ask the person."
          required
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value.trim())}
          error={fault('/address') ?? fault('/domain')}
        />
        <SegmentedControl
          aria-label="What they get no more"
          value={channel}
          onChange={setChannel}
          data={[
            { value: 'email', label: 'no e-mail' },
            { value: 'all', label: 'no e-mail, no calls' },
          ]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving}>
            {text !== '' && isDomain ? 'Suppress the domain' : 'Suppress'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
