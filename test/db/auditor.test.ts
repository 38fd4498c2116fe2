import { randomUUID } from 'node:crypto';
import { breachDatesThatDiffer } from '../../db/auditor/breachLines.ts';
import { noteAnswer, noteAsked, noteHonoured } from '../../db/auditor/canaries.ts';
import { readChecks } from '../../db/auditor/findings.ts';
import { type InvariantName, invariantNames, machine } from '../../db/auditor/invariants.ts';
import { askErasure } from '../../db/erasure/erasures.ts';
import { dueDatesThatDiffer } from '../../db/auditor/obligations.ts';
import { suppress, writeSuppression } from '../../db/suppressions.ts';
import { billingRetention } from '../../domain/billingRetention.ts';
import { promises } from '../../domain/obligation.ts';
import { erasureDeadline, portabilityDeadline } from '../../law/answers.ts';
import { appealDeadline } from '../../law/appeals.ts';
import { registryStaleAt } from '../../law/calls.ts';
import { closureDates } from '../../law/closure.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { newSend } from '../builders/enrolment.ts';
import { Auditing, type Finding } from './auditing.ts';
import { newPeople, newWorkspace, start, type Workspace, World } from './world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let world: World;
let auditing: Auditing;
let acme: Workspace;

beforeAll(async () => {
  world = await World.open();
  auditing = new Auditing(world);
  acme = await newWorkspace(world);
});
afterAll(async () => {
  await auditing.watcher.close();
  await world.close();
});
beforeEach(() => void (world.now = start));

const look = () => auditing.look();
const findings = (name?: InvariantName) => auditing.findings(name);
/** As the owner, past every wall and every rule of the product: how a promise gets broken here. */
const plant = (sql: string, values: unknown[] = []) => world.owner.query(sql, values);
const waited = (name: InvariantName) =>
  plant(`update auditor_findings set first_seen_at = first_seen_at - interval '1 hour' where invariant = $1`, [name]);

/** Looks twice with the invariant's patience in between. */
async function found(name: InvariantName): Promise<Finding[]> {
  await look();
  await waited(name);
  await look();
  return (await findings(name)).filter(({ mended }) => !mended);
}

async function suppressed() {
  const [person] = await newPeople(world, acme, 1);
  if (!person) throw new Error('Nobody was made.');
  const { rows } = await plant(`select address_hash as hash from sends where id = $1`, [person.sendId]);
  const [{ hash }] = rows as [{ hash: Buffer }];
  const { batchId } = await suppress(world.db, acme.tenantId, {
    subjects: [{ hash, kind: 'address' }],
    channel: 'email',
    basis: 'one_click',
    deadline: optOutDeadline,
  });
  return { ...person, batchId: batchId ?? '' };
}

test('a world in which everything is kept has no finding, and every invariant was looked at', async () => {
  const [before] = await newPeople(world, acme, 2);
  await plant(`update sends set state = 'sent', handed_at = $2, sent_at = $2 where id = $1`, [
    before?.sendId,
    new Date(start.getTime() - MINUTE),
  ]);
  const { rows } = await plant(`select address_hash as hash from sends where id = $1`, [before?.sendId]);
  const [{ hash }] = rows as [{ hash: Buffer }];
  await suppress(world.db, acme.tenantId, {
    subjects: [{ hash, kind: 'address' }],
    channel: 'email',
    basis: 'page',
    deadline: optOutDeadline,
  });
  await suppressed();
  await look();
  await plant(`update outbox set delivered_at = clock_timestamp()`);
  await plant(`update auditor_findings set first_seen_at = first_seen_at - interval '1 hour'`);
  await look();
  expect(await findings()).toEqual([]);
  const checks = await readChecks(auditing.watcher);
  expect(checks.map(({ invariant }) => invariant).sort()).toEqual([...invariantNames].sort());
  expect(checks.filter(({ broken, failed }) => broken > 0 || failed !== null)).toEqual([]);
});

test('a message that began after its recipient was suppressed is found, and stands whatever comes', async () => {
  const { sendId } = await suppressed();
  await look();
  expect(await findings('message_after_suppression')).toEqual([]);
  await plant(`update sends set state = 'sent', handed_at = $2 where id = $1`, [sendId, new Date(start.getTime() + MINUTE)]);
  world.pass(2 * MINUTE);
  await look();
  expect(await findings('message_after_suppression')).toMatchObject([
    { tenantId: acme.tenantId, subject: sendId, facts: { begunAt: expect.any(String) } },
  ]);
  world.pass(2 * DAY);
  await plant(`update auditor_checks set looked_at = clock_timestamp()`);
  await look();
  expect((await findings('message_after_suppression')).map(({ mended }) => mended)).toEqual([false]);
});

test('so is one to a whole domain, and after a request that was never answered', async () => {
  const [person] = await newPeople(world, acme, 1);
  const { rows } = await plant(`select domain_hash as hash from sends where id = $1`, [person?.sendId]);
  const [{ hash }] = rows as [{ hash: Buffer }];
  await world.db.inTenant(acme.tenantId, (tx) =>
    writeSuppression(tx, {
      subjects: [{ hash, kind: 'domain' }],
      channel: 'all',
      basis: 'rep',
      deadline: optOutDeadline,
    }),
  );
  await plant(`update sends set state = 'unknown', handed_at = $2 where id = $1`, [
    person?.sendId,
    new Date(start.getTime() + 5 * MINUTE),
  ]);
  await look();
  expect((await findings('message_after_suppression')).map(({ subject }) => subject)).toContain(person?.sendId);
});

test('a message at the wire for longer than two minutes', async () => {
  const [person] = await newPeople(world, acme, 1);
  const sendId = await world.db.inTenant(acme.tenantId, (tx) =>
    newSend(tx, { enrolmentId: person?.enrolment.id ?? '', step: 1, state: 'handing' }),
  );
  expect(await found('handing_too_long')).toEqual([]);
  await plant(`update sends set wire_until = clock_timestamp() - interval '3 minutes' where id = $1`, [sendId]);
  expect(await found('handing_too_long')).toMatchObject([{ subject: sendId }]);
  await plant(`update sends set state = 'unknown' where id = $1`, [sendId]);
  await look();
  expect(await findings('handing_too_long')).toMatchObject([{ subject: sendId, mended: true }]);
});

test('an overdue obligation is found from its instant on, and mended when it is closed', async () => {
  const { batchId } = await suppressed();
  world.pass(30 * DAY);
  await look();
  const overdue = await findings('obligation_overdue');
  const { rows } = await plant(`select id from obligations where subject_id = $1`, [batchId]);
  const [{ id }] = rows as [{ id: string }];
  expect(overdue).toContainEqual(expect.objectContaining({ subject: id, mended: false }));
  await plant(`update obligations set state = 'late', met_at = $2 where id = $1`, [id, world.now]);
  await look();
  expect(await findings('obligation_overdue')).toContainEqual(expect.objectContaining({ subject: id, mended: true }));
});

test.each([
  { damage: `due_at = due_at + interval '1 day'`, because: 'a day more than ten business days' },
  { damage: `state = 'met', met_at = due_at + interval '1 hour'`, because: 'called met, and was late' },
  { damage: `basis = basis || '{"businessDays": 9}'`, because: 'the facts say another date' },
  { damage: `due_at = started_at - interval '1 hour'`, because: 'wrong in two ways at once' },
])('a due date that differs from its facts: $because', async ({ damage }) => {
  const { batchId } = await suppressed();
  const { rows } = await plant(`update obligations set ${damage} where subject_id = $1 returning id`, [batchId]);
  const [{ id }] = rows as [{ id: string }];
  await look();
  expect((await findings('due_date_differs')).map(({ subject }) => subject)).toContain(id);
});

function billingDates(at: Date) {
  const occurredOn = at.toISOString().slice(0, 10);
  return { basis: { occurredOn }, dueAt: new Date(billingRetention(occurredOn).deleteBy.epochMilliseconds) };
}
function registryDates(at: Date) {
  const dataOn = at.toISOString().slice(0, 10);
  return { basis: { dataOn }, dueAt: registryStaleAt(dataOn) };
}
const days = Array.from(
  { length: 1_100 },
  (_, day) => new Date(Date.parse('2026-11-01T04:30:00Z') + day * DAY + (day % 24) * 60 * MINUTE),
);

test.each([
  { kind: 'do_not_call.honoured', dateOf: optOutDeadline },
  { kind: 'abuse.appeal', dateOf: appealDeadline },
  { kind: 'export.ready', dateOf: portabilityDeadline },
  { kind: 'person.erased', dateOf: erasureDeadline },
  { kind: 'registry.fresh', dateOf: registryDates },
  { kind: 'backup.sound', dateOf: (at: Date) => ({ basis: { what: 'overdue' }, dueAt: new Date(at.getTime() + DAY) }) },
  { kind: 'call.cleared', dateOf: (at: Date) => ({ basis: { at: at.toISOString() }, dueAt: at }) },
  { kind: 'deletion.live', dateOf: (at: Date) => ({ ...closureDates(at, ''), dueAt: closureDates(at, '').liveDueAt }) },
  { kind: 'deletion.backups', dateOf: (at: Date) => ({ ...closureDates(at, 'NY'), dueAt: closureDates(at, 'NY').backupsDueAt }) },
  { kind: 'billing.deleted', dateOf: billingDates },
])("$kind: the auditor's date and the product's are the same on every day of three years", async ({ kind, dateOf }) => {
  const rows = days.map((at) => ({ id: randomUUID(), startedAt: at, ...dateOf(at) }));
  await plant(
    `insert into obligations (tenant_id, kind, clause, citation, subject_kind, subject_id, basis, started_at, due_at, state, met_at, workflow_id)
     select $2, $3, 'P12', 'test', 'test', r.id, r.basis, r."startedAt", r."dueAt", 'met', r."startedAt", 'none'
     from jsonb_to_recordset($1) as r(id uuid, basis jsonb, "startedAt" timestamptz, "dueAt" timestamptz)`,
    [JSON.stringify(rows), acme.tenantId, kind],
  );
  const before = (await findings('due_date_differs')).length;
  await look();
  expect((await findings('due_date_differs')).length).toBe(before);
  await plant(`update obligations set due_at = due_at + interval '1 hour' where subject_id = $1`, [rows[0]?.id]);
  await look();
  expect((await findings('due_date_differs')).length).toBe(before + 1);
  await plant(`delete from obligations where subject_kind = 'test'`);
});

test("each kind of promise has a date that the auditor works out; a drill is nobody's right", () => {
  const known = `${dueDatesThatDiffer} ${breachDatesThatDiffer}`;
  expect(Object.keys(promises).filter((kind) => !known.includes(`'${kind}'`))).toEqual(['breach.drill']);
});

test('an obligation whose workflow is gone, and a workflow whose obligation is gone', async () => {
  const [one, other] = [await suppressed(), await suppressed()];
  await plant(`delete from outbox where workflow_id like 'suppression/%' || $1`, [one.batchId]);
  await plant(`delete from obligations where subject_id = $1`, [other.batchId]);
  const { rows } = await plant(`select id from obligations where subject_id = $1`, [one.batchId]);
  const [{ id }] = rows as [{ id: string }];
  await look();
  expect((await findings('obligation_without_workflow')).map(({ subject }) => subject)).not.toContain(id); // on its way, perhaps
  expect((await found('obligation_without_workflow')).map(({ subject }) => subject)).toContain(id);
  expect((await found('workflow_without_obligation')).map(({ subject }) => subject)).toContain(
    `suppression/${acme.tenantId}/${other.batchId}`,
  );
});

test('a table without its wall, and keys without the tenant', async () => {
  await plant(`create table leaky (tenant_id uuid not null, id uuid primary key, contact uuid)`);
  await plant(`alter table mailboxes no force row level security`);
  await look();
  expect((await findings('table_without_wall')).map(({ tenantId, subject }) => ({ tenantId, subject }))).toEqual(
    expect.arrayContaining([
      { tenantId: machine, subject: 'leaky' },
      { tenantId: machine, subject: 'mailboxes' },
    ]),
  );
  expect((await findings('key_without_tenant')).map(({ subject }) => subject)).toEqual(['leaky.leaky_pkey']);
  await plant(`drop table leaky`);
  await plant(`alter table mailboxes force row level security`);
  await look();
  expect((await findings('table_without_wall')).every(({ mended }) => mended)).toBe(true);
});

test('a registry of more than 31 days', async () => {
  await plant(
    `insert into call_registries (tenant_id, list, area_code, edition, data_on, account, numbers, loaded_at)
     values ($1, 'federal', 212, gen_random_uuid(), '2026-10-24', 'a', 1, clock_timestamp()), ($1, 'federal', 213, gen_random_uuid(), '2026-10-23', 'a', 1, clock_timestamp())`,
    [acme.tenantId],
  );
  await look();
  expect((await findings('registry_stale')).map(({ subject }) => subject)).toEqual(['federal 213']);
});

test('a wish that no dispatcher takes is found after five minutes; another wish of the same workflow is another one', async () => {
  await plant(`update outbox set delivered_at = clock_timestamp()`);
  const { batchId } = await suppressed();
  const workflowId = `suppression/${acme.tenantId}/${batchId}`;
  await look();
  await waited('outbox_undelivered');
  await plant(`update outbox set wanted = true, delivered_at = null where workflow_id = $1`, [workflowId]); // taken, and wanted anew
  await look();
  expect(await findings('outbox_undelivered')).toEqual([]);
  await waited('outbox_undelivered');
  await look();
  expect((await findings('outbox_undelivered')).map(({ subject }) => subject.split('@')[0])).toEqual([workflowId]);
});

test('a backup past its date, by the catalogue alone', async () => {
  const id = randomUUID();
  await plant(
    `insert into backups (id, name, state, taken_at, expires_at, format) values ($1, 'b', 'good', $2, $2::timestamptz + interval '30 days', 'copy')`,
    [id, start],
  );
  await look();
  expect(await findings('backups_unsound')).toEqual([]);
  world.pass(27 * 60 * MINUTE);
  await look();
  expect(await findings('backups_unsound')).toMatchObject([{ tenantId: machine, subject: `overdue ${id}`, mended: false }]);
  await plant(`delete from backups`);
  await look();
  expect((await findings('backups_unsound')).map(({ mended }) => mended)).toEqual([true]);
});

test('a deletion whose promises are gone; one that a legal hold keeps back is not late', async () => {
  const id = randomUUID();
  await plant(
    `insert into account_deletions (tenant_id, id, asked_by, asked_as, asked_at, grace_days, purge_at, live_due_at, backups_due_at)
     values ($1, $2, $2, 'owner', $3, 0, $3, $3, $3)`,
    [acme.tenantId, id, start],
  );
  expect((await found('workflow_without_obligation')).map(({ subject }) => subject)).toContain(`deletion/${acme.tenantId}/${id}`);
  const { liveDueAt, basis } = closureDates(new Date(start.getTime() - 40 * DAY), '');
  const promise = randomUUID();
  await plant(
    `insert into obligations (tenant_id, id, kind, clause, citation, subject_kind, subject_id, basis, started_at, due_at, workflow_id)
     values ($1, $2, 'deletion.live', 'P7', 'test', 'test', $3, $4, $5, $6, 'none')`,
    [acme.tenantId, promise, id, JSON.stringify(basis), new Date(start.getTime() - 40 * DAY), liveDueAt],
  );
  await plant(
    `insert into legal_holds (tenant_id, kind, reason, placed_by, placed_at) values ($1, 'account', 'a demand', gen_random_uuid(), $2)`,
    [acme.tenantId, start],
  );
  await look();
  expect((await findings('obligation_overdue')).map(({ subject }) => subject)).not.toContain(promise);
  await plant(`update legal_holds set released_at = $1, release_reason = 'over'`, [start]);
  await look();
  expect((await findings('obligation_overdue')).map(({ subject }) => subject)).toContain(promise);
});

test('a person whom a legal hold keeps from being erased is not late, and is from the release on', async () => {
  const { id } = await world.db.inTenant(acme.tenantId, (tx) =>
    askErasure(tx, {
      kind: 'contact',
      personId: randomUUID(),
      because: 'asked',
      askedBy: acme.rep.id,
      deadline: erasureDeadline,
    }),
  );
  world.pass(60 * DAY);
  const late = async () => {
    const [promise] = (await plant(`select id from obligations where subject_id = $1`, [id])).rows as { id: string }[];
    return (await auditing.newly('obligation_overdue')).includes(promise?.id ?? '');
  };
  await plant(`update erasures set state = 'held' where id = $1`, [id]);
  expect(await late()).toBe(false);
  await plant(`update erasures set state = 'asked' where id = $1`, [id]);
  expect(await late()).toBe(true);
});

test('a workflow that Temporal marks as stuck, by its tenant', async () => {
  const stuck = { tenantId: acme.tenantId, subject: `mailbox/${acme.tenantId}/${acme.mailboxId}`, facts: {} };
  auditing.failing = () => Promise.resolve([stuck]);
  expect(await found('workflow_task_failing')).toMatchObject([stuck]);
  auditing.failing = () => Promise.reject(new Error('Temporal is down'));
  await look();
  await waited('check_failed');
  await look();
  expect(await findings('check_failed')).toMatchObject([{ tenantId: machine, subject: 'workflow_task_failing' }]);
  expect((await findings('workflow_task_failing')).map(({ mended }) => mended)).toEqual([false]); // nobody has seen it mended
  auditing.failing = () => Promise.resolve([]);
  await look();
  expect((await findings('workflow_task_failing')).map(({ mended }) => mended)).toEqual([true]);
});

test('a synthetic opt-out without an answer, one that is not in force, and one that is not proved', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const canary = (before: number) => ({
    tenantId: acme.tenantId,
    day: new Date(Date.parse(day) - before * DAY).toISOString().slice(0, 10),
  });
  const hash = (n: number) => Buffer.alloc(32, n);
  for (const n of [0, 1, 2, 3]) await noteAsked(auditing.watcher, canary(n), hash(n));
  await noteAnswer(auditing.watcher, canary(0), '503');
  for (const n of [1, 2, 3]) await noteAnswer(auditing.watcher, canary(n), '200');
  for (const n of [2, 3]) {
    await suppress(world.db, acme.tenantId, {
      subjects: [{ hash: hash(n), kind: 'address' }],
      channel: 'email',
      basis: 'one_click',
      deadline: optOutDeadline,
    });
  }
  await plant(`update auditor_canaries set asked_at = asked_at - interval '11 minutes' where day = $1`, [canary(0).day]);
  await plant(`update auditor_canaries set answered_at = answered_at - interval '16 minutes' where day = $1`, [canary(2).day]);
  await plant(
    `update obligations set state = 'met', met_at = started_at where subject_id = (select batch_id from suppressions where subject_hash = $1)`,
    [hash(3)],
  );
  expect(await noteHonoured(auditing.watcher)).toBe(1);
  await look();
  expect((await findings('canary_unheard')).map(({ subject }) => subject).sort()).toEqual(
    [0, 1, 2].map((n) => `canary of ${canary(n).day}`).sort(),
  );
});

test('its own silence is noted once, by whoever sees it first, and over with its next look', async () => {
  const silence = () => world.onOwnClock.lookUp<{ first: boolean }>(`select decorum.note_silence('3 minutes') as first`, []);
  await look();
  expect(await silence()).toEqual([{ first: false }]);
  await plant(`update auditor_checks set looked_at = looked_at - interval '4 minutes'`);
  expect((await Promise.all([silence(), silence()])).flat().filter(({ first }) => first)).toHaveLength(1);
  expect(await findings('auditor_silent')).toMatchObject([{ tenantId: machine, mended: false }]);
  await look();
  expect(await findings('auditor_silent')).toMatchObject([{ mended: true }]);
});

test('its role reads ids and instants only, and changes nothing but its own tables', async () => {
  const { rows } = await plant(
    `select table_name || '.' || column_name as column, string_agg(privilege_type, ' ' order by privilege_type) as may
     from information_schema.column_privileges where grantee = 'decorum_watcher' group by 1 order by 1`,
  );
  const may = rows as { column: string; may: string }[];
  expect(may.filter(({ column }) => !column.startsWith('auditor_')).filter((right) => right.may !== 'SELECT')).toEqual([]);
  expect(
    may
      .filter(({ column }) => /email|name$|address$|phone|body|subject$|raw|\.facts$|note/.test(column))
      .map(({ column }) => column),
  ).toEqual(['auditor_findings.facts', 'auditor_findings.subject']);
});
