import type { Tx } from './transaction.ts';

/** The data key of a tenant's histories as it is kept: wrapped by the vault; null once it was destroyed. */
export interface KeptKey {
  keyId: string;
  wrapped: string | null;
}

/** The tenant's key; undefined before its first payload. */
export async function findTenantKey(tx: Tx): Promise<KeptKey | undefined> {
  const [kept] = await tx.rows<KeptKey>(`select key_id as "keyId", wrapped from tenant_keys where tenant_id = $1`, [tx.tenantId]);
  return kept;
}

/** Keeps a new key, unless somebody was faster: what is kept is answered. A destroyed one stays destroyed. */
export async function keepTenantKey(tx: Tx, wrapped: string): Promise<KeptKey> {
  await tx.run(`insert into tenant_keys (tenant_id, wrapped) values ($1, $2) on conflict (tenant_id) do nothing`, [
    tx.tenantId,
    wrapped,
  ]);
  return tx.row<KeptKey>(`select key_id as "keyId", wrapped from tenant_keys where tenant_id = $1`, [tx.tenantId]);
}

/**
 * Keeps P7 where nothing can be deleted: from the commit on, and at the latest once the processes' caches have run out
 * (providers/codec/keyring.ts), no history of the tenant can be read, in Temporal's store or in a copy of it. Bears repetition; a tenant that
 * never had a key gets none any more.
 */
export async function destroyTenantKey(tx: Tx): Promise<void> {
  await tx.run(
    `insert into tenant_keys (tenant_id, wrapped, destroyed_at) values ($1, null, decorum.now())
     on conflict (tenant_id) do update set wrapped = null, destroyed_at = excluded.destroyed_at where tenant_keys.wrapped is not null`,
    [tx.tenantId],
  );
}
