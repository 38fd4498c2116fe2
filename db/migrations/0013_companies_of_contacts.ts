import type { Knex } from 'knex';

// Why this reference goes too: it looked a company up, and locked it, for each of its people. Whoever writes company_id holds the company
// once for all of them (db/companies.ts), and who deletes one takes it off its people, so none can point to a company that is gone.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table contacts drop constraint contacts_tenant_id_company_id_fkey`);
}
