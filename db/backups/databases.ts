import type pg from 'pg';
import { asOwner } from './catalogue.ts';

/** The address of another database of the same server. */
export function beside(ownerUrl: string, database: string): string {
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
