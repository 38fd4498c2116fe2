import type { Knex } from 'knex';

// An operator sees which schema answers. The list of migrations itself stays with the owner.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function decorum.schema_version() returns text language sql stable security definer set search_path = public, pg_temp
      as $$ select max(name) from schema_migrations $$;
    revoke execute on function decorum.schema_version() from public;
    grant execute on function decorum.schema_version() to decorum_app;
  `);
}
