import { Group, NativeSelect } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { SearchField, useAddress } from '../../parts/SearchField.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { LaunchState } from './LaunchState.tsx';

type Launch = Row<'/launches'>;

const of = (launch: Launch, ...states: (keyof Launch['people'])[]) =>
  states.reduce((sum, state) => sum + (launch.people[state] ?? 0), 0);

const columns: readonly Column<Launch>[] = [
  {
    head: 'Sequence',
    cell: ({ id, sequenceName, version }) => (
      <Link to="/launches/$launchId" params={{ launchId: id }}>
        {sequenceName}, version {version}
      </Link>
    ),
  },
  { head: 'State', cell: ({ state }) => <LaunchState state={state} /> },
  { head: 'Launched', cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: 'Under way', numeric: true, cell: (launch) => <Count of={of(launch, 'waiting', 'queued', 'paused')} /> },
  { head: 'Finished', numeric: true, cell: (launch) => <Count of={of(launch, 'finished')} /> },
  { head: 'Stopped', numeric: true, cell: (launch) => <Count of={of(launch, 'stopped')} /> },
  { head: 'Blocked', numeric: true, cell: (launch) => <Count of={of(launch, 'blocked')} /> },
];

export function Launches() {
  const { search, state } = useSearch({ from: '/inside/launches' });
  const [set] = useAddress();
  const list = useRows('/launches', { query: { search, state: state as Launch['state'] | undefined }, every: 5_000 });
  const launch = useMay()('launches.write') && <ButtonLink to="/launches/new">Launch a sequence</ButtonLink>;
  return (
    <Page title="Launches" about="Sequences on their way to people." actions={launch}>
      <Group>
        <SearchField label="Search launches" />
        <NativeSelect
          aria-label="State"
          value={state ?? ''}
          onChange={(event) => set({ state: event.currentTarget.value || undefined })}
          data={[{ value: '', label: 'in any state' }, 'enrolling', 'running', 'paused', 'stopped', 'finished']}
        />
      </Group>
      <Listing
        label="Launches"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          search || state ? (
            <Empty title="No launch fits">Try fewer letters, or another state.</Empty>
          ) : (
            <Empty title="Nothing launched yet" action={launch}>
              You need a sequence, a list of people and a mailbox. Before anything goes you see who is blocked and why, and when
              the first and the last message go.
            </Empty>
          )
        }
      />
    </Page>
  );
}
