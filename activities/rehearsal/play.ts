import { enrolBatch } from '../../db/enrolling.ts';
import { hasOpenWork } from '../../db/pacing.ts';
import { planDue } from '../../db/planning.ts';
import {
  type CohortDue,
  cohortsDue,
  copyNow,
  finishDueTasks,
  isUnderWay,
  jumpTo,
  noteWaiting,
  takeUpAgain,
} from '../../db/rehearsal/playing.ts';
import type { Rehearsal } from '../../db/rehearsal/rehearsals.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { firstOpening, openingAfter, openingAt } from '../../law/openings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A mailbox that could do nothing although something is due is looked at again after so long; legal time. */
const leastWaitMs = 1_000;
/** So long after it is due a message is gone, as a rule. Without it the next step would be due at the very instant a window opens. */
const sendingMs = 250;

export interface Stage {
  readonly db: Database;
  /** The sender's own work (activities/mail.ts) over a connection to nobody. Real milliseconds are legal ones: the copy's clock runs by 1. */
  sendDue(tenantId: string, mailboxId: string): Promise<number | null>;
}

/**
 * Plays the copy: what its workflows would do, from due instant to due instant, by the same statements. They sleep on Temporal's clock; here
 * the copy's clock jumps to where the first of them would wake. Everything is in the copy's rows, so that a turn can begin anywhere.
 */
export async function play(
  { db, sendDue }: Stage,
  { id, copyId, launchId, untilAt }: Rehearsal & { launchId: string },
  isOver: () => Promise<boolean>,
): Promise<{ reachedAt: Date; ended: boolean }> {
  const inCopy = <T>(work: (tx: Tx) => Promise<T>) => db.inTenant(copyId, work);
  await inCopy(takeUpAgain);
  while ((await inCopy((tx) => enrolBatch(tx, launchId, firstOpening))).more) {
    if (await isOver()) return { reachedAt: await now(), ended: false };
  }
  /** When each mailbox's sender would wake, as it said itself; a mailbox that is not in it is asked. */
  const wakes = new Map<string, number | null>();

  for (;;) {
    const dueAt = await now();
    await planEverything(dueAt);
    const mailboxes = await awake(dueAt);
    const at = mailboxes.length > 0 ? new Date(dueAt.getTime() + sendingMs) : dueAt;
    await inCopy((tx) => jumpTo(tx, at));
    for (const mailboxId of mailboxes) wakes.set(mailboxId, await sendUntilItRests(mailboxId, at));
    const cohorts = await inCopy(cohortsDue);
    if (cohorts.some((cohort) => cohort.at <= at)) continue; // an outcome that leads on at once
    const next = earliest(cohorts, wakes);
    const ended = next === null || next > untilAt.getTime() || !(await inCopy((tx) => isUnderWay(tx, launchId)));
    const isNewDay = ended || Math.floor(next / DAY_MS) > Math.floor(dueAt.getTime() / DAY_MS);
    if (isNewDay) await inCopy((tx) => noteWaiting(tx, id, launchId));
    if (ended) return { reachedAt: at, ended };
    await inCopy((tx) => jumpTo(tx, new Date(next)));
    if (await isOver()) return { reachedAt: new Date(next), ended: false };
  }

  async function now(): Promise<Date> {
    const at = await inCopy(copyNow);
    if (!at) throw new Error('The copy of this rehearsal is gone.');
    return at;
  }

  /** Whoever is due becomes a message or a task; a task that is due is done, which may make the next step due. */
  async function planEverything(at: Date): Promise<void> {
    for (;;) {
      const due = (await inCopy(cohortsDue)).filter((cohort) => cohort.at <= at);
      for (const { launchId, cohort } of due) await inCopy((tx) => planDue(tx, launchId, cohort, openingAt));
      if (due.length > 0) wakes.clear(); // what was planned may be for any mailbox
      const finished = await inCopy((tx) => finishDueTasks(tx, openingAfter));
      if (due.length === 0 && finished === 0) return;
    }
  }

  async function awake(at: Date): Promise<string[]> {
    const mailboxes = await inCopy((tx) => tx.rows<{ id: string }>(`select id from mailboxes order by id`));
    return mailboxes
      .map((row) => row.id)
      .filter((id) => {
        const wake = wakes.get(id);
        return wake === undefined || (wake !== null && wake <= at.getTime());
      });
  }

  /** When the mailbox's sender would look again; null: not before something is planned. */
  async function sendUntilItRests(mailboxId: string, at: Date): Promise<number | null> {
    const waitMs = await sendDue(copyId, mailboxId);
    if (waitMs === null || (waitMs === 0 && !(await inCopy((tx) => hasOpenWork(tx, mailboxId))))) return null; // 0 says also that all is over
    return at.getTime() + Math.max(waitMs, leastWaitMs);
  }
}

function earliest(cohorts: readonly CohortDue[], wakes: ReadonlyMap<string, number | null>): number | null {
  const times = [...cohorts.map(({ at }) => at.getTime()), ...[...wakes.values()].filter((wake) => wake !== null)];
  return times.length === 0 ? null : Math.min(...times);
}
