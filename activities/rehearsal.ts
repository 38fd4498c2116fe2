import { Context } from '@temporalio/activity';
import { beginLook } from '../db/outbox.ts';
import { copyPlan } from '../db/rehearsal/copying.ts';
import { carryHome, eraseCopy, writeDown } from '../db/rehearsal/keeping.ts';
import { endRehearsal, findRehearsal, noteReached, type Rehearsal } from '../db/rehearsal/rehearsals.ts';
import type { Database } from '../db/transaction.ts';
import { rehearsalWork } from '../db/workflowIds.ts';
import { noTransport } from '../providers/mail/noTransport.ts';
import { createTemplates } from '../providers/templates.ts';
import { beating } from './beating.ts';
import { mailActivities, type MailDependencies } from './mail.ts';
import { wordsOnly } from './mail/wordsOnly.ts';
import { play } from './rehearsal/play.ts';

/** A call returns after so long even if there is more to play: the workflow calls again. */
const turnMs = 30_000;

export interface RehearsalProgress {
  stage: 'copying' | 'playing' | 'keeping' | 'ended';
  /** Legal instant that the copy's clock has come to. */
  reachedAt: string | null;
}

/** What a rehearsal asks of the world: nothing of it but the database. */
export function rehearsalActivities(deps: Pick<MailDependencies, 'db' | 'dispatch' | 'vault' | 'monotonicMs'>) {
  const { db } = deps;
  const { sendDue } = mailActivities({
    ...deps,
    dispatch: { deliver: () => Promise.resolve() }, // a rehearsal wants no workflow
    pool: noTransport,
    rendererOf: wordsOnly(createTemplates()),
    fault: () => Promise.resolve(),
    random: () => 0.5, // the mean of the gap
  });

  return {
    /** Makes the copy; false when there is nothing to play. */
    async copyForRehearsal(tenantId: string, rehearsalId: string): Promise<boolean> {
      const rehearsal = await db.inTenant(tenantId, async (tx) => {
        await beginLook(tx, rehearsalWork(tenantId, rehearsalId).workflowId);
        return findRehearsal(tx, rehearsalId);
      });
      if (rehearsal?.state === 'playing') return true;
      if (rehearsal?.state !== 'copying') return false;
      return beating(() => copyPlan(db, tenantId, rehearsal, () => isCancelled(tenantId, rehearsalId)));
    },

    /** Plays on from where the copy's clock stands, for half a minute at most. */
    async playNext(tenantId: string, rehearsalId: string): Promise<RehearsalProgress> {
      const rehearsal = await find(db, tenantId, rehearsalId);
      const { launchId } = rehearsal ?? {};
      if (rehearsal?.state !== 'playing' || !launchId) return { stage: 'ended', reachedAt: null };
      const endsAt = deps.monotonicMs() + turnMs;
      const { cancellationSignal } = Context.current();
      let askedAt = -Infinity;
      const isCancelledByNow = () => {
        if (deps.monotonicMs() < askedAt + 1_000) return false; // a step takes milliseconds, and a user can wait for a second
        askedAt = deps.monotonicMs();
        return isCancelled(tenantId, rehearsalId);
      };
      const isOver = async () => cancellationSignal.aborted || deps.monotonicMs() > endsAt || (await isCancelledByNow());
      const { reachedAt, ended } = await beating(() => play({ db, sendDue }, { ...rehearsal, launchId }, isOver));
      await db.inTenant(tenantId, (tx) => noteReached(tx, rehearsalId, reachedAt));
      const isDone = ended || (await isCancelled(tenantId, rehearsalId));
      return { stage: isDone ? 'keeping' : 'playing', reachedAt: reachedAt.toISOString() };
    },

    /** Brings the calendar home. Of a cancelled rehearsal there is none. */
    async keepCalendar(tenantId: string, rehearsalId: string): Promise<void> {
      const rehearsal = await find(db, tenantId, rehearsalId);
      const { launchId } = rehearsal ?? {};
      if (rehearsal?.state !== 'playing' || rehearsal.cancelAsked || !launchId) return;
      await beating(async () => {
        await db.inTenant(rehearsal.copyId, (tx) => writeDown(tx, rehearsalId, launchId));
        await carryHome(db, tenantId, rehearsal);
      });
    },

    async eraseRehearsal(tenantId: string, rehearsalId: string): Promise<void> {
      await beating(() => eraseCopy(db, tenantId, rehearsalId)); // by the id that both have: the rehearsal's row may be gone
      await db.inTenant(tenantId, (tx) => endRehearsal(tx, rehearsalId));
    },
  };

  async function isCancelled(tenantId: string, rehearsalId: string): Promise<boolean> {
    return (await find(db, tenantId, rehearsalId))?.cancelAsked ?? true;
  }
}
export type RehearsalActivities = ReturnType<typeof rehearsalActivities>;

function find(db: Database, tenantId: string, rehearsalId: string): Promise<Rehearsal | undefined> {
  return db.inTenant(tenantId, (tx) => findRehearsal(tx, rehearsalId));
}
