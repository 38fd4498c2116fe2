import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Snapshot } from './snapshot.ts';

/** What a table had, by the bytes that PostgreSQL wrote. */
interface Copied {
  table: string;
  sha256: string;
}

const HEAD_BYTES = 5;
const kinds = { table: 0x54, data: 0x44, end: 0x45 } as const;

/** Their migrations are made anew by the restore. */
const isMigrations = (table: string): boolean => /^public\.schema_migrations(_lock)?$/.test(table);

/**
 * Every table by COPY, one after another, in frames of a kind, a length and that many bytes: the table's name and columns, its data, at
 * its end their SHA-256. Behind the tables come the values of the sequences.
 */
export async function* dumpByCopy({ client, tables }: Pick<Snapshot, 'client' | 'tables'>): AsyncGenerator<Buffer> {
  for (const { table } of tables) {
    if (isMigrations(table)) continue;
    const columns = await columnsOf(client, table);
    yield frame(kinds.table, JSON.stringify({ table, columns }));
    const hash = createHash('sha256');
    for await (const bytes of client.query(copyTo(`copy ${table} (${columns}) to stdout`)) as AsyncIterable<Buffer>) {
      hash.update(bytes);
      yield frame(kinds.data, bytes);
    }
    yield frame(kinds.end, JSON.stringify({ table, sha256: hash.digest('hex') } satisfies Copied));
  }
  const { rows } = await client.query<{ sequence: string; value: string | null }>(
    `select format('%I.%I', schemaname, sequencename) as sequence, last_value::text as value from pg_sequences order by 1`,
  );
  for (const { sequence, value } of rows) {
    if (value !== null) yield frame(kinds.table, JSON.stringify({ sequence, value }));
  }
}

/** Restores such a dump into a database of the same migrations, whatever rows these made: all of it or nothing. */
export async function restoreByCopy(client: pg.Client, dump: Readable): Promise<void> {
  await client.query('begin');
  // Rows come table by table, not in the order of their foreign keys; they held when the snapshot was taken.
  await client.query('set local session_replication_role = replica; set local row_security = off');
  const { rows } = await client.query<{ table: string }>(`
    select format('%I.%I', n.nspname, c.relname) as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$)'`);
  const emptied = rows.map(({ table }) => table).filter((table) => !isMigrations(table));
  await client.query(`truncate ${emptied.join(', ')}`);
  const frames = framesOf(dump);
  for await (const { kind, bytes } of frames) {
    if (kind !== kinds.table) throw new Error('A backup by COPY has data outside a table.');
    const { table, columns, sequence, value } = JSON.parse(bytes.toString('utf8')) as Record<string, string>;
    if (sequence !== undefined) await client.query('select setval($1::regclass, $2::bigint)', [sequence, value]);
    else await pipeline(dataOf(frames, table ?? ''), client.query(copyFrom(`copy ${table} (${columns}) from stdin`)));
  }
  await client.query('commit');
}

/** The bytes of one table, held against their SHA-256 at its end. */
async function* dataOf(frames: AsyncGenerator<Frame>, table: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for (;;) {
    const { value, done } = await frames.next(); // not for await: that would end the frames with the table
    if (done === true || value.kind === kinds.table) throw new Error(`The backup of ${table} has no end.`);
    if (value.kind === kinds.end) {
      const { sha256 } = JSON.parse(value.bytes.toString('utf8')) as Copied;
      if (hash.digest('hex') !== sha256) throw new Error(`The backup of ${table} is not what was written.`);
      return;
    }
    hash.update(value.bytes);
    yield value.bytes;
  }
}

/** Those that are written: what PostgreSQL computes, it computes again. */
async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows[0]?.columns ?? '';
}

interface Frame {
  kind: number;
  bytes: Buffer;
}

function frame(kind: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

async function* framesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0);
  for await (const bytes of source) {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    while (held.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + held.readUInt32BE(1);
      if (held.length < end) break;
      yield { kind: held.readUInt8(0), bytes: held.subarray(HEAD_BYTES, end) };
      held = held.subarray(end);
    }
  }
  if (held.length > 0) throw new Error('A backup by COPY ends within a frame.');
}
