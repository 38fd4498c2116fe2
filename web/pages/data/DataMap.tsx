import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask, type Reply } from '../../api.ts';
import { Count, counted } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useMay } from '../../shell/session.ts';
import { Erasures } from './Erasures.tsx';

type Kind = Reply<'get', '/data-map'>['items'][number];
type Aggregate = Reply<'get', '/aggregates'>['items'][number];

const fates: Readonly<Record<Kind['erasure'], string>> = {
  delete: 'is deleted',
  anonymise: 'is blanked',
  shred: 'is destroyed as a secret',
  keep: 'is kept',
};

const kinds: readonly Column<Kind>[] = [
  { head: 'Category', cell: ({ policy }) => policy },
  { head: 'What', cell: ({ category }) => <code>{category}</code> },
  { head: 'Whose', cell: ({ owner }) => (owner === 'none' ? 'nobody’s' : `the ${owner}’s`) },
  { head: 'At an erasure', cell: ({ erasure, because }) => `${fates[erasure]}${because === '' ? '' : `: ${because}`}` },
  {
    head: 'Where',
    cell: ({ places }) => (
      <details>
        <summary>{counted(places.length, 'column')}</summary>
        {places.join(', ')}
      </details>
    ),
  },
];

const tallied: readonly Column<Aggregate>[] = [
  { head: 'Count', cell: ({ measure }) => measure },
  { head: 'Of', cell: ({ cell }) => cell ?? 'all' },
  { head: 'People', numeric: true, cell: ({ people }) => <Count of={people} /> },
];

/** What is kept of whom, and what an erasure does with it; who was erased; and which counts stay (P2, P7, P8). */
export function DataMap() {
  const may = useMay();
  const map = useQuery({ queryKey: ['data-map'], queryFn: () => ask('get', '/data-map') });
  const counts = useQuery({ queryKey: ['aggregates'], queryFn: () => ask('get', '/aggregates') });
  return (
    <Page
      title="Data map"
      about="Read from the database's own catalogue, where every column says what it holds. Erasures and exports are planned by the same words."
    >
      <ProblemNote error={map.error ?? counts.error} />
      {may('erasures.read') && <Erasures />}
      <section aria-label="Counts that stay">
        <Title order={2} mb="xs">
          Counts that stay
        </Title>
        {counts.data && (
          <Listing
            label="Counts that stay"
            list={allOf(counts.data.items)}
            columns={tallied}
            keyOf={({ measure, cell }) => `${measure} ${cell}`}
            empty={<p>None. A count of fewer than ten people is not kept, nor one that tells such a count by subtraction.</p>}
          />
        )}
      </section>
      <section aria-label="Inventory">
        <Title order={2} mb="xs">
          Inventory
        </Title>
        {!map.data && !map.error && <Waiting />}
        {map.data && (
          <Listing
            label="Inventory"
            list={allOf(map.data.items)}
            columns={kinds}
            keyOf={({ category, owner, erasure, because }) => [category, owner, erasure, because].join(' ')}
            empty={null}
          />
        )}
      </section>
    </Page>
  );
}
