import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { countWords, measureWords, signWords, toneOf } from './words.ts';

const columns: readonly Column<Row<'/abuse-cases'>>[] = [
  {
    head: 'Sign',
    cell: ({ id, sign }) => (
      <Link to="/abuse/$caseId" params={{ caseId: id }}>
        {signWords[sign]}
      </Link>
    ),
  },
  { head: 'Counted', cell: ({ counts }) => countWords(counts) },
  { head: 'Measure', cell: ({ measure }) => measureWords[measure] },
  { head: 'Opened', cell: ({ openedAt }) => <When at={openedAt} /> },
  { head: 'State', cell: (one) => <State tone={toneOf(one)}>{one.endedBecause ?? one.state}</State> },
];

/** What was taken for abuse in this workspace, and what came of it. */
export function AbuseCases() {
  const list = useRows('/abuse-cases', { every: 10_000 });
  return (
    <Page
      title="Abuse"
      about="Signs of abuse are looked for every quarter of an hour (P3). Each measure is told to the owners, can be appealed, and is decided by a person."
    >
      <Listing
        label="Cases"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<Empty title="No sign of abuse">Nothing in this workspace was throttled or paused.</Empty>}
      />
    </Page>
  );
}
