import { Title } from '@mantine/core';
import type { Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State, type Tone } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

type Erasure = Row<'/erasures'>;

const tones: Readonly<Record<Erasure['state'], Tone>> = { asked: 'quiet', held: 'warn', erasing: 'quiet', erased: 'good' };
const words: Readonly<Record<Erasure['state'], string>> = {
  asked: 'asked for',
  held: 'waits for the release of a hold',
  erasing: 'being erased',
  erased: 'erased',
};

const columns: readonly Column<Erasure>[] = [
  {
    head: 'Who',
    cell: ({ kind, personId }) => (
      <>
        {kind} <code>{personId.slice(0, 8)}</code>
      </>
    ),
  },
  { head: 'Why', cell: ({ because }) => ({ asked: 'they asked', child: 'a child', by_hand: 'by hand' })[because] },
  { head: 'Asked', cell: ({ askedAt }) => <When at={askedAt} absolute /> },
  { head: 'Due', cell: ({ dueAt }) => <When at={dueAt} absolute /> },
  { head: 'State', cell: ({ state }) => <State tone={tones[state]}>{words[state]}</State> },
  { head: 'Rows', numeric: true, cell: ({ rows }) => <Count of={rows} /> },
];

/** Who was erased, by the id that nothing leads from any more. */
export function Erasures() {
  const list = useRows('/erasures', { every: 10_000 });
  return (
    <section aria-label="Erasures">
      <Title order={2} mb="xs">
        Erasures
      </Title>
      <Listing
        label="Erasures"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<p>Nobody was erased yet. A person’s page has the button, and for a user the list of users.</p>}
      />
    </section>
  );
}
