import { Title } from '@mantine/core';
import type { Row } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { inWords } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { Whom } from './Whom.tsx';

type Touch = Row<'/rehearsals/{rehearsalId}/touches'>;

/** Whose part is looked at. */
export interface Part {
  readonly ownerId: string | undefined;
  readonly mailboxId: string | undefined;
  readonly company: string | undefined;
}

const columns: readonly Column<Touch>[] = [
  { head: 'When', cell: ({ at }) => <When at={at} absolute /> },
  { head: 'Who', cell: ({ contact }) => <Whom contact={contact} /> },
  { head: 'Company', cell: ({ contact }) => contact.company ?? '' },
  { head: 'What', cell: ({ kind, step }) => `${kind === 'email' ? 'message' : inWords(kind)} of step ${step + 1}` },
];

/** Everything that would happen on one day. */
export function DayTouches({
  rehearsalId,
  day,
  zone,
  part,
  mailboxes,
}: {
  rehearsalId: string;
  day: string;
  zone: string;
  part: Part;
  mailboxes: readonly { id: string; address: string }[];
}) {
  const address = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox.address]));
  const list = useRows('/rehearsals/{rehearsalId}/touches', { params: { rehearsalId }, query: { ...part, day, zone } });
  return (
    <section aria-label="The day">
      <Title order={2}>{long.format(new Date(`${day}T00:00:00Z`))}</Title>
      <Listing
        label="What would go that day"
        list={list}
        columns={[...columns, { head: 'Over', cell: ({ mailboxId }) => address.get(mailboxId) ?? '' }]}
        keyOf={({ contact, step }) => `${contact.id} ${step}`}
        empty={<Empty title="Nothing on this day">Choose another day, or everybody.</Empty>}
      />
    </section>
  );
}

const long = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeZone: 'UTC' });
