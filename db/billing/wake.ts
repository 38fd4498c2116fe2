import { wakeBefore } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { billingWork } from '../workflowIds.ts';

/** A hold is released: what it kept of the billing records is looked at now, and not with the day's next look. */
export async function wakeBilling(tx: Tx): Promise<void> {
  await wakeBefore(tx, [{ workflowId: billingWork(tx.tenantId).workflowId, at: new Date(0) }]);
}
