import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { DoNotCallActivities } from '../activities/doNotCall.ts';
import { patience, wake } from './rhythm.ts';

const { honourDoNotCallRequest } = proxyActivities<DoNotCallActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: patience,
});

/**
 * Keeps P12: a request not to be called is in force when it is answered, by the rows alone. Whoever takes one also closes its tasks before
 * the answer; this does so when that process died in between.
 */
export async function doNotCall(tenantId: string, requestId: string): Promise<void> {
  setHandler(wake, () => {}); // a request never changes: a wake is only a second start
  await honourDoNotCallRequest(tenantId, requestId);
}
