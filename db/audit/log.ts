import type { Tx } from '../transaction.ts';
import { hashOf, noHash, type Via } from './chain.ts';

export interface Audited {
  /** What was done, as `post /launches/{launchId}/pause` or, by the product itself, `account purged`. Never personal data. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
}

/** Who does what a transaction does, and from where. */
export interface Actor {
  readonly via: Via;
  readonly userId: string | null;
  /** Keyed hash of the network address, 16 bytes. */
  readonly place: Buffer | null;
}

const itself: Actor = { via: 'system', userId: null, place: null };
const actors = new WeakMap<Tx, Actor>();
const withEntry = new WeakSet<Tx>();

/** The transaction is somebody's; said by the edge that knows whose. */
export function actsAs(tx: Tx, actor: Partial<Actor>): void {
  actors.set(tx, { ...(actors.get(tx) ?? itself), ...actor });
}

/**
 * Adds an entry to the workspace's chain, in the transaction of the change. It holds the chain until the commit, so it is the last
 * statement of a transaction. A workspace that does not exist (a sign-up that nobody has confirmed) has no chain.
 */
export async function audited(tx: Tx, { action, subjectKind, subjectId }: Audited): Promise<void> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('audit ' || decorum.tenant(), 0))`);
  // A statement of its own, so that it sees what the lock has waited for.
  const [last] = await tx.rows<{ seq: number; hash: Buffer | null; at: Date }>(
    `select coalesce(l.seq, 0) as seq, l.hash, date_trunc('milliseconds', clock_timestamp()) as at
     from tenants t left join lateral (select seq, hash from audit_log order by seq desc limit 1) l on true where t.id = decorum.tenant()`,
  );
  if (!last) return;
  const { via, userId, place } = actors.get(tx) ?? itself;
  const entry = { seq: last.seq + 1, recordedAt: last.at, via, userId, action, subjectKind, subjectId, place };
  await tx.run(
    `insert into audit_log (tenant_id, seq, recorded_at, via, user_id, action, subject_kind, subject_id, place, hash)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      entry.seq,
      entry.recordedAt,
      via,
      userId,
      action,
      subjectKind,
      subjectId,
      place,
      hashOf(tx.tenantId, entry, last.hash ?? noHash),
    ],
  );
  withEntry.add(tx);
}

/** Whether the transaction has left an entry that says better than its route what it was. */
export function hasEntry(tx: Tx): boolean {
  return withEntry.has(tx);
}
