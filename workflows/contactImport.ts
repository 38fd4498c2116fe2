import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ImportActivities } from '../activities/imports.ts';
import { patience, rhythm } from './rhythm.ts';

const { importNext } = proxyActivities<ImportActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: patience,
});

/**
 * Brings a contact file in (P1): row after row in batches, each of which is one transaction that also moves the resume point, so that no
 * crash makes a row twice. Never-collected data is refused (P2), an erased person stays away (P7), an opt-out stays in force (P11).
 */
export async function contactImport(tenantId: string, importId: string): Promise<void> {
  const life = rhythm();
  while (await importNext(tenantId, importId)) {
    if (!(await life.rest(0))) return continueAsNew<typeof contactImport>(tenantId, importId);
  }
}
