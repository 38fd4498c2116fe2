import type { Tx } from '../transaction.ts';
import type { Entry } from './chain.ts';

export interface ShownEntry extends Entry {
  /** Of a user that there still is. */
  readonly userName: string | null;
}

export interface EntryFilter {
  readonly userId: string | null;
  readonly via: string | null;
  /** Both included. */
  readonly from: string | null;
  readonly to: string | null;
  /** Stands in the action, or is the id of what was done to. */
  readonly search: string;
}

/** Newest first. `after`: number of the last entry of the page before. */
export function listEntries(tx: Tx, filter: EntryFilter, page: { after: number | null; rows: number }): Promise<ShownEntry[]> {
  return tx.rows<ShownEntry>(
    `select l.seq, l.recorded_at as "recordedAt", l.via, l.user_id as "userId", l.action, l.subject_kind as "subjectKind",
       l.subject_id as "subjectId", l.place, u.name as "userName"
     from audit_log l left join users u on u.tenant_id = l.tenant_id and u.id = l.user_id
     where ($1::uuid is null or l.user_id = $1) and ($2::text is null or l.via = $2)
       and ($3::timestamptz is null or l.recorded_at >= $3) and ($4::timestamptz is null or l.recorded_at <= $4)
       and ($5 = '' or strpos(l.action, lower($5)) > 0 or l.subject_id = lower($5)) and ($6::bigint is null or l.seq < $6)
     order by l.seq desc limit $7`,
    [filter.userId, filter.via, filter.from, filter.to, filter.search.trim(), page.after, page.rows],
  );
}

/** How long the chain is, and up to where it is signed. */
export function readHead(tx: Tx): Promise<{ entries: number; signed: number; signedAt: Date | null }> {
  return tx.row(
    `select coalesce((select max(seq) from audit_log), 0) as entries, coalesce(h.seq, 0) as signed, h.signed_at as "signedAt"
     from (select) one left join lateral (select seq, signed_at from audit_heads order by seq desc limit 1) h on true`,
  );
}
