import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Reply } from '../../api.ts';
import { Count } from '../../parts/Count.tsx';
import { type Column, Listing } from '../../parts/Listing.tsx';
import { Page } from '../../parts/Page.tsx';
import { allOf } from '../../parts/pages.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State, type Tone } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';
import { BackupHealth, backupsQuery } from './BackupHealth.tsx';

type Shown = Reply<'get', '/backups'>;
type Backup = Shown['backups'][number];
type Drill = Shown['drills'][number];

/** Whether what is lost could be brought back, and whether what is erased stays so. */
export function Backups() {
  const { data, error } = useQuery(backupsQuery);
  return (
    <Page
      title="Backups"
      about="One a day of the whole installation, encrypted under a key of its own, read back, and destroyed with its key within 30 days."
    >
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <Sections shown={data} />}
    </Page>
  );
}

function Sections({ shown: { backups, drills } }: { shown: Shown }) {
  return (
    <>
      <section aria-label="Health">
        <BackupHealth />
      </section>
      <section aria-label="Restore drills">
        <Title order={2} mb="xs">
          Restore drills
        </Title>
        <Listing
          label="Restore drills"
          list={allOf(drills)}
          columns={drillColumns}
          keyOf={({ id }) => id}
          empty={<p>None yet. Each week the newest backup is restored beside the database.</p>}
        />
      </section>
      <section aria-label="Backups">
        <Title order={2} mb="xs">
          Backups
        </Title>
        <Listing label="Backups" list={allOf(backups)} columns={columns} keyOf={({ id }) => id} empty={null} />
      </section>
    </>
  );
}

const tones: Readonly<Record<Backup['state'] | Drill['state'], Tone>> = {
  taking: 'quiet',
  running: 'quiet',
  good: 'good',
  passed: 'good',
  destroyed: 'quiet',
  unreadable: 'bad',
  missing: 'bad',
  failed: 'bad',
};

function Told({ state, problem }: { state: Backup['state'] | Drill['state']; problem: string | null }) {
  return (
    <State tone={tones[state]}>
      {state}
      {problem !== null && `: ${problem}`}
    </State>
  );
}

const size = new Intl.NumberFormat('en', { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 });

const columns: readonly Column<Backup>[] = [
  { head: 'Taken', cell: ({ takenAt }) => <When at={takenAt} absolute /> },
  { head: 'State', cell: ({ state, problem }) => <Told state={state} problem={problem} /> },
  { head: 'Read back', cell: ({ verifiedAt }) => <When at={verifiedAt} absolute /> },
  { head: 'Rows', numeric: true, cell: ({ rows }) => (rows === null ? '–' : <Count of={rows} />) },
  { head: 'Size', numeric: true, cell: ({ bytes }) => (bytes === null ? '–' : size.format(bytes / 1e6)) },
  {
    head: 'Destroyed',
    cell: ({ destroyedAt, expiresAt }) =>
      destroyedAt === null ? (
        <>
          due <When at={expiresAt} absolute />
        </>
      ) : (
        <When at={destroyedAt} absolute />
      ),
  },
  { head: 'Name', cell: ({ name }) => <code>{name}</code> },
];

const drillColumns: readonly Column<Drill>[] = [
  { head: 'Began', cell: ({ startedAt }) => <When at={startedAt} absolute /> },
  { head: 'Result', cell: ({ state, problem }) => <Told state={state} problem={problem} /> },
  { head: 'Rows', numeric: true, cell: ({ rows }) => (rows === null ? '–' : <Count of={rows} />) },
  { head: 'Erased again', numeric: true, cell: ({ erasures }) => (erasures === null ? '–' : <Count of={erasures} />) },
];
