import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { billingWork } from '../workflowIds.ts';

/**
 * At the purge (P7): moves the minimum of each billing record to the schema that outlives the account, and has it looked after there. How
 * many are kept, and until when the last (an instant; empty: none). Bears repetition.
 */
export async function detachBilling(tx: Tx): Promise<{ kept: number; until: string }> {
  const { kept, until } = await tx.row<{ kept: number; until: Date | null }>(`select kept, until from decorum.detach_billing()`);
  if (kept > 0) await want(tx, [billingWork(tx.tenantId)]);
  return { kept, until: until?.toISOString() ?? '' };
}
