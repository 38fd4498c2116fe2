import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { OutreachActivities } from '../activities/outreach.ts';
import { patience, rhythm } from './rhythm.ts';

const { planCohort } = proxyActivities<OutreachActivities>({ startToCloseTimeout: '1 minute', retry: patience });

/**
 * A few hundred people of a launch (P11, P12): sleeps until the first of them is due, turns whoever is due into rows of work for a
 * mailbox or a rep, sleeps on. It keeps nothing about anybody: who is due, and when, is in the record.
 */
export async function outreachCohort(tenantId: string, launchId: string, cohort: number): Promise<void> {
  const { listen, isWoken, rest } = rhythm();
  for (;;) {
    listen();
    const { waitMs, ended } = await planCohort(tenantId, launchId, cohort);
    if (ended && !isWoken()) return;
    if (!(await rest(waitMs))) return continueAsNew<typeof outreachCohort>(tenantId, launchId, cohort);
  }
}
