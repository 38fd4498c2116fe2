import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import pg from 'pg';
import { contactColumns } from '../contactFile.ts';
import { copyIn } from '../copyIn.ts';
import type { World } from '../world.ts';

const columns = contactColumns.map((heading) => heading.toLowerCase().replaceAll(' ', '_'));

/** Rows a second of parsing, COPY and one merge into a table with a unique address: no wall, no check, no hash, no company, no account of rows. */
export async function bareCopy({ databaseUrl }: World, { file, rows }: { file: Buffer; rows: number }): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const fields = columns.map((column) => `${column} text`).join(', ');
    await client.query(`drop table if exists bench_people; drop table if exists bench_staged;
      create table bench_people (id uuid primary key default gen_random_uuid(), ${fields}, unique (email)); create temp table bench_staged (${fields})`);
    const startedAt = performance.now();
    await copyIn(client, `copy bench_staged from stdin`, copyText(file));
    const { rowCount } = await client.query(
      `insert into bench_people (${columns.join(', ')}) select ${columns.join(', ')} from bench_staged
       on conflict (email) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    );
    const seconds = (performance.now() - startedAt) / 1000;
    if (rowCount !== rows) throw new Error(`Of ${rows} rows ${rowCount} were merged.`);
    return rows / seconds;
  } finally {
    await client.end();
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const longestPiece = 64 * 1024; // characters

async function* copyText(file: Buffer): AsyncGenerator<Buffer> {
  let text = '';
  for await (const cells of Readable.from([file]).pipe(parse({ from_line: 2 })) as AsyncIterable<string[]>) {
    text += `${cells.map((cell) => cell.replaceAll(/[\\\t\n\r]/g, (character) => escapes[character] ?? '')).join('\t')}\n`;
    if (text.length < longestPiece) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
