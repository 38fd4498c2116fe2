import { Button, FileInput, Group, Stack } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useRows } from '../../parts/pages.ts';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';
import { ImportSteps } from './ImportSteps.tsx';
import { ImportState } from './ImportState.tsx';

const columns: readonly Column<Row<'/imports'>>[] = [
  {
    head: 'File',
    cell: ({ id, fileName }) => (
      <Link to="/contacts/imports/$importId" params={{ importId: id }}>
        {fileName}
      </Link>
    ),
  },
  { head: 'State', cell: (job) => <ImportState job={job} /> },
  { head: 'Rows', numeric: true, cell: ({ rowsRead }) => <Count of={rowsRead} /> },
  { head: 'Accepted', numeric: true, cell: ({ accepted }) => <Count of={accepted} /> },
  { head: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
];

/** First screen of an import: the file. */
export function ImportFile() {
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const earlier = useRows('/imports', { query: { limit: 10 } });
  const { save, isSaving, error } = useSaving(
    (chosen: File) => ask('post', '/imports', { file: chosen, query: { fileName: chosen.name } }),
    ({ id }) => void navigate({ to: '/contacts/imports/$importId', params: { importId: id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) save(file);
  };
  return (
    <Page title="Import contacts" about="Nothing is imported before you have seen what each column is taken for.">
      <ImportSteps at={0} />
      <form onSubmit={submit}>
        <Stack maw={520}>
          <ProblemNote error={error} />
          <FileInput
            label="File with your contacts"
            description="CSV or TSV, up to 1 GB, in any usual encoding; exports of HubSpot, Salesforce and Apollo as they are."
            placeholder="Choose a file"
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
            required
            value={file}
            onChange={setFile}
          />
          <Group>
            <Button type="submit" loading={isSaving} disabled={!file}>
              Read the file
            </Button>
            {!file && <span>Choose a file first.</span>}
            {isSaving && <span role="status">Uploading …</span>}
          </Group>
        </Stack>
      </form>
      {earlier.rows && earlier.rows.length > 0 && (
        <details>
          <summary>Earlier imports</summary>
          <Listing label="Earlier imports" list={earlier} columns={columns} keyOf={({ id }) => id} empty={null} />
        </details>
      )}
    </Page>
  );
}
