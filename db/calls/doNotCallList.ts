import type { Tx } from '../transaction.ts';
import type { DoNotCallBasis } from './doNotCall.ts';

export interface ListedNumber {
  askedAt: Date;
  basis: DoNotCallBasis;
}

/** Since when a number must not be called, and how the person asked; null: it is not on the internal list. */
export async function findListed(tx: Tx, numberHash: Buffer): Promise<ListedNumber | null> {
  const [found] = await tx.rows<ListedNumber>(
    `select d.asked_at as "askedAt", r.basis from do_not_call d join do_not_call_requests r on r.tenant_id = d.tenant_id and r.id = d.request_id
     where d.number_hash = $1`,
    [numberHash],
  );
  return found ?? null;
}

export interface DoNotCallRequest {
  id: string;
  basis: DoNotCallBasis;
  numbers: number;
  askedAt: Date;
  askedKey: string;
  closedTasks: number;
  withdrawnClearances: number;
  answeredAt: Date | null;
}

/** Newest first. */
export function listDoNotCallRequests(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<DoNotCallRequest[]> {
  return tx.rows<DoNotCallRequest>(
    `select id, basis, numbers, asked_at as "askedAt", asked_at::text as "askedKey", closed_tasks as "closedTasks",
       withdrawn_clearances as "withdrawnClearances", answered_at as "answeredAt"
     from do_not_call_requests where ($1::timestamptz is null or (asked_at, id) < ($1, $2::uuid)) order by asked_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}
