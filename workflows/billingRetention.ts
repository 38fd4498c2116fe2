import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing.ts';
import { patience, rhythm } from './rhythm.ts';

const { deleteNextBillingRecord } = proxyActivities<BillingActivities>({
  startToCloseTimeout: '1 minute',
  retry: patience,
});

/**
 * Keeps P7: billing records stay for seven years from the transaction, also when their account is long gone, and are then deleted one by
 * one. Lives for as long as there is one; no run for more than thirty days.
 */
export async function billingRetention(tenantId: string): Promise<void> {
  const life = rhythm();
  for (;;) {
    life.listen();
    const waitMs = await deleteNextBillingRecord(tenantId);
    if (waitMs === null && !life.isWoken()) return;
    if (!(await life.rest(waitMs ?? 0))) return continueAsNew<typeof billingRetention>(tenantId);
  }
}
