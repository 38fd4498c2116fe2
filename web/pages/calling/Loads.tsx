import { Title } from '@mantine/core';
import type { Reply } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { allOf } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { nameOf } from './Registries.tsx';

type Load = Reply<'get', '/call-registry-loads'>['items'][number];

const columns: readonly Column<Load>[] = [
  { head: 'File', cell: ({ fileName, origin }) => (origin === 'folder' ? `${fileName} (folder)` : fileName) },
  { head: 'List', cell: ({ list, kind }) => `${nameOf(list)}, ${kind === 'full' ? 'in full' : 'changes'}` },
  { head: 'Data of', cell: ({ dataOn }) => dataOn },
  { head: 'What became of it', cell: (load) => <Outcome load={load} /> },
  { head: 'Numbers', numeric: true, cell: ({ numbers }) => (numbers === null ? '–' : <Count of={numbers} />) },
  { head: 'Came', cell: ({ createdAt }) => <When at={createdAt} /> },
];

function Outcome({ load: { state, reason, linesDone } }: { load: Load }) {
  if (state === 'in_force') return <State tone="good">came into force</State>;
  if (state === 'refused')
    return (
      <>
        <State tone="bad">refused</State>: {reason} The old list stays in force.
      </>
    );
  return (
    <>
      <State>{state === 'uploading' ? 'uploading' : 'loading'}</State>
      {linesDone > 0 && (
        <>
          , <Count of={linesDone} /> lines
        </>
      )}
    </>
  );
}

/** Downloads and what became of each, newest first. */
export function Loads({ items }: { items: Load[] }) {
  if (items.length === 0) return null;
  return (
    <>
      <Title order={3} mt="md" mb="xs">
        Downloads
      </Title>
      <Listing label="Downloads" list={allOf(items)} columns={columns} keyOf={({ id }) => id} empty={null} />
    </>
  );
}
