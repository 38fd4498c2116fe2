import { Group, Title } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { State } from '../../parts/State.tsx';
import { Next, When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { PersonVerbs } from './PersonVerbs.tsx';
import { standingOf } from './standing.ts';

type Person = Row<'/launches/{launchId}/people'>;

/** When the next touch goes; of somebody who has ended, when that was. */
function WhenOf({ person }: { person: Person }) {
  const { at } = standingOf(person);
  return at !== null && person.endedAt === null ? <Next at={at} /> : <When at={at} />;
}

/** The people of a launch: where each one is, why, and when next. */
export function People({ launchId, sequenceName }: { launchId: string; sequenceName: string }) {
  const { search, state, sort } = useSearch({ from: '/inside/launches/$launchId' });
  const canAct = useMay()('launches.write');
  const list = useRows('/launches/{launchId}/people', {
    params: { launchId },
    query: { search, state: state as Person['state'] | undefined, sort },
    every: 5_000,
  });
  const columns: readonly Column<Person>[] = [
    {
      head: 'Who',
      sort: 'name',
      cell: ({ contact }) => (
        <Link to="/people/$contactId" params={{ contactId: contact.id }}>
          {contact.name || contact.email || 'deleted contact'}
        </Link>
      ),
    },
    { head: 'Company', sort: 'company', cell: ({ contact }) => contact.company },
    {
      head: 'State',
      sort: 'state',
      cell: (person) => {
        const { word, tone } = standingOf(person);
        return <State tone={tone}>{word}</State>;
      },
    },
    { head: 'Why', cell: (person) => standingOf(person).why },
    { head: 'When', sort: 'when', cell: (person) => <WhenOf person={person} /> },
    { head: 'Messages', numeric: true, sort: 'messages', cell: ({ sent }) => <Count of={sent} /> },
    ...(canAct ? [{ head: 'Actions', cell: (person: Person) => <PersonVerbs launchId={launchId} person={person} /> }] : []),
  ];
  return (
    <section aria-label="People">
      <Title order={2} mb="xs">
        People
      </Title>
      <Group mb="sm">
        <SearchField label="Search these people" />
        <FilterField
          name="state"
          label="State"
          all="in any state"
          choices={['waiting', 'queued', 'paused', 'blocked', 'finished', 'stopped']}
        />
        <Download path="/launches/{launchId}/people.csv" params={{ launchId }} query={{ search, state, sort }} />
      </Group>
      <Listing
        label={`People of ${sequenceName}`}
        list={list}
        columns={columns}
        keyOf={({ enrolmentId }) => enrolmentId}
        empty={
          <Empty title={search || state ? 'Nobody fits' : 'Nobody yet'}>
            {search || state ? 'Try another name or state.' : 'People stand here as soon as they are taken in.'}
          </Empty>
        }
      />
    </section>
  );
}
