import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { takeBackup } from '../../activities/backups/take.ts';
import { verifyBackups } from '../../activities/backups/verify.ts';
import { tenantKeyStore } from '../../db/tenantKeys.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { folderStore } from '../../providers/backup/folderStore.ts';
import { openLedger } from '../../providers/backup/ledger.ts';
import { platformKeys } from '../../providers/keys.ts';
import { vault } from '../../providers/vault.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const root = join(__dirname, '../..');
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, max: 1 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const folder = mkdtempSync(join(tmpdir(), 'rotate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function rotateKeys(secrets: string): Promise<{ stdout: string; stderr: string }> {
  const variables = {
    DATABASE_URL: database.ownerUrl,
    DECORUM_SECRET: secrets,
    DECORUM_DATA: join(tmpdir(), randomUUID()),
    BACKUP_FOLDER: folder,
  };
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/cli.ts', 'rotate-keys'], {
    cwd: root,
    env: { ...process.env, ...variables },
  });
}

test('the command puts what is stored under the newest secret, and says when one is missing', async () => {
  const [old, next] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const tenantId = randomUUID();
  const place = { tenantId, column: 'tenant_keys.wrapped' };
  const store = tenantKeyStore(db);
  await store.ofTenant(tenantId, () => vault(platformKeys([old]).vaultKeys).encrypt('the key', place));
  const world = (secret: string) => ({
    ownerUrl: database.ownerUrl,
    db,
    store: folderStore(folder),
    ledger: openLedger({ file: join(folder, 'erasures.ledger'), key: randomBytes(32) }),
    vault: vault(platformKeys([secret]).vaultKeys),
    addressKey: randomBytes(32),
    keepDays: 28,
    now: () => new Date(),
    log: pino({ level: 'silent' }),
  });
  const { name } = await takeBackup(world(old));
  const missing = { code: 1, stderr: expect.stringContaining('was one left out of DECORUM_SECRET?') };
  await expect(rotateKeys(next)).rejects.toMatchObject(missing);
  const { stdout } = await rotateKeys(`${next},${old}`);
  expect(JSON.parse(stdout)).toEqual({ rotated: 2, current: 2, unreadable: {} });
  expect(await verifyBackups(world(next), { all: true })).toEqual([{ name, state: 'good', problem: null }]);
  const { wrapped } = await store.ofTenant(tenantId, () => '');
  expect(
    vault(platformKeys([next]).vaultKeys)
      .decrypt(wrapped ?? '', place)
      .toString(),
  ).toBe('the key');
}, 60_000);
