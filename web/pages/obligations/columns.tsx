import { Text } from '@mantine/core';
import type { Column } from '../../parts/Listing.tsx';
import { State } from '../../parts/State.tsx';
import { TemporalLink } from '../../parts/TemporalLink.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { Evidence } from './Evidence.tsx';
import { type Obligation, promiseOf, stateWords, tones } from './promises.ts';

export const columns: readonly Column<Obligation>[] = [
  {
    head: 'Promise',
    cell: ({ kind, clause }) => (
      <>
        {promiseOf(kind)}{' '}
        <Text span c="dimmed">
          ({clause})
        </Text>
      </>
    ),
  },
  { head: 'Citation', cell: ({ citation }) => citation },
  { head: 'Begun', sort: 'begun', cell: ({ startedAt }) => <When at={startedAt} /> },
  {
    head: 'Due',
    sort: 'due',
    cell: ({ dueAt, state }) => (
      <>
        <When at={dueAt} absolute />
        {state === 'open' && (
          <div>
            <TimeLeft until={dueAt} />
          </div>
        )}
      </>
    ),
  },
  {
    head: 'State',
    cell: ({ state, isOverdue, metAt }) => (
      <>
        <State tone={isOverdue ? 'bad' : tones[state]}>{isOverdue ? 'overdue' : stateWords[state]}</State>
        {metAt !== null && (
          <div>
            <When at={metAt} />
          </div>
        )}
      </>
    ),
  },
  {
    head: 'Evidence',
    cell: ({ evidence, basis, workflowId }) => (
      <>
        <Evidence evidence={evidence} basis={basis} />
        <TemporalLink workflowId={workflowId} />
      </>
    ),
  },
];
