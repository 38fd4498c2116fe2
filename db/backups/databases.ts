import type pg from 'pg';
import { asOwner } from './catalogue.ts';

/** The address of another database of the same server. */
function beside(ownerUrl: string, database: string): string {
  const url = new URL(ownerUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

export const databaseOf = (ownerUrl: string): string => decodeURIComponent(new URL(ownerUrl).pathname.slice(1));

/** An empty database beside this one, for a drill. What a drill that died has left behind goes first. */
export async function makeScratch(ownerUrl: string, id: string): Promise<string> {
  await dropScratches(ownerUrl);
  return asOwner(ownerUrl, async (client) => {
    const database = `${await scratchesOf(client)}${id.replaceAll('-', '')}`;
    await client.query(`create database ${database} template template0`);
    return beside(ownerUrl, database);
  });
}

/** Only one drill runs at a time: its Schedule lets no second one begin. */
export async function dropScratches(ownerUrl: string): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, $1)`,
      [await scratchesOf(client)],
    );
    for (const { name } of rows) await client.query(`drop database if exists ${name} with (force)`);
  });
}

/** By the number of this database: another one of the server has drills of its own. */
async function scratchesOf(client: Pick<pg.Client, 'query'>): Promise<string> {
  const { rows } = await client.query<{ number: number }>(
    `select oid as number from pg_database where datname = current_database()`,
  );
  return `decorum_drill_${rows[0]?.number}_`;
}

/** Whether there is a database at the address, and whether it has any table of the product. */
export async function findDatabase(ownerUrl: string): Promise<'absent' | 'empty' | 'used'> {
  const exists = await asOwner(maintenance(ownerUrl), async (client) => {
    const { rows } = await client.query(`select from pg_database where datname = $1`, [databaseOf(ownerUrl)]);
    return rows.length > 0;
  });
  if (!exists) return 'absent';
  return asOwner(ownerUrl, async (client) => {
    const { rows } = await client.query(`select from pg_tables where schemaname = 'public' limit 1`);
    return rows.length > 0 ? 'used' : 'empty';
  });
}

/** Makes a database beside the one of the address, lets `fill` fill it, and only then puts it in its place; what was there is dropped. */
export async function putInPlace(ownerUrl: string, fill: (targetUrl: string) => Promise<void>): Promise<void> {
  const name = databaseOf(ownerUrl);
  const made = `${name}_being_restored`;
  await asOwner(maintenance(ownerUrl), async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(made)} with (force)`);
    await client.query(`create database ${client.escapeIdentifier(made)} template template0`);
    await fill(beside(ownerUrl, made));
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    await client.query(`alter database ${client.escapeIdentifier(made)} rename to ${client.escapeIdentifier(name)}`);
  });
}

const maintenance = (ownerUrl: string): string => beside(ownerUrl, 'postgres');
