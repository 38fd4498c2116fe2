import { defineQuery, proxyActivities, setHandler } from '@temporalio/workflow';
import type { SuppressionActivities } from '../activities/suppression.ts';
import { patience, wake } from './rhythm.ts';

const { cancelNext, proveHonoured } = proxyActivities<SuppressionActivities>({
  startToCloseTimeout: '1 minute',
  retry: patience,
});

export const stage = defineQuery<'cancelling' | 'proving' | 'closed'>('stage');

/**
 * Keeps P11: an opt-out is in force when its request is answered, by the rows alone; this cancels what was on its way to the batch's
 * people, proves that nothing began after the answer, and closes the ten-business-day obligation with that evidence.
 */
export async function suppression(tenantId: string, batchId: string): Promise<void> {
  let now: 'cancelling' | 'proving' | 'closed' = 'cancelling';
  setHandler(stage, () => now);
  setHandler(wake, () => {}); // a batch never changes: a wake is only a second start

  while (await cancelNext(tenantId, batchId));
  now = 'proving';
  await proveHonoured(tenantId, batchId);
  now = 'closed';
}
