import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';

const columns: readonly Column<Row<'/sequences'>>[] = [
  {
    head: 'Name',
    sort: 'name',
    cell: ({ id, name }) => (
      <Link to="/sequences/$sequenceId" params={{ sequenceId: id }}>
        {name}
      </Link>
    ),
  },
  { head: 'Steps', numeric: true, cell: ({ steps }) => <Count of={steps} /> },
  { head: 'Version', numeric: true, cell: ({ newest }) => <Count of={newest} /> },
  { head: 'Begun', sort: 'begun', cell: ({ createdAt }) => <When at={createdAt} /> },
];

export function Sequences() {
  const { search, sort } = useSearch({ from: '/inside/sequences' });
  const list = useRows('/sequences', { query: { search, sort } });
  const write = useMay()('sequences.write') && <ButtonLink to="/sequences/new">Write a sequence</ButtonLink>;
  return (
    <ListPage
      title="Sequences"
      about="What people get, step by step. A launch sends one to the people of your lists."
      actions={
        <>
          <Download path="/sequences/export" query={{ search, sort }} />
          {write}
        </>
      }
      search="Search sequences"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search)}
      misfit="No sequence fits"
      empty={
        <Empty title="No sequence yet" action={write}>
          A sequence is a first message and its follow-ups, with calls and tasks between them where you want some.
        </Empty>
      }
    />
  );
}
