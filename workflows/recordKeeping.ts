import { proxyActivities } from '@temporalio/workflow';
import type { RecordKeepingActivities } from '../activities/recordKeeping.ts';
import { patience } from './rhythm.ts';

const { signAuditHeads, sweepUsage } = proxyActivities<RecordKeepingActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { ...patience, maximumAttempts: 20 }, // the Schedule looks again anyway
});

/** Keeps P5 and P1, by a Schedule: what was done cannot be denied later, and usage data is kept no longer than it is said to be. */
export async function recordKeeping(): Promise<void> {
  await signAuditHeads();
  await sweepUsage();
}
