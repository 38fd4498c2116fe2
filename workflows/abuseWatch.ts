import { proxyActivities } from '@temporalio/workflow';
import type { AbuseActivities } from '../activities/abuse.ts';
import { patience } from './rhythm.ts';

const { lookForAbuse } = proxyActivities<AbuseActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { ...patience, maximumAttempts: 20 }, // the Schedule looks again anyway
});

/** Keeps P3, by a Schedule: signs of abuse are seen within a quarter of an hour, and have their measure at once. */
export async function abuseWatch(): Promise<void> {
  await lookForAbuse();
}
