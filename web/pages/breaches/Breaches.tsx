import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { ButtonLink } from '../../parts/ButtonLink.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';

const columns: readonly Column<Row<'/breaches'>>[] = [
  {
    head: 'Incident',
    cell: ({ id, title, isDrill }) => (
      <>
        <Link to="/breaches/$incidentId" params={{ incidentId: id }}>
          {title}
        </Link>{' '}
        {isDrill && <State tone="warn">drill</State>}
      </>
    ),
  },
  { head: 'Discovered', cell: ({ discoveredAt }) => <When at={discoveredAt} absolute /> },
  {
    head: 'Notice',
    cell: ({ noticeStartedAt, noticeAt, noticeBecause }) =>
      noticeStartedAt ? (
        <>
          begun <When at={noticeStartedAt} />
        </>
      ) : noticeAt ? (
        <>
          {noticeBecause === 'approved' ? 'approved, ' : 'without approval '}
          <When at={noticeAt} />
        </>
      ) : (
        'none leaves by itself'
      ),
  },
  { head: 'State', cell: ({ state }) => <State tone={state === 'open' ? 'warn' : 'quiet'}>{state}</State> },
];

export function Breaches() {
  const may = useMay();
  const list = useRows('/breaches', { every: 10_000 });
  return (
    <Page
      title="Breaches"
      about="Whoever is affected is told within 72 hours of the discovery, and the regulators as each state wants it (P6)."
      actions={
        <>
          <ButtonLink to="/breaches/settings" variant="default">
            How notices leave
          </ButtonLink>
          {may('breaches.write') && <ButtonLink to="/breaches/new">Open an incident</ButtonLink>}
        </>
      }
    >
      <Listing
        label="Incidents"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No incident, and no drill yet">
            Open one as soon as something is found: the clock runs from the discovery, and facts can follow. Before that, a drill
            measures how long notices take, and shows who does what.
          </Empty>
        }
      />
    </Page>
  );
}
