import type { Knex } from 'knex';
import { describe } from '../describe.ts';

// Why the two references go: each of a million rows looked up and locked the one row of its tenant and the one of its import, a fifth of
// an import's time. Neither can miss: the wall names the tenant, whose row is never deleted, and only a batch that
// changes its import's row writes import_id; who deletes an import takes it off.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table contacts drop constraint contacts_tenant_id_fkey, drop constraint contacts_tenant_id_import_id_fkey;

    -- Rows of the file that are accounted for, counted from 0: batches may end in any order, and no row is in two. Empty in an import that
    -- began before there was this column: its first rows_read rows.
    alter table imports add column done_rows int8multirange;
  `);
  await describe(knex, 'imports', { done_rows: 'system.operations; account; delete' });
}
