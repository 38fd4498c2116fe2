import { Button, FileInput, Group, Modal, Stack, Textarea, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { useMay } from '../../shell/session.ts';
import { base64 } from './base64.ts';
import type { Incident } from './Clocks.tsx';

type Line = Incident['lines'][number];

/** The task to tell a regulator or the bureaus: the text to paste into the portal, the receipt as evidence, or an address to mail it to. */
export function FileLine({ incidentId, line, isNext = false }: { incidentId: string; line: Line; isNext?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  if (!useMay()('breaches.write')) return null;
  return (
    <>
      <Button size={isNext ? 'sm' : 'xs'} variant={isNext ? 'filled' : 'default'} onClick={() => setOpen(true)}>
        File
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={[line.state, line.recipient].filter(Boolean).join(': ')}
        size="lg"
      >
        {isOpen && <Filing incidentId={incidentId} line={line} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Filing({ incidentId, line, close }: { incidentId: string; line: Line; close: () => void }) {
  const [note, setNote] = useState('');
  const [receipt, setReceipt] = useState<File | null>(null);
  const [email, setEmail] = useState(line.email ?? '');
  const params = { incidentId, lineId: line.id };
  const { data: notice } = useQuery({
    queryKey: ['/breaches/notice', params],
    queryFn: () =>
      ask('get', '/breaches/{incidentId}/notices', {
        params: { incidentId },
        query: { audience: line.audience, place: line.state },
      }),
  });
  const filing = useSaving(
    async () =>
      ask('post', '/breaches/{incidentId}/lines/{lineId}/filed', {
        params,
        body: { note, receipt: receipt && { name: receipt.name, base64: await base64(receipt) } },
      }),
    close,
  );
  const mailing = useSaving(
    () => ask('put', '/breaches/{incidentId}/lines/{lineId}/email', { params, body: { email: email || null } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    filing.save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={filing.error ?? mailing.error} />
        {line.channel !== '' && <Text>How: {line.channel}</Text>}
        {line.content !== '' && <Text size="sm">The law asks for: {line.content}</Text>}
        <Textarea label="Text for the portal" readOnly autosize maxRows={12} value={notice?.text ?? ''} />
        <a href={`/v1/breaches/${incidentId}/lines/${line.id}/notice.pdf`}>The same as PDF</a>
        <TextInput label="Number or note" value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <FileInput label="Receipt" value={receipt} onChange={setReceipt} />
        <Group justify="flex-end">
          <Button type="submit" loading={filing.isSaving}>
            It is filed
          </Button>
        </Group>
        <TextInput
          label="Or the address that takes it by e-mail"
          description="It is then mailed just before the users."
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" loading={mailing.isSaving} onClick={() => mailing.save()}>
            Keep the address
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
