import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDoNotCall } from '../../db/calls/doNotCall.ts';
import { listRegistries } from '../../db/calls/registries.ts';
import { listLoads } from '../../db/calls/registryLoads.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { newOutreach } from '../builders/outreach.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let folder: string;
/** Of the registry's downloads; nothing is there at first. */
let site: Server;
let served: Record<string, string> = {};
let tenantId: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registries-'));
  site = createServer((request, response) => {
    const text = request.url === `/${tenantId}/` ? Object.keys(served).join('\n') : served[request.url?.split('/').at(-1) ?? ''];
    response.writeHead(text === undefined ? 404 : 200, { 'last-modified': 'Mon, 23 Nov 2026 06:00:00 GMT' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const registryUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/{workspace}/`;
  world = await startWorld({ at: '2026-11-24T15:00:00Z', registryFolder: folder, registryUrl });
  tenantId = await world.newTenant();
  await world.db.inTenant(tenantId, async (tx) => {
    const officer = await newUser(tx, { role: 'officer' });
    await newMailbox(tx, world.vault, { ownerId: officer.id, smtpPort: world.smtpPort });
  });
  await mkdir(join(folder, tenantId));
  await mkdir(join(folder, 'lost+found'));
});
afterAll(async () => {
  site.close();
  await world.end();
  await rm(folder, { recursive: true });
});

async function lay(name: string, text: string): Promise<void> {
  const path = join(folder, tenantId, name);
  await writeFile(path, text);
  const anHourAgo = Date.now() / 1000 - 3600; // oxlint-disable-line no-restricted-properties -- files are dated by the machine's clock
  await utimes(path, anHourAgo, anHourAgo);
}

let looks = 0;
async function look(): Promise<void> {
  looks += 1;
  await world.client.workflow.execute('dncWatch', { taskQueue: 'legal', workflowId: `dnc-watch-${looks}` });
  await world.rest();
}

const loads = () => world.db.inTenant(tenantId, (tx) => listLoads(tx, 10));
const inForce = () => world.db.inTenant(tenantId, (tx) => listRegistries(tx));
const mailed = () => world.sink.records.length;

test('a download that is laid in the folder comes into force, once; changes follow the list that they change', async () => {
  await lay('federal_full_2026-11-01_SAN1_212.txt', '5550101\n5550102\n');
  await lay('federal_changes_2026-11-02_SAN1.txt', '2125550103,2026-11-02T05:00:00,A\n');
  await lay('notes.txt', 'not a list');
  await look();
  await look();
  await look();
  expect(await loads()).toMatchObject([
    { kind: 'changes', state: 'in_force', numbers: 3, origin: 'folder', account: 'SAN1' },
    { kind: 'full', state: 'in_force', numbers: 2, areaCode: 212 },
  ]);
  expect(await inForce()).toMatchObject([{ list: 'federal', areaCode: 212, dataOn: '2026-11-02', numbers: 3 }]);
  expect(mailed()).toBe(0);
  const [load] = await loads();
  keep((await runsOf(world, `dnc/${tenantId}/${load?.id}`)).at(-1), 'dncRefresh/inForce');
  keep((await runsOf(world, 'dnc-watch-1')).at(-1), 'dncWatch/found');
});

test('a refused one leaves the old list in force, and the officers hear of it', async () => {
  await lay('federal_full_2026-11-20_SAN1_212.txt', '5550101\nhello\n');
  await look();
  const [load] = await loads();
  expect(load).toMatchObject({ state: 'refused', reason: 'Line 2 is no telephone number.' });
  await world.client.workflow.getHandle(`dnc/${tenantId}/${load?.id}`).result();
  expect(mailed()).toBe(1);
  expect(await inForce()).toMatchObject([{ dataOn: '2026-11-02', numbers: 3 }]);
  keep((await runsOf(world, `dnc/${tenantId}/${load?.id}`)).at(-1), 'dncRefresh/refused');
});

test("so it is with what lies at the operator's address: it comes into force, and a refused file leaves the old list", async () => {
  served = {
    'federal_full_2026-11-21_SAN1_213.txt': '5550101\n',
    'federal_full_2026-11-22_SAN1_213.txt': 'hello\n',
    'notes.txt': 'no list',
  };
  await look();
  await look();
  const [refused, taken] = await loads();
  expect(taken).toMatchObject({ state: 'in_force', origin: 'folder', fileName: 'federal_full_2026-11-21_SAN1_213.txt' });
  expect(refused).toMatchObject({ state: 'refused', reason: 'Line 1 is no telephone number.' });
  expect(await inForce()).toContainEqual(expect.objectContaining({ areaCode: 213, dataOn: '2026-11-21', numbers: 1 }));
  await world.client.workflow.getHandle(`dnc/${tenantId}/${refused?.id}`).result();
  expect(mailed()).toBe(2);
  served = {};
});

test('from a week before its data is stale the renewal is an obligation, told once by e-mail, and met by the next load', async () => {
  const before = mailed();
  const promise = () => world.ask(`select state, due_at as "dueAt" from obligations where kind = 'registry.fresh'`);
  await world.passUntil('2026-11-25T23:00:00Z');
  await look();
  expect(await promise()).toEqual([]);
  await world.passUntil('2026-11-26T00:00:00Z');
  await look();
  await look();
  expect(await promise()).toEqual([{ state: 'open', dueAt: new Date('2026-12-03T00:00:00Z') }]);
  expect(mailed()).toBe(before + 1);
  await lay('federal_full_2026-11-25_SAN1_212.txt', '5550101\n');
  await look();
  expect(await promise()).toMatchObject([{ state: 'met' }]);
});

test('whoever takes a request and dies before its tasks are closed leaves one row of work, which closes them', async () => {
  const ring = { id: 'ring', kind: 'call' as const, after: { hours: 0 }, title: 'Ring', instructions: '', branches: {} };
  const { enrolment, contact, rep } = await newOutreach(world.db, world, { tenantId, steps: [ring] });
  const requestId = await world.db.inTenant(tenantId, async (tx) => {
    const hash = addressHash(world.addressKey, tenantId, '+12125550101');
    await tx.run(`update enrolments set state = 'queued', next_at = null where id = $1`, [enrolment.id]);
    await tx.run(
      `insert into tasks (tenant_id, kind, state, owner_id, contact_id, enrolment_id, step, due_at, number_hash)
       values (decorum.tenant(), 'call', 'not_cleared', $1, $2, $3, 0, decorum.now(), $4)`,
      [rep.id, contact.id, enrolment.id, hash],
    );
    return writeDoNotCall(tx, { hashes: [hash], basis: 'api', deadline: optOutDeadline });
  });
  const workflowId = `do-not-call/${tenantId}/${requestId}`;
  await world.rest();
  await world.client.workflow.getHandle(workflowId).result();
  expect(await world.ask(`select state, outcome from tasks where enrolment_id = $1`, [enrolment.id])).toEqual([
    { state: 'cancelled', outcome: 'do_not_call' },
  ]);
  expect(await world.ask(`select state, evidence from obligations where subject_id = $1`, [requestId])).toEqual([
    { state: 'met', evidence: { closedTasks: 1, withdrawnClearances: 0 } },
  ]);
  expect(await world.ask(`select state from outbox where workflow_id = $1`, [workflowId])).toEqual([{ state: 'closed' }]);
  keep((await runsOf(world, workflowId)).at(-1), 'doNotCall/honoured');
});
