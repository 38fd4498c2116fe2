import pg from 'pg';
import { countTables } from '../../../db/backups/snapshot.ts';

/** Of every row of every table, whatever order they lie in; but of the migrations, which note when they ran. */
export async function checksums(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const sums: Record<string, string> = {};
  for (const { table } of await countTables(client)) {
    if (table.startsWith('public.schema_migrations')) continue;
    const { rows } = await client.query<{ sum: string }>(
      `select coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text as sum from ${table} t`,
    );
    sums[table] = rows[0]?.sum ?? '';
  }
  await client.end();
  return sums;
}
