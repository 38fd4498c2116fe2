import { Button, FileInput, Group, Modal, NativeSelect, Stack, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { base64 } from './base64.ts';

type Asked = Body<'post', '/breaches/{incidentId}/holds'>;

/** What law enforcement asks for, or a decision not to notify: it counts once another officer has confirmed it. */
export function AskHold({ incidentId }: { incidentId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Hold or decide
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Hold the notice, or decide not to notify">
        {isOpen && <Form incidentId={incidentId} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ incidentId, close }: { incidentId: string; close: () => void }) {
  const [kind, setKind] = useState<Asked['kind']>('law_enforcement');
  const [authority, setAuthority] = useState('');
  const [until, setUntil] = useState('');
  const [places, setPlaces] = useState('');
  const [reason, setReason] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const { save, isSaving, error, fault } = useSaving(async () => {
    const states = places.toUpperCase().match(/[A-Z]{2}/g) ?? [];
    const document = file && { name: file.name, base64: await base64(file) };
    const body: Asked =
      kind === 'law_enforcement' && document
        ? { kind, states, reason, authority, untilAt: new Date(until).toISOString(), document }
        : { kind: kind === 'encryption' ? kind : 'risk_of_harm', states, reason };
    return ask('post', '/breaches/{incidentId}/holds', { params: { incidentId }, body });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <NativeSelect
          label="What"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Asked['kind'])}
          data={[
            { value: 'law_enforcement', label: 'Law enforcement asks for a delay' },
            { value: 'risk_of_harm', label: 'Not to notify: no risk of harm' },
            { value: 'encryption', label: 'Not to notify: the data were encrypted' },
          ]}
        />
        {kind === 'law_enforcement' && (
          <>
            <TextInput
              label="Authority"
              required
              value={authority}
              onChange={(event) => setAuthority(event.currentTarget.value)}
            />
            <TextInput
              label="Until"
              type="datetime-local"
              required
              value={until}
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
            <FileInput label="Its document" required value={file} onChange={setFile} />
          </>
        )}
        <TextInput
          label="States"
          description="By postal code, as CA, NY; empty: everywhere."
          value={places}
          onChange={(event) => setPlaces(event.currentTarget.value)}
        />
        <Textarea
          label="Reason"
          description="The written record that the states ask for."
          required
          autosize
          minRows={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={fault('/reason')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={isSaving}>
            Ask another officer
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
