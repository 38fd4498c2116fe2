import { textArray } from '../textArray.ts';
import type { Tx } from '../transaction.ts';

/** Who was erased, as a keyed hash: of the canonical address, of the number, of the person's id, or of the account's. */
export interface Tombstone {
  readonly kind: 'account' | 'contact' | 'user';
  readonly hash: Buffer;
}

/** The keyed hashes of a person, by any of which they are known again (providers/personHashes.ts). */
export type HashPerson = (person: { id: string; email: string | null; phone: string | null }) => {
  address: Buffer | null;
  number: Buffer | null;
  id: Buffer;
};

/** Answers what stands there now, for the ledger outside the database that a restore replays (providers/backup/ledger.ts). */
export async function writeTombstones(
  tx: Tx,
  tombstones: readonly Tombstone[],
): Promise<(Tombstone & { tenantId: string; erasedAt: Date })[]> {
  const rows = await tx.rows<Tombstone & { erasedAt: Date }>(
    `insert into tombstones (tenant_id, kind, hash) select decorum.tenant(), kind, hash::bytea from unnest($1::text[], $2::text[]) as t(kind, hash)
     on conflict (tenant_id, kind, hash) do update set erased_at = excluded.erased_at returning kind, hash, erased_at as "erasedAt"`,
    [tombstones.map(({ kind }) => kind), tombstones.map(({ hash }) => `\\x${hash.toString('hex')}`)],
  );
  return rows.map((row) => ({ tenantId: tx.tenantId, ...row }));
}

/** Whose of these hashes, in hex, were erased here (P7): no import, no sequence and no restore may bring them back. */
export async function isErased(tx: Tx, hashes: readonly Buffer[]): Promise<ReadonlySet<string>> {
  const erased = await tx.rows<{ hash: Buffer }>(
    `select hash from tombstones where (select exists (select from tombstones)) and kind = 'contact' and hash = any($1::bytea[])`,
    [textArray(hashes, (hash) => `\\x${hash.toString('hex')}`)],
  );
  return new Set(erased.map(({ hash }) => hash.toString('hex')));
}
