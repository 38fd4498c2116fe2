import { heldNow } from '../legalHolds.ts';
import { closeObligation } from '../obligation.ts';
import { beginLook, closeWork, endLook, want } from '../outbox.ts';
import type { Database, Tx } from '../transaction.ts';
import { billingWork } from '../workflowIds.ts';

/** While a hold is in force it is asked for again so often, beside the wake that its release sends. */
const heldMs = 24 * 60 * 60 * 1000;
const every = `(select id, keep_until, 'detached' as place from billing.records where tenant_id = decorum.tenant()
  union all select id, keep_until, 'ledger' from billing_transactions where tenant_id = decorum.tenant()) as every`;

interface Kept {
  id: string;
  place: 'detached' | 'ledger';
  waitMs: number;
  keepUntil: Date;
}

/**
 * Deletes the record whose time has come first, if no hold is in force, and proves that it is gone, all in one transaction. Answers how
 * long to wait for the next: 0, look again at once; null, nothing is kept any more.
 */
export async function deleteNextRecord(tx: Tx): Promise<number | null> {
  const { workflowId } = billingWork(tx.tenantId);
  await beginLook(tx, workflowId);
  const [next] = await tx.rows<Kept>(
    `select id, place, keep_until as "keepUntil", decorum.wait_ms(keep_until) as "waitMs" from ${every} order by keep_until, id limit 1`,
  );
  if (!next) {
    await closeWork(tx, workflowId);
    return null;
  }
  if (next.waitMs > 0) {
    await endLook(tx, workflowId, next.keepUntil);
    return next.waitMs;
  }
  if ((await heldNow(tx, { account: true })).length > 0) return heldMs;
  const table = next.place === 'ledger' ? 'billing_transactions' : 'billing.records';
  await tx.run(`delete from ${table} where id = $1`, [next.id]);
  const { left } = await tx.row<{ left: number }>(`select count(*) as left from ${every} where id = $1`, [next.id]);
  await closeObligation(tx, 'billing.deleted', next.id, { keepUntil: next.keepUntil.toISOString(), from: next.place, left });
  return 0;
}

/** Has every account's records looked after again whose workflow is missing or late; how many there were. */
export async function wakeNeglected(db: Database, most: number): Promise<number> {
  const neglected = await db.lookUp<{ id: string }>(`select billing.neglected($1) as id`, [most]);
  for (const { id } of neglected) await db.inTenant(id, (tx) => want(tx, [billingWork(tx.tenantId)]));
  return neglected.length;
}
