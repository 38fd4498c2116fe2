import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import knex, { type Knex } from 'knex';
import { rolePassword, roles } from './roles.ts';

const folder = join(import.meta.dirname, 'migrations');

/** Knex's own file source would reject `.ts`; this one names a migration by its file and imports it. `only`: those of an older backup. */
const source = (only: readonly string[] | undefined): Knex.MigrationSource<string> => ({
  getMigrations: () =>
    Promise.resolve(
      readdirSync(folder)
        .filter((file) => file.endsWith('.ts') && (only?.includes(basename(file, '.ts')) ?? true))
        .sort(),
    ),
  getMigrationName: (file) => basename(file, '.ts'),
  // Forward only, said once here and not in every file.
  getMigration: async (file) => {
    const { up } = (await import(join(folder, file))) as Pick<Knex.Migration, 'up'>;
    return { up, down: () => Promise.reject(new Error('Migrations go forward only: restore a backup instead.')) };
  },
});

/** Brings the database behind `ownerUrl` to the newest schema, or to that of an older backup, and makes sure that the product's roles exist. */
export async function migrate(ownerUrl: string, { only }: { only?: readonly string[] } = {}): Promise<void> {
  await makeRoles(ownerUrl);
  const db = knex({ client: 'pg', connection: ownerUrl, pool: { min: 0, max: 1 } });
  try {
    await db.migrate.latest({ migrationSource: source(only), tableName: 'schema_migrations' });
  } finally {
    await db.destroy();
  }
}

/** Roles belong to the server, not to a database: no backup holds them, and a restore names them. */
export async function makeRoles(ownerUrl: string): Promise<void> {
  const db = knex({ client: 'pg', connection: ownerUrl, pool: { min: 0, max: 1 } });
  try {
    for (const role of roles) {
      // Roles belong to the whole server: two databases migrated at once may both try to make them.
      await db.raw(
        `do $$ begin create role ${role} login; exception when duplicate_object or unique_violation then null; end $$`,
      );
      await db.raw(`alter role ${role} with login nosuperuser nobypassrls password '${rolePassword(ownerUrl, role)}'`);
    }
  } finally {
    await db.destroy();
  }
}
