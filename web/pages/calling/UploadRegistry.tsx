import { Button, FileInput, Group, Modal, NativeSelect, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

/** `ownLists`: states that keep a list of their own besides the federal one. */
export function UploadRegistry({ ownLists }: { ownLists: readonly string[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Upload a registry</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Upload a registry">
        {isOpen && <Form ownLists={ownLists} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Form({ ownLists, close }: { ownLists: readonly string[]; close: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [list, setList] = useState('federal');
  const [kind, setKind] = useState<'full' | 'changes'>('full');
  const [dataOn, setDataOn] = useState('');
  const [account, setAccount] = useState('');
  const [areaCode, setAreaCode] = useState('');
  const { save, isSaving, error } = useSaving((chosen: File) => {
    const isZip = chosen.name.toLowerCase().endsWith('.zip');
    return ask('post', '/call-registries/{list}', {
      params: { list },
      query: { kind, dataOn, account, fileName: chosen.name, ...(areaCode !== '' && { areaCode: Number(areaCode) }) },
      file: isZip ? new Blob([chosen], { type: 'application/zip' }) : chosen,
    });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) save(file);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <NativeSelect
          label="List"
          value={list}
          onChange={(event) => setList(event.currentTarget.value)}
          data={[
            { value: 'federal', label: 'Federal Do Not Call Registry' },
            ...ownLists.map((state) => ({ value: state, label: `${state} do-not-call list` })),
          ]}
        />
        <SegmentedControl
          aria-label="What the file is"
          value={kind}
          onChange={setKind}
          data={[
            { value: 'full', label: 'the full list' },
            { value: 'changes', label: 'a list of changes' },
          ]}
        />
        <FileInput
          label="File"
          description="As it was downloaded: zipped or plain, numbers of seven or ten digits."
          placeholder="Choose a file"
          accept=".txt,.csv,.dat,.zip"
          required
          value={file}
          onChange={setFile}
        />
        <TextInput
          type="date"
          label="Date of the data"
          required
          value={dataOn}
          onChange={(event) => setDataOn(event.currentTarget.value)}
        />
        <TextInput
          label="Subscription account number"
          required
          maxLength={40}
          value={account}
          onChange={(event) => setAccount(event.currentTarget.value)}
        />
        <TextInput
          label="Area code"
          description="Only of a file whose lines have seven digits."
          inputMode="numeric"
          pattern="[2-9][0-9]{2}"
          value={areaCode}
          onChange={(event) => setAreaCode(event.currentTarget.value.trim())}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Go back
          </Button>
          <Button type="submit" loading={isSaving} disabled={!file}>
            Upload
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
