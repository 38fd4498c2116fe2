import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { listEvents } from '../../db/breach/incidents.ts';
import { listLines } from '../../db/breach/lines.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { lanePool } from '../../providers/mail/lanePool.ts';
import { type SecondRoad, sendOverdue, watchWorkflows } from '../../workers/secondRoad.ts';
import { newIncident, type NewIncident } from '../builders/incident.ts';
import { startWorld, type World } from './world.ts';

const HOUR = 3_600_000;
let world: World;
let auditor: Database;
let road: SecondRoad;
/** Mail keys of the people whose notices would come back to us, and not to the mailbox. */
const comeBackTo: string[] = [];
const pool = lanePool({ perAccount: 4, idleMs: 1_000 });
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z', forgetful: true });
  auditor = openDatabase({ url: world.auditorUrl, max: 4, clock: world.now });
  const log = pino({ level: 'silent' });
  const bounceAddress = (mailKey: Buffer) => {
    comeBackTo.push(mailKey.toString('hex'));
    return `bounce+${mailKey.toString('hex')}@inbound.example`;
  };
  road = { db: auditor, vault: world.vault, pool, monotonicMs: () => performance.now(), bounceAddress, log, now: world.now };
});
afterAll(async () => {
  pool.close();
  await auditor.close();
  await world.end();
});

const mailed = ({ emails }: NewIncident) => world.sink.records.filter(({ to }) => emails.includes(to)).length;
async function incident(): Promise<NewIncident> {
  const made = await newIncident(world, await world.newTenant(), { discoveredAt: (await world.now()).toISOString() });
  await world.rest();
  return made;
}
const alarms = async ({ tenantId, incidentId }: NewIncident) =>
  (await world.db.inTenant(tenantId, (tx) => listEvents(tx, incidentId)))
    .filter(({ kind }) => kind === 'alarm')
    .map(({ detail }) => detail.what);

test('while Temporal stands still, an overdue notice leaves without it, once', async () => {
  const made = await incident();
  world.outage(71 * HOUR + 4 * 60_000);
  expect(await sendOverdue(road)).toBe(0); // four minutes: the workers may still come
  world.outage(2 * 60_000);
  expect(await sendOverdue(road)).toBe(1);
  expect(mailed(made)).toBe(3);
  const keys = await world.ask<{ key: string }>(
    `select encode(mail_key, 'hex') as key from breach_people where incident_id = $1 order by 1`,
    [made.incidentId],
  );
  expect(comeBackTo.toSorted()).toEqual(keys.map(({ key }) => key));
  const lines = await world.db.inTenant(made.tenantId, (tx) => listLines(tx, made.incidentId));
  expect(lines.find(({ key }) => key === 'promise')).toMatchObject({ standing: 'met' });
  expect(await alarms(made)).toEqual(['overdue']);
  expect(await sendOverdue(road)).toBe(0);
  expect(mailed(made)).toBe(3);
});

test('both roads at once tell nobody twice', async () => {
  const made = await incident();
  world.outage(72 * HOUR);
  await Promise.all([sendOverdue(road), sendOverdue(road), world.pass(25 * HOUR)]);
  for (const patient = AbortSignal.timeout(20_000); mailed(made) < 3; await sleep(20)) patient.throwIfAborted();
  expect(mailed(made)).toBe(3);
});

test('code that does not fit the history alarms, and the notice still leaves by the second road', async () => {
  const made = await incident();
  await world.waits(`breach/${made.tenantId}/${made.incidentId}`);
  await world.stopWorkers();
  const bundle = readFileSync(process.env.DECORUM_WORKFLOW_BUNDLE ?? '', 'utf8');
  const planted = join(mkdtempSync(join(tmpdir(), 'decorum-')), 'workflows.js');
  writeFileSync(planted, bundle.replaceAll('lookAtBreach', 'lookElsewhere'));
  await world.startWorkers(planted);
  await world.client.workflow.getHandle(`breach/${made.tenantId}/${made.incidentId}`).signal('wake');
  for (
    const patient = AbortSignal.timeout(40_000);
    !(await watchWorkflows(road, world.client)).includes(made.incidentId);
    await sleep(200)
  ) {
    patient.throwIfAborted();
  }
  expect(await alarms(made)).toEqual(['workflow_task']);
  world.outage(72 * HOUR);
  await sendOverdue(road);
  expect(mailed(made)).toBe(3);
  await world.terminate(`breach/${made.tenantId}/${made.incidentId}`);
});
