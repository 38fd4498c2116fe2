import { Button, FileInput, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { Cancelled } from './Cancelled.tsx';

export function ImportSuppressions({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Import opt-outs">
      {isOpen && <Form close={close} />}
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [channel, setChannel] = useState<'email' | 'all'>('email');
  const [done, setDone] = useState<Reply<'post', '/suppressions/import'> | null>(null);
  const { save, isSaving, error } = useSaving(
    (chosen: File) => ask('post', '/suppressions/import', { file: chosen, query: { channel } }),
    setDone,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) save(file);
  };
  if (done) return <Imported result={done} close={close} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <FileInput
          label="CSV file"
          description="A column of addresses, domains or SHA-256 hashes of addresses; our own export fits too."
          placeholder="Choose a file"
          accept=".csv,.tsv,.txt,text/csv"
          required
          value={file}
          onChange={setFile}
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
          <Button type="submit" loading={isSaving} disabled={!file}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Imported({
  result: { cancelled, read, subjects, rejected, rejectedRows },
  close,
}: {
  result: Reply<'post', '/suppressions/import'>;
  close: () => void;
}) {
  return (
    <Cancelled cancelled={cancelled} close={close}>
      <Text>
        {counted(read, 'row')} read, {counted(subjects, 'address or domain', 'addresses and domains')} suppressed,{' '}
        {counted(rejectedRows, 'row')} not understood.
      </Text>
      {rejected.length > 0 && (
        <details>
          <summary>Rows that were not understood</summary>
          <ul>
            {rejected.map(({ row, message }) => (
              <li key={row}>
                Row {row}: {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Cancelled>
  );
}
