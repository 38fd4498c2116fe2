import { Button, FileInput, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

export function ImportNumbers({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal opened={isOpen} onClose={close} title="Import numbers not to call">
      {isOpen && <Form close={close} />}
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [done, setDone] = useState<Reply<'post', '/do-not-call/import'> | null>(null);
  const { save, isSaving, error } = useSaving((chosen: File) => ask('post', '/do-not-call/import', { file: chosen }), setDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) save(file);
  };
  if (done)
    return (
      <Stack role="status">
        <Text>
          In force now: {counted(done.numbers, 'number')}. {counted(done.closedTasks, 'open call')} closed.
        </Text>
        {done.rejectedRows.length > 0 && <Text>Rows that hold no telephone number: {done.rejectedRows.join(', ')}.</Text>}
        <Button onClick={close} data-autofocus>
          Done
        </Button>
      </Stack>
    );
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <FileInput
          label="CSV file"
          description="A number a line, at most 250,000. There is no way back by software."
          placeholder="Choose a file"
          accept=".csv,.txt,text/csv"
          required
          value={file}
          onChange={setFile}
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
