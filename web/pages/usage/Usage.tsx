import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, type Reply, type Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';

type Use = Row<'/usage'>;
type Tallied = Reply<'get', '/usage/tally'>['items'][number];

const columns: readonly Column<Use>[] = [
  { head: 'When', cell: ({ at }) => <When at={at} absolute /> },
  { head: 'Who', cell: ({ userName }) => userName },
  { head: 'What', cell: ({ kind, name }) => <Used kind={kind} name={name} /> },
  { head: 'Network address', cell: ({ address }) => address },
  { head: 'Browser', cell: ({ browser }) => browser },
];

const tallied: readonly Column<Tallied>[] = [
  { head: 'What', cell: ({ kind, name }) => <Used kind={kind} name={name} /> },
  { head: 'Times', numeric: true, cell: ({ uses }) => <Count of={uses} /> },
  { head: 'Users', numeric: true, cell: ({ users }) => <Count of={users} /> },
];

function Used({ kind, name }: Pick<Use, 'kind' | 'name'>) {
  return (
    <>
      {kind} <code>{name}</code>
    </>
  );
}

/** Which pages and features were used, and for how long that is kept. */
export function Usage() {
  const { userId, kind } = useSearch({ from: '/inside/usage' });
  const users = useQuery({ queryKey: ['users', 'names'], queryFn: () => ask('get', '/users', { query: { limit: 200 } }) });
  const list = useRows('/usage', { query: { userId, kind: kind as Use['kind'] | undefined } });
  return (
    <ListPage
      title="Usage"
      about="Pages and features used, with network address and kind of browser. No location is looked up, and nobody else's script runs here."
      filters={
        <>
          <FilterField
            name="userId"
            label="User"
            all="by anybody"
            choices={(users.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
          <FilterField name="kind" label="Kind" all="pages and features" choices={['page', 'feature']} />
        </>
      }
      above={<Most />}
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(userId || kind)}
      misfit="No use fits"
      hint="Choose another user or kind."
      empty={<Empty title="Nothing was used yet">Whoever opens a page of the console leaves a line here.</Empty>}
    />
  );
}

function Most() {
  const { data } = useQuery({ queryKey: ['usage-tally'], queryFn: () => ask('get', '/usage/tally') });
  if (!data) return null;
  const rows = { rows: data.items, error: null, isMore: false, isLoadingMore: false, more: () => undefined };
  return (
    <section aria-label="Used most">
      <Text role="status">Kept for {data.keptDays} days, then deleted; with a user at once.</Text>
      <Title order={2} my="xs">
        Used most
      </Title>
      <Listing label="Used most" list={rows} columns={tallied} keyOf={({ kind, name }) => `${kind} ${name}`} empty={null} />
    </section>
  );
}
