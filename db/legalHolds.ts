import type { Tx } from './transaction.ts';

export const holdKinds = ['account', 'contact', 'matter'] as const;
export type HoldKind = (typeof holdKinds)[number];

export interface LegalHold {
  id: string;
  kind: HoldKind;
  /** Name of the proceeding; empty where the kind is another. */
  matter: string;
  reason: string;
  contactIds: string[];
  placedBy: string;
  placedAt: Date;
  releasedBy: string | null;
  releasedAt: Date | null;
  releaseReason: string | null;
}

const columns = `h.id, h.kind, h.matter, h.reason, h.placed_by as "placedBy", h.placed_at as "placedAt", h.released_by as "releasedBy",
  h.released_at as "releasedAt", h.release_reason as "releaseReason",
  array(select contact_id from legal_hold_contacts c where c.hold_id = h.id order by contact_id) as "contactIds"`;

/**
 * Who may not be erased as of now. `account`: the ids of all holds in force, since a purge would take what any of them covers with it.
 * `contactIds`: those of them that are held, all where the account is. Until the transaction ends no hold is placed, so that what it
 * erases was not held when it was erased.
 */
export async function heldNow(
  tx: Tx,
  of: { readonly account: true } | { readonly contactIds: readonly string[] },
): Promise<string[]> {
  await tx.run(`select pg_advisory_xact_lock_shared(hashtextextended('legal hold ' || decorum.tenant(), 0))`);
  // Statements of their own, so that they see what the lock has waited for.
  const held =
    'account' in of
      ? await tx.rows<{ id: string }>(`select id from legal_holds where released_at is null order by id`)
      : await tx.rows<{ id: string }>(
          `select id from unnest($1::uuid[]) as asked(id)
           where exists (select from legal_holds where kind = 'account' and released_at is null)
              or exists (select from legal_hold_contacts c join legal_holds h on h.tenant_id = c.tenant_id and h.id = c.hold_id
                         where c.contact_id = asked.id and h.released_at is null)`,
          [of.contactIds],
        );
  return held.map(({ id }) => id);
}

/** Whether a hold covers the whole account, which lets nobody delete anything of it by hand either. */
export async function isAccountHeld(tx: Tx): Promise<boolean> {
  await tx.run(`select pg_advisory_xact_lock_shared(hashtextextended('legal hold ' || decorum.tenant(), 0))`);
  return (await tx.rows(`select from legal_holds where kind = 'account' and released_at is null limit 1`)).length > 0;
}

/** In force when this commits: an erasure that is under way has ended by then, and the next finds the hold. */
export async function placeHold(
  tx: Tx,
  hold: Pick<LegalHold, 'kind' | 'matter' | 'reason' | 'contactIds'>,
  byUser: string,
): Promise<string> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('legal hold ' || decorum.tenant(), 0))`);
  const { id } = await tx.row<{ id: string }>(
    `insert into legal_holds (tenant_id, kind, matter, reason, placed_by) values (decorum.tenant(), $1, $2, $3, $4) returning id`,
    [hold.kind, hold.matter, hold.reason, byUser],
  );
  await tx.run(
    `insert into legal_hold_contacts (tenant_id, hold_id, contact_id) select decorum.tenant(), $1, unnest($2::uuid[]) on conflict do nothing`,
    [id, hold.contactIds],
  );
  return id;
}

/**
 * False when it was released before. What it held back is for the caller to wake: it is due as if there had been no hold. Waits for who has
 * just found the hold, so that the caller finds everything that waits for its release.
 */
export async function releaseHold(tx: Tx, holdId: string, reason: string, byUser: string): Promise<boolean> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('legal hold ' || decorum.tenant(), 0))`);
  const released = await tx.run(
    `update legal_holds set released_at = decorum.now(), released_by = $2, release_reason = $3 where id = $1 and released_at is null`,
    [holdId, byUser, reason],
  );
  return released > 0;
}

export async function findHold(tx: Tx, holdId: string): Promise<LegalHold | undefined> {
  const [hold] = await tx.rows<LegalHold>(`select ${columns} from legal_holds h where h.id = $1`, [holdId]);
  return hold;
}

/** Those in force first, the newest of each first; `after`: the last one of the page before. */
export async function listHolds(
  tx: Tx,
  page: { after: { isReleased: boolean; placedAt: string; id: string } | null; rows: number },
): Promise<(LegalHold & { placedKey: string })[]> {
  const { isReleased = null, placedAt = null, id = null } = page.after ?? {};
  return tx.rows(
    `select ${columns}, h.placed_at::text as "placedKey" from legal_holds h
     where $1::boolean is null or (h.released_at is not null) > $1
        or ((h.released_at is not null) = $1 and (h.placed_at, h.id) < ($2::timestamptz, $3::uuid))
     order by (h.released_at is not null), h.placed_at desc, h.id desc limit $4`,
    [isReleased, placedAt, id, page.rows],
  );
}
