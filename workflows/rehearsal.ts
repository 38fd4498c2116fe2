import { continueAsNew, defineQuery, proxyActivities, setHandler } from '@temporalio/workflow';
import type { RehearsalActivities, RehearsalProgress } from '../activities/rehearsal.ts';
import { patience, rhythm } from './rhythm.ts';

const { copyForRehearsal, playNext, keepCalendar, eraseRehearsal } = proxyActivities<RehearsalActivities>({
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '30 seconds',
  retry: patience,
});

/** As of the last turn; the API reads the record itself. */
export const rehearsed = defineQuery<RehearsalProgress>('progress');

/**
 * A launch played before it is launched (P11, P12): the same rules over a copy of the real list, on a clock that jumps. Nothing can leave:
 * the copy has no transport. What is kept is the calendar; the copy is erased, also when the rehearsal is cancelled.
 */
export async function rehearsal(tenantId: string, rehearsalId: string): Promise<void> {
  let last: RehearsalProgress = { stage: 'copying', reachedAt: null };
  setHandler(rehearsed, () => last);
  const life = rhythm();

  if (await copyForRehearsal(tenantId, rehearsalId)) {
    do {
      last = await playNext(tenantId, rehearsalId);
      if (!(await life.rest(0))) return continueAsNew<typeof rehearsal>(tenantId, rehearsalId);
    } while (last.stage === 'playing');
    await keepCalendar(tenantId, rehearsalId);
  }
  await eraseRehearsal(tenantId, rehearsalId);
  last = { ...last, stage: 'ended' };
}
