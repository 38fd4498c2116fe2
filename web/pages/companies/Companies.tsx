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

const columns: readonly Column<Row<'/companies'>>[] = [
  {
    head: 'Name',
    sort: 'name',
    cell: ({ id, name }) => (
      <Link to="/companies/$companyId" params={{ companyId: id }}>
        {name}
      </Link>
    ),
  },
  { head: 'Domain', cell: ({ domain }) => domain },
  { head: 'Industry', sort: 'industry', cell: ({ industry }) => industry },
  { head: 'People', numeric: true, cell: ({ people }) => <Count of={people} /> },
  { head: 'Added', sort: 'added', cell: ({ createdAt }) => <When at={createdAt} /> },
];

export function Companies() {
  const { search, sort } = useSearch({ from: '/inside/companies' });
  const may = useMay();
  const list = useRows('/companies', { query: { search, sort } });
  return (
    <ListPage
      title="Companies"
      about="Where your contacts work: who is known there, and what they got."
      actions={<Download path="/companies/export" query={{ search, sort }} />}
      search="Search companies"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search)}
      misfit="No company fits"
      empty={
        <Empty
          title="No company yet"
          action={may('imports.write') && <ButtonLink to="/contacts/import">Import a file</ButtonLink>}
        >
          Companies come with your contacts: by the domain of a work address, or by the name in the file.
        </Empty>
      }
    />
  );
}
