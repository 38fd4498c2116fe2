import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audited } from '../../db/audit/log.ts';
import { temporaryFolder } from '../../scripts/services/temporaryFolder.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from '../db/world.ts';

let world: World;
let tenantId: string;
const secret = randomBytes(32).toString('base64url');
beforeAll(async () => {
  world = await World.open();
  tenantId = await newTenant(world.onOwnClock);
  for (let n = 0; n < 3; n += 1) {
    await world.onOwnClock.inTenant(tenantId, (tx) => audited(tx, { action: 'a test', subjectKind: 'test', subjectId: null }));
  }
});
afterAll(() => world.close());

/** Runs the command as an operator does. */
function run(...options: string[]): Promise<{ code: number; said: string }> {
  const env = { ...process.env, DATABASE_URL: world.database.ownerUrl, DECORUM_SECRET: secret };
  const command = [join(__dirname, '../../node_modules/tsx/dist/cli.mjs'), 'scripts/cli.ts', 'verify-audit', ...options];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: join(__dirname, '../..'), env }, (error, said) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said }),
    );
  });
}

test('the command says what it read, and finds an entry that was cut off since it last looked', async () => {
  const before = await run();
  expect(before.code).toBe(0);
  expect(JSON.parse(before.said)).toMatchObject({ chains: [{ tenantId, entries: 3, signed: 0 }], broken: [] });
  const kept = join(temporaryFolder(), 'audit.json');
  writeFileSync(kept, before.said);
  const client = await world.owner.connect();
  await client.query(`begin; select decorum.enter('${tenantId}'); alter table audit_log no force row level security;
    delete from audit_log where seq = 3; alter table audit_log force row level security; commit`);
  client.release();
  const after = await run('--since', kept);
  expect(after.code).toBe(1);
  expect(JSON.parse(after.said)).toMatchObject({ chains: [], broken: [{ tenantId, at: 3, because: 'missing' }] });
});
