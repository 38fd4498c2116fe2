import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { dumpByCopy } from '../../db/backups/copy.ts';
import { hasPgDump } from '../../db/backups/pgDump.ts';
import { inSnapshot } from '../../db/backups/snapshot.ts';
import type { Found, Search } from './search.ts';

/** Searches the whole database as text: by pg_dump where it is on the machine, else by COPY of every table. */
export async function searchDump(url: string, search: Search): Promise<Found> {
  if (await hasPgDump(15)) return search(outputOf('pg_dump', [`--dbname=${url}`]));
  return inSnapshot(url, (snapshot) => search(dumpByCopy(snapshot)));
}

/** The SQL of a dump in pg_dump's own format. */
export const sqlOf = (dump: Readable): AsyncGenerator<Buffer> => outputOf('pg_restore', ['--file=-'], dump);

async function* outputOf(tool: string, args: readonly string[], input?: Readable): AsyncGenerator<Buffer> {
  const child = spawn(tool, args, { env: { PATH: process.env.PATH, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const fed = input ? pipeline(input, child.stdin) : Promise.resolve(void child.stdin.end());
  yield* child.stdout as AsyncIterable<Buffer>;
  const [[code]] = await Promise.all([ended, fed]);
  if (code !== 0) throw new Error(`${tool} ended with ${code}.`);
}

/**
 * A sum over all rows of each table that belong to any account but this one, of whichever schema; without the instant at which a wish was
 * last delivered, which the dispatcher renews every ten minutes.
 */
export async function checksumsOfOthers(url: string, tenantId: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; owner: string }>(`
      select format('%I.%I', n.nspname, c.relname) as name, case when c.relname = 'tenants' then 'id' else 'tenant_id' end as owner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$)' and (c.relname = 'tenants'
        or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)) order by 1`);
    const sums: Record<string, string> = {};
    for (const { name, owner } of tables) {
      const { rows } = await client.query<{ sum: string }>(
        `select count(*) || ' ' || coalesce(sum(('x' || left(md5((to_jsonb(t) - 'delivered_at')::text), 15))::bit(60)::bigint), 0) as sum
         from ${name} t where ${owner} <> $1`,
        [tenantId],
      );
      sums[name] = rows[0]?.sum ?? '';
    }
    return sums;
  } finally {
    await client.end();
  }
}
