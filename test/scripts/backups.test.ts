import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { deleteContact } from '../../db/contacts.ts';
import { platformKeys } from '../../providers/keys.ts';
import { personHasher } from '../../providers/personHashes.ts';
import { newContact } from '../builders/contact.ts';
import { newTenant, newUser } from '../builders/tenant.ts';
import { World } from '../db/world.ts';

const secret = randomBytes(32).toString('base64url');
const { addressKey } = platformKeys([secret]);
let world: World;
let folder: string;
beforeAll(async () => {
  world = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'backups-by-hand-'));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

/** Runs a command as an operator does. */
function run(...command: string[]): Promise<{ code: number; said: Record<string, unknown>; error: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: world.database.ownerUrl,
    DECORUM_SECRET: secret,
    DECORUM_DATA: join(folder, 'data'),
    BACKUP_FOLDER: join(folder, 'store'),
    BACKUP_LEDGER: join(folder, 'erasures.ledger'),
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/cli.ts', ...command],
      { cwd: join(__dirname, '../..'), env },
      (failed, out, error) =>
        resolve({
          code: typeof failed?.code === 'number' ? failed.code : 0,
          said: JSON.parse(out === '' ? '{}' : out) as Record<string, unknown>,
          error,
        }),
    );
  });
}

/** Over connections of their own: a restored database is another one. */
async function ask<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: world.database.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

test('an operator takes a backup, reads it back, restores it after a loss, and opens it without who was erased', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  const { gone, stays, by } = await world.onOwnClock.inTenant(tenantId, async (tx) => ({
    gone: await newContact(tx, addressKey),
    stays: await newContact(tx, addressKey),
    by: await newUser(tx),
  }));
  const people = async () => (await ask<{ id: string }>(`select id from contacts order by id`)).map(({ id }) => id);
  expect(await run('restore')).toMatchObject({ code: 1, error: expect.stringContaining('The store has no backup.') });

  const first = await run('backup');
  expect(first).toMatchObject({ code: 0, said: { destroyed: [] } });
  const name = String(first.said.taken);
  expect(await run('verify-backups')).toMatchObject({ code: 0, said: { backups: [{ name, state: 'good' }] } });

  // The next one writes into the ledger who was deleted meanwhile.
  await world.onOwnClock.inTenant(tenantId, (tx) => deleteContact(tx, gone.id, by.id, personHasher(addressKey, tenantId)));
  expect(await run('backup')).toMatchObject({ code: 0 });
  const used = 'The database is used: say --replace';
  expect(await run('restore', name)).toMatchObject({ code: 1, error: expect.stringContaining(used) });
  expect(await run('open-after-restore')).toMatchObject({ code: 1, error: expect.stringContaining('This database is open') });
  expect(await people()).toEqual([stays.id]);

  expect(await run('restore', name, '--replace')).toMatchObject({ code: 0, said: { restored: name, closed: true } });
  expect(await people()).toEqual([gone.id, stays.id].sort());
  expect(await ask(`select from database_open`)).toEqual([]);
  expect(await run('open-after-restore')).toMatchObject({ code: 0, said: { erasures: 1 } });
  expect(await people()).toEqual([stays.id]);
  expect(await ask(`select from database_open`)).toHaveLength(1);

  const file = join(
    folder,
    'store',
    readdirSync(join(folder, 'store')).find((object) => object.startsWith(name) && object.endsWith('.backup')) ?? '',
  );
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
  const broken = await run('verify-backups');
  expect(broken.code).toBe(1);
  expect(broken.said.backups).toContainEqual(expect.objectContaining({ name, state: 'unreadable' }));
}, 120_000);
