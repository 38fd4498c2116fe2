import { Title } from '@mantine/core';
import type { Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';

const columns: readonly Column<Row<'/suppression-batches'>>[] = [
  { head: 'Asked', cell: ({ askedAt }) => <When at={askedAt} /> },
  { head: 'People', numeric: true, cell: ({ subjects }) => <Count of={subjects} /> },
  { head: 'Messages cancelled', numeric: true, cell: ({ cancelledSends }) => <Count of={cancelledSends} /> },
  { head: 'Sequences stopped', numeric: true, cell: ({ stoppedEnrolments }) => <Count of={stoppedEnrolments} /> },
  { head: 'Tasks closed', numeric: true, cell: ({ closedTasks }) => <Count of={closedTasks} /> },
  {
    head: 'Verified',
    cell: ({ doneAt }) =>
      doneAt === null ? (
        <State tone="warn">in force, being verified</State>
      ) : (
        <State tone="good">
          nothing went out after it, <When at={doneAt} />
        </State>
      ),
  },
];

/** Each request not to be written to and what it did: in force when it was answered, then verified. */
export function Batches() {
  const list = useRows('/suppression-batches', { every: 5_000 });
  if (list.rows?.length === 0) return null;
  return (
    <section aria-label="Requests">
      <Title order={2}>Requests and what they cancelled</Title>
      <Listing label="Requests" list={list} columns={columns} keyOf={({ id }) => id} empty={null} />
    </section>
  );
}
