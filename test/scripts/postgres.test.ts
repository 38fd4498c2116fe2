import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../scripts/services/ports.ts';
import { type Postgres, startPostgres } from '../../scripts/services/postgres.ts';
import { temporaryFolder } from '../../scripts/services/temporaryFolder.ts';

let folder: string;
const running = new Set<Postgres>();

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all([...running].map((postgres) => postgres.stop()));
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

async function start(port?: number): Promise<Postgres> {
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    database: 'kept',
    ...(port !== undefined && { port }),
  });
  running.add(postgres);
  return postgres;
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server is killed under it
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test('goes on with the same data on the same port after a kill', async () => {
  const first = await start();
  await ask(first.url, 'create table facts as select 7 as fact');
  first.kill();
  await first.exited;
  running.delete(first);
  const second = await start(first.port);
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'select fact from facts')).toEqual([{ fact: 7 }]);
});

test('listens on this machine only, and asks for the password', async () => {
  const { url } = await start();
  expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  await expect(ask(url.replace(/:[^:@]+@/, ':guess@'), 'select 1')).rejects.toThrow('password authentication failed');
});

test('says which port is taken, and by which setting to choose another', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await expect(start(port)).rejects.toThrow(`Port ${port} is taken by another program`);
  other.close();
});

test('removes nothing of a folder that is not its own', async () => {
  rmSync(folder, { recursive: true });
  folder = temporaryFolder();
  writeFileSync(join(folder, 'thesis.txt'), 'years of work');
  await expect(startPostgres({ dataDir: folder })).rejects.toThrow('is not empty and holds no PostgreSQL data');
  rmSync(`${folder}.password`);
});
