import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { useRows } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { type Obligation, promiseOf } from '../obligations/promises.ts';

const columns: readonly Column<Obligation>[] = [
  {
    head: 'Promise',
    cell: ({ kind, subjectId }) => (
      <Link to="/obligations" search={{ search: subjectId }}>
        {promiseOf(kind)}
      </Link>
    ),
  },
  {
    head: 'Time left',
    cell: ({ dueAt, isOverdue }) => (
      <State tone={isOverdue ? 'bad' : 'quiet'}>
        <TimeLeft until={dueAt} />
      </State>
    ),
  },
  { head: 'Due', cell: ({ dueAt }) => <When at={dueAt} absolute /> },
  { head: 'Clause', cell: ({ clause }) => clause },
  { head: 'Citation', cell: ({ citation }) => citation },
];

/** The clocks that run; the one with the least time left first. */
export function Clocks() {
  const list = useRows('/obligations', { query: { state: 'open', sort: 'due', limit: 10 }, every: 10_000 });
  return (
    <section aria-label="Clocks that run">
      <Title order={2} mb="xs">
        Clocks that run
      </Title>
      <Listing
        label="Clocks that run"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No clock runs">
            One starts when somebody asks not to be written to, when an account is deleted or when an incident is opened.
          </Empty>
        }
      />
    </section>
  );
}
