import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, type Reply } from '../../api.ts';
import { Count, counted } from '../../parts/Count.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { reasonOf } from '../../parts/reasons.ts';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useSession } from '../../shell/session.ts';
import { BackupHealth } from '../backups/BackupHealth.tsx';

type Shown = Reply<'get', '/system'>;
type Queue = Shown['queues'][number];
type Law = Shown['law'][number];

/** Whether the machine is well. */
export function System() {
  const { temporalUi } = useSession();
  const { data, error } = useQuery({
    queryKey: ['system'],
    queryFn: () => ask('get', '/system'),
    refetchInterval: 5_000,
  });
  const temporal = temporalUi !== null && (
    <a href={temporalUi} target="_blank" rel="noreferrer">
      Open Temporal
    </a>
  );
  return (
    <Page title="System" about="Whether the machine is well: who works on what, and what is owed." actions={temporal}>
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <Sections system={data} />}
    </Page>
  );
}

function Sections({ system: { auditor, queues, mailboxes, law, schemaVersion } }: { system: Shown }) {
  return (
    <>
      <section aria-label="Auditor">
        <State tone={auditor.isSilent ? 'bad' : 'good'}>
          {auditor.isSilent ? 'The auditor is silent: broken promises are not noticed' : 'The auditor looks every minute'}
        </State>{' '}
        <Link to="/auditor">What it has found</Link>
      </section>
      <section aria-label="Workers">
        <Title order={2} mb="xs">
          Workers and queues
        </Title>
        <Listing label="Queues" list={allOf(queues)} columns={queueColumns} keyOf={({ taskQueue }) => taskQueue} empty={null} />
      </section>
      <section aria-label="Backups">
        <Title order={2} mb="xs">
          Backups
        </Title>
        <BackupHealth />
      </section>
      <section aria-label="Mailboxes">
        <Title order={2} mb="xs">
          Mailboxes
        </Title>
        {mailboxes.length === 0 && <p>There is none yet.</p>}
        <ul className="plain">
          {mailboxes.map(({ state, because, count }) => (
            <li key={`${state} ${because ?? ''}`}>
              <State tone={toneOf(state, because)}>
                <Link to="/mailboxes">{counted(count, 'mailbox', 'mailboxes')}</Link> {state}
                {because !== null && `: ${reasonOf(because)}`}
              </State>
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Versions">
        <Title order={2} mb="xs">
          Schema and law
        </Title>
        <Facts facts={[['Schema', schemaVersion]]} />
        <Listing label="Law tables" list={allOf(law)} columns={lawColumns} keyOf={({ file }) => file} empty={null} />
      </section>
    </>
  );
}

const work: Readonly<Record<Queue['taskQueue'], string>> = {
  legal: 'opt-outs, breaches, letters',
  outreach: 'launches and their people',
  mail: 'mailboxes that send',
  bulk: 'imports and rehearsals',
};

const queueColumns: readonly Column<Queue>[] = [
  { head: 'Queue', cell: ({ taskQueue }) => taskQueue },
  { head: 'For', cell: ({ taskQueue }) => work[taskQueue] },
  { head: 'Workers', cell: ({ workers }) => <Workers workers={workers} /> },
  { head: 'Workflows open', numeric: true, cell: ({ open }) => <Count of={open} /> },
  {
    head: 'Owed to Temporal',
    numeric: true,
    cell: ({ owed }) => <Count of={owed} />,
  },
];

const lawColumns: readonly Column<Law>[] = [
  { head: 'Table', cell: ({ file }) => file },
  { head: 'Rows', numeric: true, cell: ({ rows }) => <Count of={rows} /> },
  { head: 'Version', cell: ({ version }) => <code>{version}</code> },
];

function Workers({ workers }: { workers: Queue['workers'] }) {
  if (workers === null) return <State tone="bad">Temporal does not answer</State>;
  if (workers.workflows === 0 || workers.activities === 0) return <State tone="bad">nobody works here</State>;
  return <State tone="good">{counted(workers.activities, 'worker')}</State>;
}

function toneOf(state: 'active' | 'paused', because: string | null) {
  if (state === 'active') return 'good';
  return because === 'by_hand' ? 'warn' : 'bad';
}
