import { useSearch } from '@tanstack/react-router';
import { US_STATES } from '../../../domain/usStates.ts';
import type { Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';

type LawRow = Row<'/law-tables'>;

const tables: Readonly<Record<LawRow['table'], string>> = {
  calling: 'Calling',
  breach: 'Breach',
  privacy: 'Privacy',
  holidays: 'Holidays',
  'area-codes': 'Area codes',
  'state-zones': 'Zones',
};

/** `US`: what is federal. */
const states = ['US', ...US_STATES];

const columns: readonly Column<LawRow>[] = [
  { head: 'State', cell: ({ state }) => state },
  { head: 'Table', cell: ({ table }) => tables[table] },
  { head: 'Rule', cell: (row) => <Rule row={row} /> },
  { head: 'Citation', cell: ({ citation }) => citation ?? 'none: a fact of geography' },
  { head: 'In force', cell: ({ validFrom, validTo }) => inForce(validFrom, validTo) },
  { head: 'Doubt', cell: (row) => <Doubt row={row} /> },
  { head: 'Version', cell: ({ version }) => <code>{version}</code> },
];

/** The law that decides, each row with where it stands and how sure it is. */
export function LawTables() {
  const { search, table, state } = useSearch({ from: '/inside/law-tables' });
  const list = useRows('/law-tables', { query: { search, table: table as LawRow['table'] | undefined, state } });
  return (
    <ListPage
      title="Law tables"
      about="The law that decides here, as the tables have it; not legal advice. A doubtful rule counts as the strict one."
      search="Look in rules and citations"
      filters={
        <>
          <FilterField
            name="table"
            label="Table"
            all="every table"
            choices={Object.entries(tables).map(([value, label]) => ({ value, label }))}
          />
          <FilterField name="state" label="State" all="every state" choices={states} />
        </>
      }
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search || table || state)}
      misfit="No row fits"
      hint="Try fewer letters, or another table."
      empty={<Empty title="No law is loaded">The server does not start without its tables.</Empty>}
    />
  );
}

function Rule({ row: { rule, remarks } }: { row: LawRow }) {
  if (remarks === '') return rule;
  return (
    <>
      {rule}
      <details>
        <summary>Remarks</summary>
        {remarks}
      </details>
    </>
  );
}

function Doubt({ row: { confidence, isDoubtful } }: { row: LawRow }) {
  if (confidence === null) return 'not rated';
  if (!isDoubtful) return 'none';
  return (
    <>
      <State tone="warn">doubtful</State> {confidence.replaceAll('=', ': ').replaceAll(';', '; ')}
    </>
  );
}

function inForce(from: string | null, to: string | null): string {
  if (from === null && to === null) return 'no change known';
  return [from !== null && `from ${from}`, to !== null && `to ${to}`].filter(Boolean).join(' ');
}
