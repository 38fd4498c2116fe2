import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { reasonOf } from '../../parts/reasons.ts';
import { State } from '../../parts/State.tsx';
import { Next } from '../../parts/When.tsx';

const columns: readonly Column<Row<'/waiting'>>[] = [
  {
    head: 'Who',
    cell: ({ contactId, contactName }) => (
      <Link to="/people/$contactId" params={{ contactId }}>
        {contactName || 'without a name'}
      </Link>
    ),
  },
  { head: 'Step', numeric: true, cell: ({ step }) => step + 1 },
  {
    head: 'State',
    cell: ({ state }) => <State tone={state === 'held' ? 'warn' : 'quiet'}>{state === 'held' ? 'held for you' : 'waits'}</State>,
  },
  { head: 'What holds it', cell: ({ because }) => reasonOf(because) },
  { head: 'Goes', cell: ({ nextAt }) => (nextAt === null ? 'when somebody decides' : <Next at={nextAt} />) },
  {
    head: 'Launch',
    cell: ({ launchId }) => (
      <Link to="/launches/$launchId" params={{ launchId }}>
        Open
      </Link>
    ),
  },
];

/** Messages that have not gone yet: the rule that holds each, and when it goes. */
export function Held() {
  const list = useRows('/waiting', { query: { limit: 20 }, every: 5_000 });
  return (
    <section aria-label="On its way">
      <Title order={2} mb="xs">
        Goes out next, and what holds it
      </Title>
      <Listing
        label="Messages that wait"
        list={list}
        columns={columns}
        keyOf={({ sendId }) => sendId}
        empty={<Empty title="Nothing waits">Messages stand here from the moment they are due until they leave.</Empty>}
      />
    </section>
  );
}
