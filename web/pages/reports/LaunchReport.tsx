import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { addressOf, ask, type Reply } from '../../api.ts';
import { Count, counted } from '../../parts/Count.tsx';
import type { Column } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { reasonOf } from '../../parts/reasons.ts';
import { subjectOf } from '../../parts/subject.ts';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { useMay } from '../../shell/session.ts';
import { Figures } from './Figures.tsx';
import { Rate } from './Rate.tsx';
import { RestList } from './RestList.tsx';
import { SplitBar } from './SplitBar.tsx';

type Report = Reply<'get', '/launches/{launchId}/report'>;
type Step = Report['steps'][number];
type Sums = Report['total'];

/** What became of a launch: who got each step, what came back, and why the others did not get it. */
export function LaunchReport() {
  const { launchId } = useParams({ from: '/inside/launches/$launchId/report' });
  const { data, error } = useQuery({
    queryKey: ['report', launchId],
    queryFn: () => ask('get', '/launches/{launchId}/report', { params: { launchId } }),
  });
  if (!data) return <Page title="Report">{error ? <ProblemNote error={error} /> : <Waiting what="Counting" />}</Page>;
  return (
    <Page
      title={`Report: ${data.sequenceName}`}
      about={<About report={data} />}
      actions={
        <Button component="a" variant="default" href={addressOf('/launches/{launchId}/report.csv', { launchId })} download>
          Export CSV
        </Button>
      }
    >
      <Steps report={data} />
      <Figures
        title="What came back"
        rows={data.steps.filter(isEmail)}
        columns={[{ head: 'Step', cell: titleOf }, ...cameBack]}
        keyOf={({ stepId }) => stepId}
      />
      <ByVariant report={data} />
      <Reasons report={data} />
      <Figures
        title="By mailbox"
        rows={data.mailboxes}
        columns={[{ head: 'Mailbox', cell: ({ address }) => address }, ...sums]}
        keyOf={({ mailboxId }) => mailboxId}
      />
      <Figures
        title="By rep"
        rows={data.reps}
        columns={[{ head: 'Rep', cell: ({ name }) => name }, ...sums]}
        keyOf={({ userId }) => userId}
      />
    </Page>
  );
}

function About({ report: { launchId, countedAt, total } }: { report: Report }) {
  return (
    <Group gap="md">
      <Link to="/launches/$launchId" params={{ launchId }}>
        the launch
      </Link>
      <span>
        {counted(total.people, 'person', 'people')}, {total.reached} reached
      </span>
      <span>
        counted <When at={countedAt} absolute />
      </span>
    </Group>
  );
}

function Steps({ report: { launchId, steps } }: { report: Report }) {
  const may = useMay();
  const columns: readonly Column<Step>[] = [
    { head: 'Step', cell: titleOf },
    {
      head: 'Split',
      cell: (step) => <SplitBar got={step.got} toCome={toCome(step)} people={step.people} />,
    },
    {
      head: 'Got it',
      numeric: true,
      cell: ({ stepId, got }) => (
        <Link to="/launches/$launchId/report/people" params={{ launchId }} search={{ step: stepId, got: 'yes' }}>
          <Count of={got} />
        </Link>
      ),
    },
    {
      head: 'Have not got it',
      numeric: true,
      cell: ({ stepId, notGot }) => (
        <Link to="/launches/$launchId/report/people" params={{ launchId }} search={{ step: stepId, got: 'no' }}>
          <Count of={notGot} />
        </Link>
      ),
    },
    { head: 'of them, still to come', numeric: true, cell: (step) => <Count of={toCome(step)} /> },
    ...(may('contacts.write')
      ? [
          {
            head: 'Actions',
            cell: (step: Step) => step.notGot > 0 && <RestList launchId={launchId} stepId={step.stepId} step={titleOf(step)} />,
          },
        ]
      : []),
  ];
  return <Figures title="Who got each step" rows={steps} columns={columns} keyOf={({ stepId }) => stepId} />;
}

/** The wordings of the steps that are tried in several, each leading to its people. */
function ByVariant({ report: { launchId, steps } }: { report: Report }) {
  const rows = steps.flatMap((step) => step.variants.map((variant) => ({ ...variant, step })));
  if (rows.length === 0) return null;
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { head: 'Step', cell: ({ step }) => step.number ?? titleOf(step) },
    { head: 'Variant', cell: ({ variant, subject }) => `${variant}. ${subject === '' ? 'in the thread' : subjectOf(subject)}` },
    {
      head: 'Got it',
      numeric: true,
      cell: ({ step, variant, got }) => (
        <Link to="/launches/$launchId/report/people" params={{ launchId }} search={{ step: step.stepId, got: 'yes', variant }}>
          <Count of={got} />
        </Link>
      ),
    },
    ...cameBack,
  ];
  return <Figures title="By variant" rows={rows} columns={columns} keyOf={({ step, variant }) => `${step.stepId} ${variant}`} />;
}

/** Of each step the reasons, each leading to its people. */
function Reasons({ report: { launchId, steps } }: { report: Report }) {
  const rows = steps.flatMap((step) => [
    ...kinds.flatMap(({ of, says }) =>
      Object.entries(step[of].by).map(([because, people]) => ({ step, because, people, says, isReason: of !== 'refused' })),
    ),
    ...(step.bouncedLater > 0
      ? [{ step, because: 'bounced_later', people: step.bouncedLater, says: 'bounced', isReason: true }]
      : []),
    ...(step.unknown > 0 ? [{ step, because: 'answer_lost', people: step.unknown, says: 'unknown', isReason: true }] : []),
  ]);
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { head: 'Step', cell: ({ step }) => titleOf(step) },
    { head: 'What', cell: ({ says }) => says },
    {
      head: 'Why',
      cell: ({ step, because, isReason }) =>
        isReason ? (
          <Link to="/launches/$launchId/report/people" params={{ launchId }} search={{ step: step.stepId, got: 'no', because }}>
            {reasonOf(because)}
          </Link>
        ) : (
          reasonOf(because)
        ),
    },
    { head: 'People', numeric: true, cell: ({ people }) => <Count of={people} /> },
  ];
  return (
    <Figures
      title="Why not"
      rows={rows}
      columns={columns}
      keyOf={({ step, says, because }) => `${step.stepId} ${says} ${because}`}
    />
  );
}

const kinds = [
  { of: 'planned', says: 'will go' },
  { of: 'held', says: 'held' },
  { of: 'waiting', says: 'still to come' },
  { of: 'refused', says: 'refused' },
  { of: 'cancelled', says: 'cancelled' },
  { of: 'stopped', says: 'stopped before' },
  { of: 'blocked', says: 'not taken in' },
  { of: 'skipped', says: 'passed over' },
] as const;

const cameBack: readonly Column<Omit<Step['variants'][number], 'variant' | 'subject'>>[] = [
  { head: 'Sent', numeric: true, cell: ({ sent }) => <Count of={sent} /> },
  { head: 'Unknown', numeric: true, cell: ({ unknown }) => <Count of={unknown} /> },
  { head: 'Bounced', numeric: true, cell: ({ rates }) => <Rate rate={rates.bounced} /> },
  { head: 'Replied', numeric: true, cell: ({ rates }) => <Rate rate={rates.replied} /> },
  { head: 'Out of office', numeric: true, cell: ({ autoReplied }) => <Count of={autoReplied} /> },
  { head: 'Unsubscribed', numeric: true, cell: ({ rates }) => <Rate rate={rates.unsubscribed} /> },
  { head: 'Complained', numeric: true, cell: ({ rates }) => <Rate rate={rates.complained} /> },
];

const sums: readonly Column<Sums>[] = [
  { head: 'People', numeric: true, cell: ({ people }) => <Count of={people} /> },
  { head: 'Sent', numeric: true, cell: ({ sent }) => <Count of={sent} /> },
  { head: 'To go', numeric: true, cell: ({ planned, held }) => <Count of={planned + held} /> },
  { head: 'Bounced', numeric: true, cell: ({ rates }) => <Rate rate={rates.bounced} /> },
  { head: 'Replied', numeric: true, cell: ({ rates }) => <Rate rate={rates.replied} /> },
  { head: 'Unsubscribed', numeric: true, cell: ({ rates }) => <Rate rate={rates.unsubscribed} /> },
  { head: 'Complained', numeric: true, cell: ({ rates }) => <Rate rate={rates.complained} /> },
];

function toCome({ planned, held, waiting }: Step): number {
  return planned.total + held.total + waiting.total;
}

function titleOf({ number, title, kind }: Step): string {
  const words = title === '' && kind !== 'email' ? kind : subjectOf(title);
  return number === null ? `${words} (older version)` : `${number}. ${words}`;
}

function isEmail({ kind }: Step): boolean {
  return kind === 'email';
}
