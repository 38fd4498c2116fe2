import { proxyActivities } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing.ts';
import { patience } from './rhythm.ts';

const { sweepBilling } = proxyActivities<BillingActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { ...patience, maximumAttempts: 20 }, // the Schedule looks again tomorrow
});

/** Keeps P7 by a Schedule, each day: finds what the workflows of retention should have done and did not, and has it done. */
export async function retentionSweep(): Promise<void> {
  await sweepBilling();
}
