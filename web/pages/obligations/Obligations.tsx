import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { addressOf, ask, type Row } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { useRows } from '../../parts/pages.ts';
import { useAddress } from '../../parts/SearchField.tsx';
import { inWords, State, type Tone } from '../../parts/State.tsx';
import { TemporalLink } from '../../parts/TemporalLink.tsx';
import { TimeLeft, When } from '../../parts/When.tsx';
import { Evidence } from './Evidence.tsx';

type Obligation = Row<'/obligations'>;

const tones: Readonly<Record<Obligation['state'], Tone>> = {
  open: 'quiet',
  met: 'good',
  late: 'bad',
  waived: 'quiet',
  void: 'quiet',
};

/** Promises as an officer would say them. */
const promises: Readonly<Record<string, string>> = { 'suppression.honoured': 'An opt-out is honoured' };

const columns: readonly Column<Obligation>[] = [
  {
    head: 'Promise',
    cell: ({ kind, clause }) => (
      <>
        {promises[kind] ?? inWords(kind)}{' '}
        <Text span c="dimmed">
          ({clause})
        </Text>
      </>
    ),
  },
  { head: 'Citation', cell: ({ citation }) => citation },
  { head: 'Begun', cell: ({ startedAt }) => <When at={startedAt} /> },
  {
    head: 'Due',
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
        <State tone={isOverdue ? 'bad' : tones[state]}>{isOverdue ? 'overdue' : state}</State>
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

export function Obligations() {
  const { state, clause } = useSearch({ from: '/inside/obligations' });
  const [set] = useAddress();
  const list = useRows('/obligations', { query: { state: state as Obligation['state'] | undefined, clause }, every: 10_000 });
  const { data: counts } = useQuery({
    queryKey: ['obligation-counts'],
    queryFn: () => ask('get', '/obligations/counts'),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Obligations"
      about="Every promise with a clock: what is due, what was kept, what was late."
      actions={
        <Button component="a" variant="default" href={addressOf('/obligations.ics')} download>
          As a calendar
        </Button>
      }
    >
      {counts && (
        <Text role="status">
          {counts.overdue > 0 ? <State tone="bad">{counts.overdue} overdue</State> : <State tone="good">nothing overdue</State>},{' '}
          {counted(counts.open, 'promise')} open, {counted(counts.met, 'promise')} kept, {counted(counts.late, 'promise')} kept
          late.
        </Text>
      )}
      <Group>
        <NativeSelect
          aria-label="State"
          value={state ?? ''}
          onChange={(event) => set({ state: event.currentTarget.value || undefined })}
          data={[{ value: '', label: 'in any state' }, ...Object.keys(tones)]}
        />
        <NativeSelect
          aria-label="Clause"
          value={clause ?? ''}
          onChange={(event) => set({ clause: event.currentTarget.value || undefined })}
          data={[{ value: '', label: 'of any clause' }, ...Array.from({ length: 17 }, (_, index) => `P${index + 1}`)]}
        />
      </Group>
      <Listing
        label="Obligations"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          state || clause ? (
            <Empty title="No promise fits">Choose another state or clause.</Empty>
          ) : (
            <Empty title="No promise has a clock yet">
              The first one opens when somebody asks not to be written to: it is kept within seconds, and stands here with its
              evidence.
            </Empty>
          )
        }
      />
    </Page>
  );
}
