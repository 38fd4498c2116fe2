import { Link, useSearch } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count } from '../../parts/Count.tsx';
import { Download } from '../../parts/Download.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { FilterField } from '../../parts/FilterField.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { LaunchState } from './LaunchState.tsx';

type Launch = Row<'/launches'>;

const of = (launch: Launch, ...states: (keyof Launch['people'])[]) =>
  states.reduce((sum, state) => sum + (launch.people[state] ?? 0), 0);

const columns: readonly Column<Launch>[] = [
  {
    head: 'Sequence',
    sort: 'sequence',
    cell: ({ id, sequenceName, version }) => (
      <Link to="/launches/$launchId" params={{ launchId: id }}>
        {sequenceName}, version {version}
      </Link>
    ),
  },
  { head: 'State', cell: ({ state }) => <LaunchState state={state} /> },
  { head: 'Launched', sort: 'launched', cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: 'Under way', numeric: true, cell: (launch) => <Count of={of(launch, 'waiting', 'queued', 'paused')} /> },
  { head: 'Finished', numeric: true, cell: (launch) => <Count of={of(launch, 'finished')} /> },
  { head: 'Stopped', numeric: true, cell: (launch) => <Count of={of(launch, 'stopped')} /> },
  { head: 'Blocked', numeric: true, cell: (launch) => <Count of={of(launch, 'blocked')} /> },
];

export function Launches() {
  const { search, state, sort } = useSearch({ from: '/inside/launches' });
  const list = useRows('/launches', { query: { search, state: state as Launch['state'] | undefined, sort }, every: 5_000 });
  const launch = useMay()('launches.write') && <ButtonLink to="/launches/new">Launch a sequence</ButtonLink>;
  return (
    <ListPage
      title="Launches"
      about="Sequences on their way to people."
      actions={
        <>
          <Download path="/launches/export" query={{ search, state, sort }} />
          <ButtonLink to="/rehearsals" variant="default">
            Rehearsals
          </ButtonLink>
          {launch}
        </>
      }
      search="Search launches"
      filters={
        <FilterField
          name="state"
          label="State"
          all="in any state"
          choices={['enrolling', 'running', 'paused', 'stopped', 'finished']}
        />
      }
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={Boolean(search || state)}
      misfit="No launch fits"
      hint="Try fewer letters, or another state."
      empty={
        <Empty title="Nothing launched yet" action={launch}>
          You need a sequence, a list of people and a mailbox. Before anything goes you see who is blocked and why, and when the
          first and the last message go.
        </Empty>
      }
    />
  );
}
