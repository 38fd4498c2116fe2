import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { AbuseActivities } from '../activities/abuse.ts';
import { patience, rhythm } from './rhythm.ts';

const { workOnCase } = proxyActivities<AbuseActivities>({ startToCloseTimeout: '1 minute', retry: patience });

/**
 * Keeps P3: what was found and what is done about it is told to the owners, an appeal and a decision are told as well, and a measure whose
 * sign is not seen again ends by itself. The measure itself is in force by the rows alone.
 */
export async function abuseCase(tenantId: string, caseId: string): Promise<void> {
  const life = rhythm();
  for (;;) {
    life.listen();
    const wait = await workOnCase(tenantId, caseId);
    if (wait.isOver) return;
    if (!(await life.rest(wait.waitMs))) return continueAsNew<typeof abuseCase>(tenantId, caseId);
  }
}
