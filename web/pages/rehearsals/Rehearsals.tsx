import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Count, counted } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { RehearsalState } from './RehearsalState.tsx';

type Rehearsal = Row<'/rehearsals'>;

const columns: readonly Column<Rehearsal>[] = [
  {
    head: 'Sequence',
    cell: ({ id, sequenceName, version }) => (
      <Link to="/rehearsals/$rehearsalId" params={{ rehearsalId: id }}>
        {sequenceName}, version {version}
      </Link>
    ),
  },
  { head: 'State', cell: ({ state }) => <RehearsalState state={state} /> },
  { head: 'Rehearsed', cell: ({ createdAt }) => <When at={createdAt} /> },
  { head: 'Length', cell: ({ weeks }) => counted(weeks, 'week') },
  { head: 'Messages', numeric: true, cell: ({ messages }) => <Count of={messages} /> },
  { head: 'Blocked', numeric: true, cell: ({ blocked }) => <Count of={blocked} /> },
];

export function Rehearsals() {
  const list = useRows('/rehearsals', { every: 3_000 });
  const begin = useMay()('launches.write') && <ButtonLink to="/launches/new">Rehearse a launch</ButtonLink>;
  return (
    <Page title="Rehearsals" about="Launches that were played through before anything was sent." actions={begin}>
      <Listing
        label="Rehearsals"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing rehearsed yet" action={begin}>
            A rehearsal plays the next weeks of a launch by the rules that will decide, over your real lists. Nothing is sent.
          </Empty>
        }
      />
    </Page>
  );
}
