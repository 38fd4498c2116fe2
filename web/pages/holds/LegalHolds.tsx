import { ask, type Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { PlaceHold } from './PlaceHold.tsx';
import { Reasoned } from './Reasoned.tsx';

type Hold = Row<'/legal-holds'>;

const whom = ({ kind, matter, contactIds }: Hold): string => {
  if (kind === 'account') return 'The whole account';
  const people = contactIds.length === 1 ? 'one person' : `${contactIds.length} people`;
  return kind === 'matter' ? `${matter}: ${people}` : people;
};

/** What must not be erased, why, and since when; released here with a reason. */
export function LegalHolds() {
  const may = useMay();
  const list = useRows('/legal-holds', { every: 10_000 });
  const columns: readonly Column<Hold>[] = [
    { head: 'Whom', cell: whom },
    { head: 'Why', cell: ({ reason }) => reason },
    { head: 'Placed', cell: ({ placedAt }) => <When at={placedAt} absolute /> },
    {
      head: 'State',
      cell: ({ releasedAt, releaseReason }) =>
        releasedAt === null ? (
          <State tone="warn">in force</State>
        ) : (
          <>
            <State>released</State> <When at={releasedAt} absolute />: {releaseReason}
          </>
        ),
    },
    {
      head: 'What to do',
      cell: (hold) =>
        hold.releasedAt === null && may('holds.write') ? (
          <Reasoned
            label="Release"
            title="Release this hold"
            act={(reason) =>
              ask('post', '/legal-holds/{legalHoldId}/release', { params: { legalHoldId: hold.id }, body: { reason } })
            }
          >
            What is due by now is erased at once, unless another hold covers it.
          </Reasoned>
        ) : (
          '–'
        ),
    },
  ];
  return (
    <ListPage
      title="Legal holds"
      about="Nothing that a hold covers is erased, whatever is due. The clocks go on: what became due meanwhile is done with the release."
      actions={may('holds.write') && <PlaceHold />}
      list={list}
      columns={columns}
      keyOf={({ id }) => id}
      isFiltered={false}
      misfit=""
      empty={<Empty title="Nothing is held">Place a hold when a court, an authority or counsel asks that data be kept.</Empty>}
    />
  );
}
