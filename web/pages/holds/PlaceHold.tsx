import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { ContactPicker } from '../../parts/ContactPicker.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type Kind = Body<'post', '/legal-holds'>['kind'];

export function PlaceHold() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Place a hold</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Place a legal hold">
        {isOpen && <Form close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ close }: { close: () => void }) {
  const [kind, setKind] = useState<Kind>('account');
  const [matter, setMatter] = useState('');
  const [reason, setReason] = useState('');
  const [contactIds, setContactIds] = useState<string[]>([]);
  const { save, isSaving, error, fault } = useSaving(
    () =>
      ask('post', '/legal-holds', {
        body:
          kind === 'account'
            ? { kind, reason }
            : kind === 'contact'
              ? { kind, reason, contactIds }
              : { kind, reason, matter, contactIds },
      }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <NativeSelect
          label="What is held"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Kind)}
          data={[
            { value: 'account', label: 'The whole account' },
            { value: 'contact', label: 'People' },
            { value: 'matter', label: 'The people of a matter' },
          ]}
        />
        {kind === 'matter' && (
          <TextInput label="Matter" required value={matter} onChange={(event) => setMatter(event.currentTarget.value)} />
        )}
        {kind !== 'account' && (
          <>
            <ContactPicker
              label="Add a person"
              value={undefined}
              onChange={(id) => id !== undefined && setContactIds((before) => [...new Set([...before, id])])}
            />
            <Text role="status">{contactIds.length === 1 ? 'One person' : `${contactIds.length} people`} chosen</Text>
          </>
        )}
        <Textarea
          label="Reason"
          description="Who asked for it, and for what proceeding."
          required
          autosize
          minRows={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={fault('/reason')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={isSaving}>
            Hold
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
