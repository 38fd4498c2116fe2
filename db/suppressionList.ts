import type { Basis, Channel } from './suppressions.ts';
import type { Tx } from './transaction.ts';

/** An opt-out as it is shown. Only the hash is kept; the address is there as long as the contact is. */
export interface ShownSuppression {
  hash: Buffer;
  kind: 'address' | 'domain';
  channel: Channel;
  /** Null: everything that the workspace sends. */
  sequenceId: string | null;
  basis: Basis;
  batchId: string;
  askedAt: Date;
  askedKey: string;
  scopeId: string;
  contactId: string | null;
  /** Of the contact, or of a contact in the domain. */
  address: string | null;
  contactName: string | null;
}

const shown = `x.subject_hash as hash, x.subject_kind as kind, x.channel, nullif(x.scope_id, x.tenant_id) as "sequenceId", x.scope_id as "scopeId",
  x.basis, x.batch_id as "batchId", x.asked_at as "askedAt", x.asked_at::text as "askedKey",
  case when x.subject_kind = 'address' then c.id end as "contactId", c.canonical_email as address,
  case when x.subject_kind = 'address' then nullif(trim(c.first_name || ' ' || c.last_name), '') end as "contactName"`;
const whose = `left join lateral (
    select * from contacts c where c.tenant_id = x.tenant_id
      and ((x.subject_kind = 'address' and c.address_hash = x.subject_hash) or (x.subject_kind = 'domain' and c.domain_hash = x.subject_hash))
    limit 1) c on true`;

/** Newest first, or of `hashes` only. `after`: asked instant, hash, channel and scope of the last one of the page before. */
export async function listSuppressions(
  tx: Tx,
  filter: { hashes: readonly Buffer[] | null; basis: Basis | null; sequenceId: string | null },
  page: { after: string[] | undefined; rows: number },
): Promise<ShownSuppression[]> {
  const [askedAt, hash, channel, scope] = page.after ?? [];
  return tx.rows<ShownSuppression>(
    `select ${shown} from suppressions x ${whose}
     where ($1::bytea[] is null or x.subject_hash = any($1)) and ($2::text is null or x.basis = $2) and ($3::uuid is null or x.scope_id = $3)
       and ($4::timestamptz is null or (x.asked_at, x.subject_hash, x.channel, x.scope_id) < ($4, decode($5, 'hex'), $6::text, $7::uuid))
     order by x.asked_at desc, x.subject_hash desc, x.channel desc, x.scope_id desc limit $8`,
    [filter.hashes, filter.basis, filter.sequenceId, askedAt ?? null, hash ?? null, channel ?? null, scope ?? null, page.rows],
  );
}

export function suppressionKeys({ askedKey, hash, channel, scopeId }: ShownSuppression): string[] {
  return [askedKey, hash.toString('hex'), channel, scopeId];
}

/** One request to suppress, and what became of it. */
export interface SuppressionBatch {
  id: string;
  source: Basis;
  subjects: number;
  askedAt: Date;
  askedKey: string;
  byUser: string | null;
  cancelledSends: number;
  stoppedEnrolments: number;
  closedTasks: number;
  doneAt: Date | null;
}

const batchColumns = `id, source, subjects, asked_at as "askedAt", asked_at::text as "askedKey", by_user as "byUser",
  cancelled_sends as "cancelledSends", stopped_enrolments as "stoppedEnrolments", closed_tasks as "closedTasks", done_at as "doneAt"`;

/** Newest first. */
export async function listBatches(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<SuppressionBatch[]> {
  return tx.rows<SuppressionBatch>(
    `select ${batchColumns} from suppression_batches where ($1::timestamptz is null or (asked_at, id) < ($1, $2::uuid))
     order by asked_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findBatch(tx: Tx, batchId: string): Promise<SuppressionBatch | undefined> {
  const [batch] = await tx.rows<SuppressionBatch>(`select ${batchColumns} from suppression_batches where id = $1`, [batchId]);
  return batch;
}
