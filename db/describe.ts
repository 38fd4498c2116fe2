import type { Knex } from 'knex';

/**
 * Writes `category; owner; erasure` on each column: the data map (Fides' taxonomy where it fits) from which erasure, export and
 * the inventory page are made. Owner: account, contact, user or none. Erasure: delete, anonymise, shred or keep with its reason.
 */
export async function describe(knex: Knex, table: string, columns: Record<string, string>): Promise<void> {
  for (const [column, words] of Object.entries(columns)) {
    if (!/^[a-z_.]+; (account|contact|user|none); (delete|anonymise|shred|keep: .+)$/.test(words)) {
      throw new Error(`The comment of ${table}.${column} is not "category; owner; erasure": ${words}`);
    }
    await knex.raw(`comment on column ${table}.${column} is '${words.replaceAll("'", "''")}'`);
  }
}

/** Forced row-level security by the transaction's tenant, reads and writes alike, and the product's grants. */
export async function wall(knex: Knex, table: string, grants: string, key = 'tenant_id'): Promise<void> {
  await knex.raw(`
    alter table ${table} enable row level security, force row level security;
    create policy tenant_wall on ${table} using (${key} = decorum.tenant());
    grant ${grants} on ${table} to decorum_app;
  `);
  // With statistics a tenant that is newer than they are counts as having no rows, and every join behind its wall is planned to read all
  // that it has for each row: with 3,000 people a claim took half a second. Without, it has a two-hundredth of the table.
  if (key === 'tenant_id') await knex.raw(`alter table ${table} alter column tenant_id set statistics 0`);
}
