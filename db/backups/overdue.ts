/** What is wrong with the backups of the installation. */
export interface BackupTrouble {
  what: 'overdue' | 'unreadable' | 'missing' | 'too_old' | 'drill_failed' | 'drill_overdue';
  /** Of the backup or the drill. */
  subjectId: string;
  since: Date;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** A day between two, and two hours for making one. */
const everyMs = 26 * HOUR_MS;
/** Nothing older may exist (P7: live data gone within 30 days, backups within 60). */
const oldestMs = 30 * DAY_MS;
/** A week between two, and a day for making one. */
const drillEveryMs = 8 * DAY_MS;

interface Taken {
  id: string;
  state: string;
  takenAt: Date;
  isKept: boolean;
}
interface Drill {
  id: string;
  state: 'passed' | 'failed';
  startedAt: Date;
  endedAt: Date;
}

/**
 * Asked of the catalogue alone, by any role that may read it (the application, the auditor): it needs neither Temporal nor the store, so
 * that a backup that nobody takes any more is noticed by whoever is left. Nothing is wrong where none was ever begun.
 */
export async function backupTroubles(
  lookUp: <Row>(sql: string, values: unknown[]) => Promise<Row[]>,
  now: Date,
): Promise<BackupTrouble[]> {
  const taken = await lookUp<Taken>(
    `select id, state, taken_at as "takenAt", destroyed_at is null as "isKept" from backups order by taken_at desc limit 1000`,
    [],
  );
  const drills = await lookUp<Drill>(
    `select id, state, started_at as "startedAt", ended_at as "endedAt" from restore_drills where state <> 'running' order by started_at desc limit 1000`,
    [],
  );
  const troubles: BackupTrouble[] = [];
  const overdue = (what: BackupTrouble['what'], subjectId: string, from: Date, afterMs: number): void => {
    const since = new Date(from.getTime() + afterMs);
    if (since < now) troubles.push({ what, subjectId, since });
  };

  // Also one that was destroyed by now: that none has followed it is the same trouble as before.
  const last = taken.find(({ state }) => state === 'good' || state === 'destroyed') ?? taken.at(-1);
  if (last) overdue('overdue', last.id, last.takenAt, everyMs);
  for (const { id, state, takenAt, isKept } of taken) {
    if (state === 'unreadable' || state === 'missing') troubles.push({ what: state, subjectId: id, since: takenAt });
    if (isKept) overdue('too_old', id, takenAt, oldestMs);
  }
  const [drill] = drills;
  if (drill?.state === 'failed') troubles.push({ what: 'drill_failed', subjectId: drill.id, since: drill.endedAt });
  const passed = drills.find(({ state }) => state === 'passed');
  const first = taken.findLast(({ state }) => state === 'good');
  if (passed) overdue('drill_overdue', passed.id, passed.startedAt, drillEveryMs);
  else if (first) overdue('drill_overdue', first.id, first.takenAt, drillEveryMs);
  return troubles;
}
