import { Group } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { ask, type Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Confirm } from '../../parts/Confirm.tsx';
import { Count, counted } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';

type List = Row<'/lists'>;

const sources = { static: 'by hand', import: 'an import', filter: 'a filter' } as const;

export function Lists() {
  const { search, sort } = useSearch({ from: '/inside/lists' });
  const may = useMay();
  const list = useRows('/lists', { query: { search, sort } });
  const columns: readonly Column<List>[] = [
    {
      head: 'Name',
      sort: 'name',
      cell: ({ id, name }) => (
        <Link to="/contacts" search={{ listId: id }}>
          {name}
        </Link>
      ),
    },
    { head: 'People', numeric: true, cell: ({ people }) => <Count of={people} /> },
    { head: 'Made from', cell: ({ source }) => sources[source] },
    { head: 'Made', sort: 'made', cell: ({ createdAt }) => <When at={createdAt} /> },
    ...(may('contacts.write') ? [{ head: 'Actions', cell: (row: List) => <Verbs list={row} /> }] : []),
  ];
  return (
    <ListPage
      title="Lists"
      about="Whom a launch goes to."
      actions={<Download path="/lists/export" query={{ search, sort }} />}
      search="Search lists"
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search)}
      misfit="No list fits"
      empty={
        <Empty title="No list yet" action={may('imports.write') && <ButtonLink to="/contacts/import">Import a file</ButtonLink>}>
          An import can put its people on a list of their own, or you filter your contacts and make a list of what you see.
        </Empty>
      }
    />
  );
}

function Verbs({ list: { id, name, people } }: { list: List }) {
  return (
    <Group gap="xs">
      <ButtonLink to="/launches/new" search={{ list: id }} variant="default" size="xs">
        Launch to it
      </ButtonLink>
      <Confirm
        label="Delete"
        title={`Delete the list ${name}?`}
        dangerous
        size="xs"
        act={() => ask('delete', '/lists/{listId}', { params: { listId: id } })}
      >
        The list goes, its {counted(people, 'person', 'people')} stay.
      </Confirm>
    </Group>
  );
}
