import { Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Row } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { allOf } from '../../parts/pages.ts';
import { State } from '../../parts/State.tsx';
import { When } from '../../parts/When.tsx';
import { promiseOf, stateWords } from '../obligations/promises.ts';

type PolicyPromise = Row<'/promises'>;

const columns: readonly Column<PolicyPromise>[] = [
  {
    head: 'Promise',
    cell: ({ clause, promise }) => (
      <>
        {clause}: {promise}
      </>
    ),
  },
  { head: 'Open', numeric: true, cell: ({ counts }) => counts && <Open counts={counts} /> },
  { head: 'Kept in 30 days', numeric: true, cell: ({ counts }) => counts && <Count of={counts.met} /> },
  { head: 'Late in 30 days', numeric: true, cell: ({ counts }) => counts && <Late of={counts.late} /> },
  { head: 'Last evidence', cell: (promise) => <LastEvidence promise={promise} /> },
];

/** Each clause of the policy with its counts and its last evidence. */
export function Clauses({ clauses }: { clauses: PolicyPromise[] }) {
  return (
    <section aria-label="Clause by clause">
      <Title order={2} mb="xs">
        Clause by clause
      </Title>
      <Listing label="Clause by clause" list={allOf(clauses)} columns={columns} keyOf={({ clause }) => clause} empty={null} />
    </section>
  );
}

function Open({ counts: { open, overdue } }: { counts: NonNullable<PolicyPromise['counts']> }) {
  if (overdue === 0) return <Count of={open} />;
  return (
    <>
      <Count of={open} />{' '}
      <State tone="bad">
        <Count of={overdue} /> overdue
      </State>
    </>
  );
}

/** What was late is not red: nobody can act on it any more. */
function Late({ of }: { of: number }) {
  if (of === 0) return <Count of={of} />;
  return (
    <State tone="warn">
      <Count of={of} />
    </State>
  );
}

function LastEvidence({ promise: { counts, without, last } }: { promise: PolicyPromise }) {
  if (last)
    return (
      <>
        <Link to="/obligations" search={{ search: last.subjectId }}>
          {promiseOf(last.kind)}
        </Link>
        : {stateWords[last.state]} <When at={last.metAt} />
      </>
    );
  const words = counts ? 'None yet' : (without ?? 'Not watched here: no clock runs for it.');
  return (
    <Text span c="dimmed">
      {words}
    </Text>
  );
}
