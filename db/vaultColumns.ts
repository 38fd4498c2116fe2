import type { Database, Tx } from './transaction.ts';

/** A column of vault tokens, and what tells its rows apart behind the tenant's wall. */
interface VaultColumn {
  readonly table: string;
  readonly column: string;
  readonly key: string;
  readonly keyType: 'uuid' | 'text';
}

/** Every one there is; a test asks the catalogue for others. */
export const vaultColumns: readonly VaultColumn[] = [
  { table: 'mailboxes', column: 'smtp_secret', key: 'id', keyType: 'uuid' },
  { table: 'mailboxes', column: 'dkim_secret', key: 'id', keyType: 'uuid' },
  { table: 'users', column: 'totp_secret', key: 'id', keyType: 'uuid' },
  { table: 'clearances', column: 'number_sealed', key: 'id', keyType: 'uuid' },
  { table: 'integrations', column: 'secret', key: 'provider', keyType: 'text' },
  { table: 'account_deletions', column: 'probes', key: 'id', keyType: 'uuid' }, // until the proof
  { table: 'tenant_keys', column: 'wrapped', key: 'tenant_id', keyType: 'uuid' },
];

/** The token under the newest key; null: it is already. Throws when no key opens it. */
export type Renew = (token: string, belongsTo: { tenantId: string; column: string }) => string | null;

export interface Renewed {
  rotated: number;
  current: number;
  /** Tokens that no key opens, by column. */
  unreadable: Record<string, number>;
}

const page = 200;
const firstTenant = '00000000-0000-0000-0000-000000000000';

/**
 * Puts every vault token under the newest key, while the product runs: page by page, a row only if it still holds what was read. Bears being
 * ended anywhere: what is done is passed over the next time. Answers what there was.
 */
export async function renewTokens(db: Database, renew: Renew): Promise<Renewed> {
  const sum: Renewed = { rotated: 0, current: 0, unreadable: {} };
  for (let after = firstTenant; ; ) {
    const tenants = await db.lookUp<{ tenantId: string }>(`select tenant_id as "tenantId" from decorum.tenants_after($1, $2)`, [
      after,
      page,
    ]);
    for (const { tenantId } of tenants) {
      for (const column of vaultColumns) await renewColumn(db, tenantId, column, renew, sum);
    }
    const last = tenants.at(-1);
    if (!last || tenants.length < page) return sum;
    after = last.tenantId;
  }
}

async function renewColumn(db: Database, tenantId: string, place: VaultColumn, renew: Renew, sum: Renewed): Promise<void> {
  const column = `${place.table}.${place.column}`;
  for (let after: string | null = null; ; ) {
    const tokens = await db.inTenant(tenantId, (tx) => nextTokens(tx, place, after));
    const renewed: { key: string; old: string; token: string }[] = [];
    for (const { key, token: old } of tokens) {
      try {
        const token = renew(old, { tenantId, column });
        if (token === null) sum.current += 1;
        else renewed.push({ key, old, token });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'VaultRefused') throw error;
        sum.unreadable[column] = (sum.unreadable[column] ?? 0) + 1;
      }
    }
    if (renewed.length > 0) sum.rotated += await db.inTenant(tenantId, (tx) => putTokens(tx, place, renewed));
    after = tokens.at(-1)?.key ?? null;
    if (tokens.length < page) return;
  }
}

/** A rehearsal's mailboxes have an empty text instead of a token. */
function nextTokens(tx: Tx, { table, column, key, keyType }: VaultColumn, after: string | null) {
  return tx.rows<{ key: string; token: string }>(
    `select ${key} as key, ${column} as token from ${table}
     where tenant_id = decorum.tenant() and ${column} <> '' and ($1::${keyType} is null or ${key} > $1) order by ${key} limit ${page}`,
    [after],
  );
}

function putTokens(tx: Tx, { table, column, key, keyType }: VaultColumn, renewed: { key: string; old: string; token: string }[]) {
  return tx.run(
    `update ${table} t set ${column} = n.token from (
       select l.${key} as key, n.old, n.token from jsonb_to_recordset($1::jsonb) as n(key ${keyType}, old text, token text)
       join ${table} l on l.tenant_id = decorum.tenant() and l.${key} = n.key order by 1 for no key update of l) as n
     where t.tenant_id = decorum.tenant() and t.${key} = n.key and t.${column} = n.old`,
    [JSON.stringify(renewed)],
  );
}
