import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ActivityFailure,
  continueAsNew,
  defineQuery,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DeletionActivities } from '../activities/deletion.ts';
import { patience, rhythm } from './rhythm.ts';

type Act<Result> = (tenantId: string, deletionId: string) => Promise<Result>;

const { lookAtDeletion, noteFailedDeletion } = proxyActivities<DeletionActivities>({
  startToCloseTimeout: '1 minute',
  retry: patience,
});
// What fails here three times is noted, and tried again by the clock. One call works for at most a minute; a worker that dies is noticed.
const { beginPurge, endOtherRuns, detachBilling, eraseNext, proveErased, destroyKey, findNoBackup, certify, tellOfDelay } =
  proxyActivities<DeletionActivities>({
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: '20 seconds',
    retry: { ...patience, maximumAttempts: 3 },
  });

/** By which an operator finds what is late. */
const alarm = defineSearchAttributeKey('DecorumAlarm', SearchAttributeType.KEYWORD);

const deletionStage = defineQuery<string>('stage');

/**
 * Keeps P7: everything of a deleted account is gone within 30 days, and from the backups within 60. The account was frozen when its
 * deletion was asked for; the record `deletionId` says what is due, and this is its clock. A legal hold stops the purge between two batches.
 */
export async function accountDeletion(tenantId: string, deletionId: string): Promise<void> {
  let now = 'grace';
  setHandler(deletionStage, () => now);
  const { listen, isWoken, rest } = rhythm();

  const done = <Result>(act: Act<Result>): Promise<Result> => act(tenantId, deletionId);

  /**
   * The steps in order, until one says that it is not its time: something is held, or left. Each is a no-op once it is done.
   * Answers false when one failed.
   */
  async function inOrder(...steps: Act<boolean>[]): Promise<boolean> {
    try {
      for (const step of steps) if (!(await done(step))) break;
      return true;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      return false;
    }
  }

  /** Every table of the account, batch by batch; each reads the hold again in its own transaction. */
  async function eraseEverything(): Promise<boolean> {
    for (;;) {
      const progress = await done(eraseNext);
      if (progress !== 'more') return progress === 'erased';
    }
  }

  const sound = (): Promise<boolean> => {
    upsertSearchAttributes([{ key: alarm, value: 'late' }]);
    return Promise.resolve(true);
  };

  const purge = [beginPurge, endOtherRuns, detachBilling, eraseEverything, proveErased, destroyKey, certify];
  for (;;) {
    listen();
    const due = await done(lookAtDeletion);
    now = due.stage;
    if (due.ended && !isWoken()) break;
    const isTold = due.tell && (await inOrder(tellOfDelay, sound)); // letters that nobody took are tried again at the next look
    const steps = due.purge ? purge : due.lookForBackups ? [findNoBackup, certify] : due.certify ? [certify] : [];
    if (!(await inOrder(...steps))) await done(noteFailedDeletion);
    const isBusy = isTold || steps.length > 0; // look at once what follows from it
    if (!(await rest(isBusy ? 0 : due.waitMs))) return continueAsNew<typeof accountDeletion>(tenantId, deletionId);
  }
}
