import { Group, NativeSelect, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { Reply, Row } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { reasonOf } from '../../parts/reasons.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import type { Part } from './DayTouches.tsx';
import { Whom } from './Whom.tsx';

type Hold = Row<'/rehearsals/{rehearsalId}/holds'>;
type Counts = Reply<'get', '/rehearsals/{rehearsalId}/calendar'>['holds'];

const tones: Readonly<Record<Hold['standing'], readonly [Tone, string]>> = {
  blocked: ['bad', 'does not start'],
  stopped: ['bad', 'stops'],
  held: ['warn', 'held for review'],
  waits: ['quiet', 'waits overnight'],
};

const columns: readonly Column<Hold>[] = [
  { head: 'Who', cell: ({ contact }) => <Whom contact={contact} /> },
  { head: 'Company', cell: ({ contact }) => contact.company ?? '' },
  { head: 'Step', numeric: true, cell: ({ step }) => step + 1 },
  { head: 'What', cell: ({ standing }) => <State tone={tones[standing][0]}>{tones[standing][1]}</State> },
  { head: 'Why', cell: ({ because }) => reasonOf(because) },
  { head: 'Since', cell: ({ sinceAt }) => <When at={sinceAt} absolute /> },
  { head: 'Goes', cell: ({ goesAt }) => <When at={goesAt} absolute /> },
];

/** Who would not go, or not at once, rule by rule. */
export function Holds({ rehearsalId, counts, part }: { rehearsalId: string; counts: Counts; part: Part }) {
  const { held = '' } = useSearch({ from: '/inside/rehearsals/$rehearsalId' });
  const [set] = useAddress();
  const chosen = counts.find(({ standing, because }) => `${standing} ${because}` === held);
  const list = useRows('/rehearsals/{rehearsalId}/holds', {
    params: { rehearsalId },
    query: { ...part, ...(chosen && { standing: chosen.standing, because: chosen.because }) },
  });
  return (
    <section aria-label="Held">
      <Title order={2}>What would be held, and why</Title>
      <Group my="sm">
        <NativeSelect
          aria-label="Rule"
          value={chosen ? held : ''}
          onChange={(event) => set({ held: event.currentTarget.value || undefined })}
          data={[
            { value: '', label: 'by any rule' },
            ...counts.map(({ standing, because, people }) => ({
              value: `${standing} ${because}`,
              label: `${tones[standing][1]}: ${reasonOf(because)} (${counted(people, 'person', 'people')})`,
            })),
          ]}
        />
      </Group>
      <Listing
        label="Who would be held"
        list={list}
        columns={columns}
        keyOf={({ contact, step, standing, because }) => `${contact.id} ${step} ${standing} ${because}`}
        empty={<Empty title="Nothing is held">Every message would go on the day on which it is due.</Empty>}
      />
    </section>
  );
}
