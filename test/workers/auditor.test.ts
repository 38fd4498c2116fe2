import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import pino from 'pino';
import { roleUrl } from '../../db/roles.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { passGate } from '../../db/wire.ts';
import { systemMailOf } from '../../providers/mail/systemMail.ts';
import { soundAlarms } from '../../workers/auditor/alarms.ts';
import { sendCanaries } from '../../workers/auditor/canary.ts';
import { metricsServer } from '../../workers/auditor/metrics.ts';
import { auditRound } from '../../workers/auditor/round.ts';
import { noticeSilence } from '../../workers/auditorWatch.ts';
import { serve } from '../api/serve.ts';
import { newSend } from '../builders/enrolment.ts';
import { newOutreach } from '../builders/outreach.ts';
import { SinkServer } from '../doubles/sinkServer.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let watcher: Database;
let auditor: Database;
let owner: pg.Pool;
const sink = new SinkServer({ seed: 1, chance: {}, slowMs: 0 });
const log = pino({ level: 'silent' });

beforeAll(async () => {
  sink.server.listen(0, '127.0.0.1');
  await once(sink.server, 'listening');
  api = await serve();
  acme = await api.workspace('real');
  watcher = openDatabase({ url: roleUrl(api.ownerUrl, 'decorum_watcher'), max: 2 });
  auditor = openDatabase({ url: roleUrl(api.ownerUrl, 'decorum_auditor'), max: 2 });
  owner = new pg.Pool({ connectionString: api.ownerUrl, max: 1 });
});
afterAll(async () => {
  sink.server.close();
  await Promise.all([watcher.close(), auditor.close(), owner.end()]);
  await api.close();
});

const look = () =>
  auditRound({
    watcher,
    failing: () => Promise.resolve([]),
    log,
    monotonicMs: () => performance.now(),
    wallNow: () => new Date(),
  });
const mail = () => systemMailOf(`smtp://127.0.0.1:${(sink.server.address() as AddressInfo).port}`, 'decorum@system.example');
const alarmWorld = () => ({
  watcher,
  db: auditor,
  mail: mail(),
  alarmTo: 'operator@system.example',
  publicUrl: 'https://decorum.example',
  log,
  now: () => new Date(),
});
const mailedTo = () =>
  sink.records
    .splice(0)
    .map(({ to }) => to)
    .sort();

test('a message that began after its suppression stops the workspace, and tells everybody who must act, once', async () => {
  const [hash, batchId, mailboxId] = [randomBytes(32), randomUUID(), randomUUID()];
  const client = await owner.connect();
  await client.query(`begin; set local session_replication_role = replica; select decorum.enter('${acme.id}')`);
  await client.query(
    `insert into suppression_batches (tenant_id, id, source, subjects, answered_at, done_at) values ($1, $2, 'one_click', 1, decorum.now(), decorum.now())`,
    [acme.id, batchId],
  );
  await client.query(
    `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id) values ($1, $2, 'email', $1, 'one_click', $3)`,
    [acme.id, hash, batchId],
  );
  await client.query(
    `insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, priority, due_at, address_hash, domain_hash, handed_at)
     values ($1, $2, $2, $2, $2, $3, 0, 'sent', 1, decorum.now(), $4, $5, decorum.now() + interval '1 second')`,
    [acme.id, randomUUID(), mailboxId, hash, randomBytes(32)],
  );
  await client.query('commit');
  client.release(true);
  await look();
  expect(await soundAlarms(alarmWorld())).toBe(1);
  expect(mailedTo()).toEqual([acme.officer.email, acme.operator.email, 'operator@system.example', acme.owner.email].sort());
  const stops = await api.db.inTenant(acme.id, (tx) =>
    tx.rows(`select kind, because from sending_stops where scope_id = $1`, [acme.id]),
  );
  expect(stops).toEqual([{ kind: 'hold', because: 'auditor' }]);
  await look();
  expect(await soundAlarms(alarmWorld())).toBe(0);
  expect(mailedTo()).toEqual([]);
});

test('an alarm that cannot be sent is sent by a later round', async () => {
  await owner.query(`update auditor_findings set alarmed_at = null`);
  await soundAlarms({ ...alarmWorld(), mail: systemMailOf('smtp://127.0.0.1:9', 'decorum@system.example') });
  expect(await soundAlarms(alarmWorld())).toBe(1);
  expect(mailedTo()).toHaveLength(4);
});

test('somebody who does not exist opts out every day by the public link, and it is in force', async () => {
  const { linkKeys, addressKey } = api.deps;
  const world = { watcher, linkKeys, addressKey, publicUrl: api.origin, log };
  expect(await sendCanaries({ ...world, publicUrl: 'http://127.0.0.1:9' })).toBe(1);
  expect(await sendCanaries(world)).toBe(1); // not answered yet
  expect(await sendCanaries(world)).toBe(0);
  const { rows } = await owner.query(
    `select c.answer, x.basis from auditor_canaries c join suppressions x on x.tenant_id = c.tenant_id and x.subject_hash = c.subject_hash`,
  );
  expect(rows).toEqual([{ answer: '200', basis: 'one_click' }]);
});

/** A message of the workspace that stands before the gate. */
async function claimed(email: string) {
  const claimId = randomUUID();
  const { enrolment } = await newOutreach(api.db, api.deps, { tenantId: acme.id, contact: { email } });
  const sendId = await api.db.inTenant(acme.id, (tx) => newSend(tx, { enrolmentId: enrolment.id, state: 'planned' }));
  await owner.query(
    `update sends set state = 'claimed', claim_id = $2, claimed_until = clock_timestamp() + interval '1 minute' where id = $1`,
    [sendId, claimId],
  );
  return { sendId, passes: async () => (await passGate(api.db, acme.id, claimId, [sendId])).has(sendId) };
}

test('the gate at the wire lets nothing through to whoever opted out so, and others as before', async () => {
  await owner.query(`delete from sending_stops`);
  const { rows } = await owner.query<{ day: string }>(`select day::text as day from auditor_canaries`);
  const [canary, other] = [await claimed(`canary-${rows[0]?.day}@canary.invalid`), await claimed('somebody@customer.example')];
  expect([await canary.passes(), await other.passes()]).toEqual([false, true]);
  await owner.query(`update sends set state = 'cancelled' where state = 'handing'`);
});

test('an opt-out that nobody answers alarms everybody who must act after ten minutes', async () => {
  await owner.query(`delete from auditor_canaries`);
  const { linkKeys, addressKey } = api.deps;
  await sendCanaries({ watcher, linkKeys, addressKey, publicUrl: 'http://127.0.0.1:9', log });
  await look();
  await soundAlarms(alarmWorld());
  mailedTo();
  await owner.query(`update auditor_canaries set asked_at = asked_at - interval '11 minutes'`);
  await look();
  expect(await soundAlarms(alarmWorld())).toBe(1);
  expect(mailedTo()).toHaveLength(4);
  await sendCanaries({ watcher, linkKeys, addressKey, publicUrl: api.origin, log });
  await look();
  const { rows } = await owner.query(
    `select mended_at is not null as mended from auditor_findings where invariant = 'canary_unheard'`,
  );
  expect(rows).toEqual([{ mended: true }]);
});

test("the auditor's port tells each invariant to Prometheus", async () => {
  const server = metricsServer(watcher).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^decorum_invariant_broken\{invariant="message_after_suppression"\} 1$/m);
  expect(text).toMatch(/^decorum_invariant_looked_at_seconds\{invariant="table_without_wall"\} \d+/m);
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
  server.close();
});

test('a worker notices that the auditor is silent, and writes to the operator once', async () => {
  const world = { ...alarmWorld(), db: api.db };
  expect(await noticeSilence(world)).toBe(false);
  await owner.query(`update auditor_checks set looked_at = looked_at - interval '4 minutes'`);
  expect(await noticeSilence(world)).toBe(true);
  expect(await noticeSilence(world)).toBe(false);
  expect(mailedTo()).toEqual(['operator@system.example']);
});
