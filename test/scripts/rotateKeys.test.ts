import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tenantKeyStore } from '../../db/tenantKeys.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
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

function rotateKeys(secrets: string): Promise<{ stdout: string; stderr: string }> {
  const variables = { DATABASE_URL: database.ownerUrl, DECORUM_SECRET: secrets, DECORUM_DATA: join(tmpdir(), randomUUID()) };
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
  const missing = { code: 1, stderr: expect.stringContaining('was one left out of DECORUM_SECRET?') };
  await expect(rotateKeys(next)).rejects.toMatchObject(missing);
  const { stdout } = await rotateKeys(`${next},${old}`);
  expect(JSON.parse(stdout)).toEqual({ rotated: 1, current: 1, unreadable: {} });
  const { wrapped } = await store.ofTenant(tenantId, () => '');
  expect(
    vault(platformKeys([next]).vaultKeys)
      .decrypt(wrapped ?? '', place)
      .toString(),
  ).toBe('the key');
}, 60_000);
