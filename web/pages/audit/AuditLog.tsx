import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, type Row } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

type Entry = Row<'/audit-log'>;

const ways: Readonly<Record<Entry['via'], string>> = {
  session: 'signed in',
  token: 'by API token',
  public: 'not signed in',
  system: 'the product itself',
};

const columns: readonly Column<Entry>[] = [
  { head: 'Entry', numeric: true, cell: ({ number }) => number },
  { head: 'When', cell: ({ at }) => <When at={at} absolute /> },
  {
    head: 'Who',
    cell: ({ userName, userId, via }) => (
      <>
        {userName ?? userId ?? 'nobody known'}{' '}
        <Text span c="dimmed">
          ({ways[via]})
        </Text>
      </>
    ),
  },
  { head: 'What', cell: ({ action }) => <code>{action}</code> },
  {
    head: 'To what',
    cell: ({ subjectKind, subjectId }) => (
      <>
        {subjectKind} {subjectId !== null && <code>{subjectId}</code>}
      </>
    ),
  },
  { head: 'From where', cell: ({ place }) => (place === null ? '–' : <code>{place.slice(0, 8)}</code>) },
];

/** Who did what to which id, from where. */
export function AuditLog() {
  const { search, userId, via } = useSearch({ from: '/inside/audit-log' });
  const users = useQuery({ queryKey: ['users', 'names'], queryFn: () => ask('get', '/users', { query: { limit: 200 } }) });
  const query = { search, userId, via: via as Entry['via'] | undefined };
  const list = useRows('/audit-log', { query, every: 10_000 });
  return (
    <ListPage
      title="Audit log"
      about="Who did what to which id, from where. It holds ids and nothing else of a person, and nobody can change it unseen."
      actions={<Download path="/audit-log.csv" query={query} />}
      search="Search actions and ids"
      filters={
        <>
          <FilterField
            name="userId"
            label="User"
            all="by anybody"
            choices={(users.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <FilterField
            name="via"
            label="By which way"
            all="by any way"
            choices={Object.entries(ways).map(([value, label]) => ({ value, label }))}
          />
        </>
      }
      above={<Chain />}
      list={list}
      columns={columns}
      keyOf={({ number }) => String(number)}
      isFiltered={Boolean(search || userId || via)}
      misfit="No entry fits"
      hint="Choose another user or way, or look for a whole id."
      empty={
        <Empty title="Nothing has been changed yet">Whatever changes something in this workspace leaves an entry here.</Empty>
      }
    />
  );
}

function Chain() {
  const { data } = useQuery({
    queryKey: ['audit-head'],
    queryFn: () => ask('get', '/audit-log/head'),
    refetchInterval: 10_000,
  });
  if (!data) return null;
  const { entries, signed, signedAt } = data;
  return (
    <Text role="status">
      {counted(entries, 'entry', 'entries')},{' '}
      {signed === 0 ? (
        <State tone="warn">not signed yet</State>
      ) : (
        <State tone="good">
          signed up to entry {signed} <When at={signedAt} absolute />
        </State>
      )}
    </Text>
  );
}
