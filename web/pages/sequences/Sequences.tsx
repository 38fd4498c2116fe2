import { Group } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';

const columns: readonly Column<Row<'/sequences'>>[] = [
  {
    head: 'Name',
    cell: ({ id, name }) => (
      <Link to="/sequences/$sequenceId" params={{ sequenceId: id }}>
        {name}
      </Link>
    ),
  },
  { head: 'Steps', numeric: true, cell: ({ steps }) => <Count of={steps} /> },
  { head: 'Version', numeric: true, cell: ({ newest }) => <Count of={newest} /> },
  { head: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
];

export function Sequences() {
  const { search } = useSearch({ from: '/inside/sequences' });
  const list = useRows('/sequences', { query: { search } });
  const write = useMay()('sequences.write') && <ButtonLink to="/sequences/new">Write a sequence</ButtonLink>;
  return (
    <Page
      title="Sequences"
      about="What people get, step by step. A launch sends one to the people of your lists."
      actions={write}
    >
      <Group>
        <SearchField label="Search sequences" />
      </Group>
      <Listing
        label="Sequences"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          search ? (
            <Empty title="No sequence fits">Try fewer letters.</Empty>
          ) : (
            <Empty title="No sequence yet" action={write}>
              A sequence is a first message and its follow-ups, with calls and tasks between them where you want some.
            </Empty>
          )
        }
      />
    </Page>
  );
}
