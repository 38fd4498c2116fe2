import type { Database, Tx } from './transaction.ts';

/** The data key of a tenant's histories as it is kept: wrapped by the vault; null once it was destroyed. */
interface KeptKey {
  keyId: string;
  wrapped: string | null;
}

/** Where the keyring finds the keys (providers/codec/keyring.ts). */
export function tenantKeyStore(db: Database) {
  return {
    ofTenant: (tenantId: string, wrapNew: () => string): Promise<KeptKey> =>
      db.inTenant(tenantId, async (tx) => (await find(tx)) ?? keep(tx, wrapNew())),
    async byId(keyId: string): Promise<{ tenantId: string; wrapped: string | null } | undefined> {
      const [found] = await db.lookUp<{ tenantId: string; wrapped: string | null }>(
        `select tenant_id as "tenantId", wrapped from decorum.find_tenant_key($1)`,
        [keyId],
      );
      return found;
    },
  };
}

async function find(tx: Tx): Promise<KeptKey | undefined> {
  const [kept] = await tx.rows<KeptKey>(`select key_id as "keyId", wrapped from tenant_keys where tenant_id = $1`, [tx.tenantId]);
  return kept;
}

/** Unless somebody was faster: what is kept is answered. A destroyed key stays destroyed. */
async function keep(tx: Tx, wrapped: string): Promise<KeptKey> {
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
