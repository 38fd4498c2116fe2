import { orderOf, type Orders, type Sort, type Sorted } from './sorting.ts';
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
  scopeId: string;
  contactId: string | null;
  /** Of the contact, or of a contact in the domain. */
  address: string | null;
  contactName: string | null;
}

const shown = `x.subject_hash as hash, x.subject_kind as kind, x.channel, nullif(x.scope_id, x.tenant_id) as "sequenceId", x.scope_id as "scopeId",
  x.basis, x.batch_id as "batchId", x.asked_at as "askedAt",
  case when x.subject_kind = 'address' then c.id end as "contactId", c.canonical_email as address,
  case when x.subject_kind = 'address' then nullif(trim(c.first_name || ' ' || c.last_name), '') end as "contactName"`;
const whose = `left join lateral (
    select * from contacts c where c.tenant_id = x.tenant_id
      and ((x.subject_kind = 'address' and c.address_hash = x.subject_hash) or (x.subject_kind = 'domain' and c.domain_hash = x.subject_hash))
    limit 1) c on true`;

export const suppressionOrders = {
  asked: { by: 'x.asked_at', as: 'timestamptz' },
  why: { by: 'x.basis', as: 'text' },
} as const satisfies Orders<string>;

export interface SuppressionFilter {
  /** Only these; null: all. */
  hashes: readonly Buffer[] | null;
  basis: Basis | null;
  sequenceId: string | null;
  sort: Sort<keyof typeof suppressionOrders>;
}

/** `after`: what was ordered by, hash, channel and scope of the last one of the page before: an opt-out has no id of its own. */
export async function listSuppressions(
  tx: Tx,
  filter: SuppressionFilter,
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<ShownSuppression>[]> {
  const { by, as, direction, beyond } = orderOf(suppressionOrders, filter.sort);
  const [key, hash, channel, scope] = page.after ?? [];
  return tx.rows<Sorted<ShownSuppression>>(
    `select ${shown}, (${by})::text as "sortKey" from suppressions x ${whose}
     where ($1::bytea[] is null or x.subject_hash = any($1)) and ($2::text is null or x.basis = $2) and ($3::uuid is null or x.scope_id = $3)
       and ($4::text is null or (${by}, x.subject_hash, x.channel, x.scope_id) ${beyond} ($4::${as}, decode($5, 'hex'), $6::text, $7::uuid))
     order by ${by} ${direction}, x.subject_hash ${direction}, x.channel ${direction}, x.scope_id ${direction} limit $8`,
    [filter.hashes, filter.basis, filter.sequenceId, key ?? null, hash ?? null, channel ?? null, scope ?? null, page.rows],
  );
}

export function suppressionKeys({ sortKey, hash, channel, scopeId }: Sorted<ShownSuppression>): string[] {
  return [sortKey, hash.toString('hex'), channel, scopeId];
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
