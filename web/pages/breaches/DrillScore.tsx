import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Empty } from '../../parts/Empty.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';

type Score = Reply<'get', '/breaches/{incidentId}/score'>;
type Clock = Score['clocks'][number];
type Step = Score['steps'][number];

const tones: Readonly<Record<Clock['standing'], Tone>> = {
  open: 'quiet',
  met: 'good',
  late: 'bad',
  waived: 'quiet',
  void: 'quiet',
};
const stepWords: Readonly<Record<Step['kind'], string>> = {
  facts: 'First facts added',
  scope: 'Said who is affected',
  words: 'Words of a notice edited',
  approved: 'Notice approved',
  notice_started: 'First notice left',
  regulator_mailed: 'First regulator mailed',
  filed: 'First filing',
  notice_finished: 'Everybody told',
  closed: 'Closed',
};

const clockColumns: readonly Column<Clock>[] = [
  { head: 'Clock', cell: ({ state, recipient }) => (state === '' ? recipient : `${state}: ${recipient}`) },
  { head: 'Standing', cell: ({ standing }) => <State tone={tones[standing]}>{standing}</State> },
  { head: 'Margin', cell: ({ marginHours }) => margin(marginHours) },
  { head: 'Points', numeric: true, cell: ({ points }) => points ?? '–' },
];
const stepColumns: readonly Column<Step>[] = [
  { head: 'Step', cell: ({ kind }) => stepWords[kind] },
  { head: 'Hour of the drill', numeric: true, cell: ({ hour }) => hour },
  { head: 'At', cell: ({ at }) => <When at={at} absolute /> },
];

function margin(hours: number | null): string {
  if (hours === null) return '–';
  return hours < 0 ? `${-hours} h over` : `${hours} h left`;
}

/** How the team did in a drill, against each clock. */
export function DrillScore() {
  const { incidentId } = useParams({ from: '/inside/breaches/$incidentId/score' });
  const { data, error } = useQuery({
    queryKey: ['/breaches/{incidentId}/score', incidentId],
    queryFn: () => ask('get', '/breaches/{incidentId}/score', { params: { incidentId } }),
    refetchInterval: 5_000,
  });
  return (
    <Page
      title="Score of the drill"
      about={
        <Link to="/breaches/$incidentId" params={{ incidentId }}>
          Back to the drill
        </Link>
      }
    >
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && (
        <>
          <Text size="xl" fw={700} role="status">
            {data.points === null ? 'No clock has ended yet.' : `${data.points} of 100 points`}
          </Text>
          <Text>
            A clock kept in time is 100 points; each hundredth of its time over is one less. The hours are the drill's own.
            {data.reminders.length > 0 && ` The officers had to be reminded at hour ${data.reminders.join(', ')}.`}
          </Text>
          <Listing label="Clocks" list={allOf(data.clocks)} columns={clockColumns} keyOf={({ lineId }) => lineId} empty={null} />
          <section aria-label="Steps">
            <Title order={2} mb="xs">
              Steps
            </Title>
            <Listing
              label="Steps"
              list={allOf(data.steps)}
              columns={stepColumns}
              keyOf={({ kind }) => kind}
              empty={<Empty title="Nothing has been done yet" />}
            />
          </section>
        </>
      )}
    </Page>
  );
}
