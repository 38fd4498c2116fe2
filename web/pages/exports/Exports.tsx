import { Button, Group, Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ask } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { counted } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { type Export, ExportState, isWritten } from './ExportState.tsx';
import { sizeOf } from './size.ts';

const columns: readonly Column<Export>[] = [
  {
    head: 'Of',
    cell: ({ contactId }) =>
      contactId === null ? (
        'the whole account'
      ) : (
        <Link to="/people/$contactId" params={{ contactId }}>
          one person
        </Link>
      ),
  },
  { head: 'State', cell: ({ state }) => <ExportState state={state} /> },
  { head: 'Asked for', cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: 'How far', cell: (row) => <HowFar of={row} /> },
  { head: 'Kept until', cell: ({ state, expiresAt }) => state === 'done' && <When at={expiresAt} /> },
  { head: 'What now', cell: (row) => <Verbs of={row} /> },
];

/** Everything that belongs to the account, or to one person, as files that any program reads (P8). */
export function Exports() {
  const list = useRows('/exports', { every: 2_000 });
  const start = useSaving(() => ask('post', '/exports', { body: {} }));
  const begin = useMay()('exports.write') && (
    <Button onClick={() => start.save()} loading={start.isSaving}>
      Export the account
    </Button>
  );
  return (
    <Page
      title="Export"
      about="Everything that belongs to the account as CSV files in one zip, with a list of the files and their checksums. Passwords and keys are never in it."
      actions={begin}
    >
      <ProblemNote error={start.error} />
      <Listing
        label="Exports"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing exported yet">
            An export can be asked for at any time, and goes on when you leave this page. One person’s own data are exported from
            their page.
          </Empty>
        }
      />
    </Page>
  );
}

function HowFar({ of: { state, rowsWritten, rowsPlanned, bytes } }: { of: Export }) {
  if (!isWritten(state)) return state === 'done' && `${counted(rowsWritten, 'row')}, ${sizeOf(bytes)}`;
  const share = rowsPlanned === 0 ? 0 : Math.min(100, (100 * rowsWritten) / rowsPlanned);
  return (
    <div role="status">
      {rowsPlanned === 0 ? 'the rows are being counted' : `${counted(rowsWritten, 'row')} of ${counted(rowsPlanned, 'row')}`}
      <Progress.Root size="sm" mt={4}>
        <Progress.Section value={share} aria-label="How far it has come" />
      </Progress.Root>
    </div>
  );
}

function Verbs({ of: { id, state } }: { of: Export }) {
  const params = { exportId: id };
  const fetching = useSaving(
    () => ask('post', '/exports/{exportId}/link', { params }),
    ({ url }) => window.location.assign(new URL(url, window.location.href).pathname), // it is a download: the page stays
  );
  const cancel = () => ask('post', '/exports/{exportId}/cancel', { params });
  const cancelling = useSaving(cancel);
  if (!useMay()('exports.write')) return null;
  if (isWritten(state)) {
    return (
      <Button size="xs" variant="default" onClick={() => cancelling.save()} loading={cancelling.isSaving}>
        Cancel
      </Button>
    );
  }
  if (state !== 'done') return null;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" onClick={() => fetching.save()} loading={fetching.isSaving}>
        Download
      </Button>
      <Confirm label="Delete" title="Delete this file?" size="xs" dangerous act={cancel}>
        The file goes, and every link to it ends. What was exported stays where it is.
      </Confirm>
      <ProblemNote error={fetching.error} />
    </Group>
  );
}
