import { windowCalls } from '../db/calls/tasks.ts';
import { enrolBatch } from '../db/enrolling.ts';
import { finishLaunch, type LaunchState, lockLaunch } from '../db/launches.ts';
import { beginLook, closeWork } from '../db/outbox.ts';
import { type Look, planDue } from '../db/planning.ts';
import { isSettled, pauseLaunch, resumeLaunch, settleNext, steer, stopLaunch } from '../db/steering.ts';
import type { Database, Tx } from '../db/transaction.ts';
import { sequenceWork } from '../db/workflowIds.ts';
import { callingTableVersion, callWindow } from '../law/calls.ts';
import { firstOpening, openingAfter, openingAt } from '../law/openings.ts';
import { addressHasher } from '../providers/keyedHash.ts';
import type { Dispatch } from './dispatch.ts';

export interface LaunchProgress {
  state: LaunchState;
  /** Nothing is left to do, and the launch's row of work is closed. */
  ended: boolean;
  /** A pause, a resumption or a stop has people left to reach. */
  unsettled?: true;
  open: number;
  blocked: number;
  finished: number;
  stopped: number;
}

/** What a launch and its cohorts ask of the record. All are no-ops when their work is done already. */
export function outreachActivities({ db, dispatch, addressKey }: { db: Database; dispatch: Dispatch; addressKey: Buffer }) {
  async function committed<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.inTenant(tenantId, work);
    await dispatch.deliver();
    return result;
  }

  async function steered(
    tenantId: string,
    launchId: string,
    act: (tx: Tx, launchId: string, byUser: string | null) => Promise<boolean>,
  ): Promise<boolean> {
    const changed = await steer(db, tenantId, launchId, (tx) => act(tx, launchId, null));
    await dispatch.deliver();
    return changed;
  }

  return {
    lookAtLaunch: (tenantId: string, launchId: string): Promise<LaunchProgress> =>
      committed(tenantId, async (tx) => {
        const { workflowId } = sequenceWork(tenantId, launchId);
        await lockLaunch(tx, launchId); // before the row of work, as the cohorts do: else the two wait for each other at a launch's end
        await beginLook(tx, workflowId);
        await finishLaunch(tx, launchId);
        const progress = await tx.row<Omit<LaunchProgress, 'ended' | 'unsettled'>>(
          `select l.state, count(*) filter (where e.state in ('waiting', 'queued', 'paused')) as open,
             count(*) filter (where e.state = 'blocked') as blocked, count(*) filter (where e.state = 'finished') as finished,
             count(*) filter (where e.state = 'stopped') as stopped
           from launches l left join enrolments e on e.tenant_id = l.tenant_id and e.launch_id = l.id where l.id = $1 group by l.state`,
          [launchId],
        );
        if (!(await isSettled(tx, launchId))) return { ...progress, ended: false, unsettled: true };
        const isOver = progress.state === 'finished' || progress.state === 'stopped';
        return { ...progress, ended: isOver && (await closeWork(tx, workflowId)) };
      }),

    /** Takes in the next cohort; false when everybody is in. */
    enrolNext: (tenantId: string, launchId: string): Promise<boolean> =>
      committed(tenantId, async (tx) => (await enrolBatch(tx, launchId, firstOpening)).more),

    planCohort: (tenantId: string, launchId: string, cohort: number): Promise<Look> =>
      committed(tenantId, async (tx) => {
        const look = await planDue(tx, launchId, cohort, openingAt);
        const numberHash = addressHasher(addressKey, tenantId);
        await windowCalls(tx, launchId, cohort, {
          numberHash,
          window: callWindow,
          table: callingTableVersion,
          nextOpening: openingAfter,
        });
        return look;
      }),

    /** Reaches the next few hundred people of a pause, a resumption or a stop; false when all are. */
    settle: (tenantId: string, launchId: string): Promise<boolean> => committed(tenantId, (tx) => settleNext(tx, launchId)),

    pause: (tenantId: string, launchId: string): Promise<boolean> => steered(tenantId, launchId, pauseLaunch),
    resume: (tenantId: string, launchId: string): Promise<boolean> => steered(tenantId, launchId, resumeLaunch),
    stop: (tenantId: string, launchId: string): Promise<boolean> => steered(tenantId, launchId, stopLaunch),
  };
}
export type OutreachActivities = ReturnType<typeof outreachActivities>;
