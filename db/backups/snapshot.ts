import pg from 'pg';

/** A table of the product as a backup has it. */
export interface Counted {
  /** Schema and name, quoted where it must be. */
  table: string;
  rows: number;
}

/** One instant of the whole database, that several sessions can look at. */
export interface Snapshot {
  client: pg.Client;
  /** For `pg_dump --snapshot`. */
  id: string;
  /** Of the server. */
  majorVersion: number;
  /** Those that had been applied, in the order of their names. */
  migrations: string[];
  tables: Counted[];
}

/** Whose rows no backup holds: without its row a database is closed (migration 0024). */
export const closing = 'public.database_open';

/**
 * Runs `work` over one REPEATABLE READ snapshot, as the owner of the tables, who must see over every wall: a row that row-level security
 * hid would be missing in silence, so here it is an error.
 */
export async function inSnapshot<T>(ownerUrl: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'decorum backup' });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read, read only');
    await client.query('set local row_security = off; set local idle_in_transaction_session_timeout = 0');
    const { rows } = await client.query<{ id: string; version: number; migrations: string[] }>(
      `select pg_export_snapshot() as id, current_setting('server_version_num')::int as version,
         array(select name::text from schema_migrations order by name) as migrations`,
    );
    const { id = '', version = 0, migrations = [] } = rows[0] ?? {};
    const result = await work({
      client,
      id,
      majorVersion: Math.floor(version / 10_000),
      migrations,
      tables: await countTables(client),
    });
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
}

/** Every table outside the server's own schemas, with its rows, by name. */
export async function countTables(client: Pick<pg.Client, 'query'>): Promise<Counted[]> {
  const { rows } = await client.query<{ table: string }>(`
    select format('%I.%I', n.nspname, c.relname) as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$)' order by 1`);
  const counted: Counted[] = [];
  for (const { table } of rows) {
    if (table === closing) continue;
    const answer = await client.query<{ rows: number }>(`select count(*)::float8 as rows from ${table}`);
    counted.push({ table, rows: answer.rows[0]?.rows ?? 0 });
  }
  return counted;
}
