import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { folderStore } from '../../providers/backup/folderStore.ts';
import { openLedger } from '../../providers/backup/ledger.ts';
import { keep, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const start = new Date('2026-11-24T02:00:00Z');
const days = 24 * 60 * 60 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'backups-'));
let world: World;
let now = start;
let fails: string | null = null;
let tenantId: string;

beforeAll(async () => {
  world = await startWorld({
    at: start.toISOString(),
    backups: (ground) => ({
      ...ground,
      store: folderStore(join(folder, 'store')),
      ledger: openLedger({ file: join(folder, 'erasures.ledger'), key: randomBytes(32) }),
      keepDays: 28,
      now: () => now,
      log: pino({ level: 'silent' }),
    }),
    async watch(moment, activity) {
      now = await world.now();
      if (moment === 'before' && activity === fails) throw new Error('The disk is full.');
    },
  });
  tenantId = await world.newTenant();
});
afterAll(async () => {
  await world.end();
  rmSync(folder, { recursive: true });
});

/** As the Schedule does. */
let runs = 0;
async function runBackup(): Promise<string> {
  runs += 1;
  const workflowId = `backup-${runs}`;
  await world.client.workflow.start('backup', { taskQueue: 'bulk', workflowId });
  const handle = world.client.workflow.getHandle(workflowId);
  while ((await handle.describe()).status.name === 'RUNNING') await world.pass(60_000);
  await handle.result();
  return workflowId;
}
const objects = () => readdirSync(join(folder, 'store')).sort();
const obligations = () =>
  world.ask<{ what: string; state: string }>(
    `select basis->>'what' as what, state from obligations where kind = 'backup.sound' and tenant_id = $1 and basis->>'what' not like 'drill%' order by recorded_at`,
    [tenantId],
  );

test('a backup is taken and read back, and its history holds nothing but that', async () => {
  const workflowId = await runBackup();
  expect(objects()).toHaveLength(2);
  const [taken] = await world.ask<{ state: string; verified: boolean }>(
    `select state, verified_at is not null as verified from backups`,
  );
  expect(taken).toEqual({ state: 'good', verified: true });
  expect(await obligations()).toEqual([]);
  keep((await runsOf(world, workflowId)).at(-1), 'backup/taken');
});

test('the newest is restored beside the database, and the drill is in the record', async () => {
  const workflowId = 'restore-drill-1';
  await world.client.workflow.execute('restoreDrill', { taskQueue: 'bulk', workflowId });
  expect(await world.ask(`select state, erasures from restore_drills`)).toEqual([{ state: 'passed', erasures: 0 }]);
  keep((await runsOf(world, workflowId)).at(-1), 'restoreDrill/passed');
});

test('a byte that changed is told to every workspace, and the obligation closes when nothing is wrong any more', async () => {
  const path = join(folder, 'store', objects().find((object) => object.endsWith('.backup')) ?? '');
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
  await world.passUntil(new Date(start.getTime() + 8 * days));
  await runBackup();
  expect(await obligations()).toEqual([{ what: 'unreadable', state: 'open' }]);
  await world.passUntil(new Date(start.getTime() + 29 * days));
  await runBackup(); // the broken one is old, and goes
  expect(await obligations()).toEqual([{ what: 'unreadable', state: 'late' }]);
});

test('while none can be taken the old ones go all the same, and that none is there is told', async () => {
  fails = 'takeBackup';
  await world.passUntil(new Date(start.getTime() + 40 * days));
  const workflowId = await runBackup();
  await world.passUntil(new Date(start.getTime() + 58 * days));
  await runBackup();
  expect(objects()).toEqual([]);
  expect((await obligations()).at(-1)).toEqual({ what: 'overdue', state: 'open' });
  keep((await runsOf(world, workflowId)).at(-1), 'backup/failing');
  fails = null;
  await runBackup();
  expect((await obligations()).filter(({ state }) => state === 'open')).toEqual([]);
});
