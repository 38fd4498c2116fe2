import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask, type Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { nameOf } from '../../parts/ContactPicker.tsx';
import { counted } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { AddContact } from './AddContact.tsx';
import { SaveAsList } from './SaveAsList.tsx';

const columns: readonly Column<Row<'/contacts'>>[] = [
  {
    head: 'Name',
    sort: 'name',
    cell: (contact) => (
      <Link to="/people/$contactId" params={{ contactId: contact.id }}>
        {nameOf(contact)}
      </Link>
    ),
  },
  { head: 'E-mail', cell: ({ email, phone }) => email ?? phone },
  { head: 'Company', sort: 'company', cell: ({ companyName }) => companyName },
  { head: 'Title', cell: ({ title }) => title },
  { head: 'State', cell: ({ state }) => state },
  { head: 'Tags', cell: ({ tags }) => tags.join(', ') },
  { head: 'Added', sort: 'added', cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: 'May be written to', cell: ({ suppressed }) => (suppressed ? <State tone="warn">no, opted out</State> : 'yes') },
];

export function Contacts() {
  const filter = useSearch({ from: '/inside/contacts' });
  const { search, tag, listId, importId, sort } = filter;
  const [set] = useAddress();
  const may = useMay();
  const [isAdding, adding] = useDisclosure(false);
  const [isSaving, saving] = useDisclosure(false);
  const query = { search, tag, listId, importId };
  const list = useRows('/contacts', { query: { ...query, sort } });
  const lists = useRows('/lists', { query: { limit: 200 } });
  const { data: tags } = useQuery({ queryKey: ['tags'], queryFn: () => ask('get', '/contact-tags') });
  const { data: size } = useQuery({
    queryKey: ['contact-count', query],
    queryFn: () => ask('get', '/contacts/count', { query }),
  });
  const isFiltered = Object.values(query).some(Boolean);
  const importFile = may('imports.write') && <ButtonLink to="/contacts/import">Import a file</ButtonLink>;
  return (
    <ListPage
      title="Contacts"
      about={size && `${counted(size.people, 'person', 'people')}${isFiltered ? ' by this filter' : ''}.`}
      actions={
        <>
          <Download path="/contacts/export" query={{ ...query, sort }} />
          {may('contacts.write') && (
            <Button variant="default" onClick={saving.open} disabled={!size || size.people === 0}>
              Make a list of these
            </Button>
          )}
          {may('contacts.write') && (
            <Button variant="default" onClick={adding.open}>
              Add a person
            </Button>
          )}
          {importFile}
        </>
      }
      search="Search contacts"
      filters={
        <>
          <FilterField
            name="listId"
            label="List"
            all="in any list or none"
            choices={(lists.rows ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <FilterField name="tag" label="Tag" all="with any tag or none" choices={(tags?.items ?? []).map((item) => item.tag)} />
          {importId !== undefined && (
            <Button variant="default" onClick={() => set({ importId: undefined })}>
              Of one import: show all
            </Button>
          )}
        </>
      }
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={isFiltered}
      misfit="Nobody fits"
      hint="Try fewer letters, or another filter."
      empty={
        <Empty title="No contact yet" action={importFile}>
          Bring your people in from a CSV or TSV file; exports of HubSpot, Salesforce and Apollo are understood as they are.
          Whoever opted out stays opted out.
        </Empty>
      }
    >
      <AddContact isOpen={isAdding} close={adding.close} />
      <SaveAsList filter={query} people={size?.people ?? 0} isOpen={isSaving} close={saving.close} />
    </ListPage>
  );
}
