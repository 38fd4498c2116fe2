import { claim } from '../../db/claims.ts';
import { nextLeaseEndMs, settleAbandoned } from '../../db/leases.ts';
import { type Outcome, recordOutcomes, type Verdict } from '../../db/outcomes.ts';
import { want } from '../../db/outbox.ts';
import { passGate } from '../../db/wire.ts';
import { cohortWork } from '../../db/workflowIds.ts';
import {
  enrolmentRow,
  hours,
  newPeople,
  newWorkspace,
  type Person,
  rules,
  sendRow,
  start,
  wanted,
  type Workspace,
  World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

/** Someone whose message has come as far as `state`. */
async function atWork(state: 'claimed' | 'handing', facts: Parameters<typeof newWorkspace>[1] = {}) {
  const workspace = await newWorkspace(world, facts);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  await advance(workspace, person, state);
  return { workspace, person };
}
async function advance(workspace: Workspace, { sendId }: Person, state: 'claimed' | 'handing'): Promise<void> {
  const { claimId, rows } = await world.db.inTenant(workspace.tenantId, (tx) =>
    claim(tx, workspace.mailboxId, { most: 1, jitter: 0 }),
  );
  expect(rows.map(({ id }) => id)).toEqual([sendId]);
  if (state === 'handing') expect((await passGate(world.db, workspace.tenantId, claimId, [sendId])).size).toBe(1);
}
const record = (workspace: Workspace, person: Person, verdict: Verdict, more: Partial<Outcome> = {}) =>
  world.db.inTenant(workspace.tenantId, (tx) =>
    recordOutcomes(
      tx,
      workspace.mailboxId,
      [{ sendId: person.sendId, enrolmentId: person.enrolment.id, step: 0, verdict, ...more }],
      rules,
    ),
  );
const within = <Row>({ tenantId }: Workspace, sql: string) => world.db.inTenant(tenantId, (tx) => tx.rows<Row>(sql));
/** Everything that recording an outcome may have written. */
async function everything(workspace: Workspace): Promise<unknown> {
  const tables = [
    'sends',
    'enrolments',
    'enrolment_events',
    'tasks',
    'suppressions',
    'suppression_batches',
    'obligations',
    'mailboxes',
    'sending_stops',
    'soft_bounces',
    'outbox',
  ];
  return Promise.all(
    tables.map((table) => within(workspace, `select to_jsonb(t) - 'recorded_at' as row from ${table} t order by 1`)),
  );
}

interface Row {
  from: 'claimed' | 'handing';
  verdict: Verdict;
  send: object;
  enrolment: object;
  because: string;
}
const next = { state: 'waiting', step: 1, nextAt: new Date(start.getTime() + 24 * hours) };
const stays = { state: 'queued', step: 0 };
const table: Row[] = [
  {
    from: 'handing',
    verdict: 'sent',
    send: { state: 'sent', because: null },
    enrolment: next,
    because: 'the next step, a day later',
  },
  {
    from: 'handing',
    verdict: 'unknown',
    send: { state: 'unknown', because: 'answer_lost' },
    enrolment: { state: 'paused', because: 'unknown_outcome' },
    because: 'never repeated, to be settled',
  },
  {
    from: 'handing',
    verdict: 'hard_bounce',
    send: { state: 'refused', because: 'hard_bounce' },
    enrolment: { state: 'stopped', because: 'bounced' },
    because: 'the address is dead',
  },
  {
    from: 'claimed',
    verdict: 'hard_bounce',
    send: { state: 'refused' },
    enrolment: { state: 'stopped', because: 'bounced' },
    because: 'refused at RCPT, before the gate',
  },
  {
    from: 'handing',
    verdict: 'retry',
    send: { state: 'planned', because: 'retry', attempts: 1, dueAt: new Date(start.getTime() + hours / 12) },
    enrolment: stays,
    because: 'five minutes later',
  },
  {
    from: 'claimed',
    verdict: 'retry',
    send: { state: 'planned', because: 'retry', attempts: 1 },
    enrolment: stays,
    because: 'greylisted at RCPT',
  },
  {
    from: 'handing',
    verdict: 'soft_bounce',
    send: { state: 'planned', dueAt: new Date(start.getTime() + 24 * hours) },
    enrolment: stays,
    because: 'a day later',
  },
  {
    from: 'handing',
    verdict: 'policy',
    send: { state: 'planned', attempts: 1 },
    enrolment: stays,
    because: 'about the mailbox, not the person',
  },
  {
    from: 'claimed',
    verdict: 'authentication',
    send: { state: 'planned', attempts: 1 },
    enrolment: stays,
    because: 'about the mailbox',
  },
  {
    from: 'claimed',
    verdict: 'unrenderable',
    send: { state: 'held', because: 'unrenderable' },
    enrolment: stays,
    because: 'a variable has no value',
  },
  {
    from: 'claimed',
    verdict: 'sent',
    send: { state: 'claimed' },
    enrolment: stays,
    because: 'impossible: nothing is sent that did not pass the gate',
  },
];

test.each(table)('$verdict of a $from message: $because', async ({ from, verdict, send, enrolment }) => {
  const { workspace, person } = await atWork(from);
  await record(workspace, person, verdict, { answerCode: 250, answerClass: verdict, messageId: '<m@acme.example>' });
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject(send);
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject(enrolment);
});

test.each(table)('$verdict of a $from message, written twice, counts once', async ({ from, verdict }) => {
  const { workspace, person } = await atWork(from);
  await record(workspace, person, verdict);
  const once = await everything(workspace);
  await record(workspace, person, verdict);
  expect(await everything(workspace)).toEqual(once);
});

test('a hard bounce suppresses the address, owes nobody a promise, and wants its workflow', async () => {
  const { workspace, person } = await atWork('handing');
  await record(workspace, person, 'hard_bounce', { answerCode: 550 });
  expect(await within(workspace, `select subject_hash, basis, channel, enrolment_id from suppressions`)).toEqual([
    { subject_hash: person.contact.addressHash, basis: 'bounce', channel: 'email', enrolment_id: person.enrolment.id },
  ]);
  expect(await within(workspace, `select from obligations`)).toEqual([]);
  expect((await wanted(world, workspace)).some((id) => id.startsWith(`suppression/${workspace.tenantId}/`))).toBe(true);
});

test('retries come later and later, up to four hours, and after twenty a person looks', async () => {
  const { workspace, person } = await atWork('claimed');
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    await record(workspace, person, 'retry');
    const { dueAt, state } = await sendRow(world, workspace, person.sendId);
    if (state === 'held') break;
    waits.push((dueAt.getTime() - world.now.getTime()) / 60_000);
    world.now = dueAt;
    await world.owner.query(`update sends set expires_at = $1::timestamptz + interval '8 hours' where id = $2`, [
      dueAt,
      person.sendId,
    ]);
    await advance(workspace, person, 'claimed');
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, ...Array.from({ length: 13 }, () => 240)]);
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'held', because: 'retry', attempts: 20 });
});

test('a policy answer pauses the mailbox and nobody in it', async () => {
  const { workspace, person } = await atWork('handing');
  await record(workspace, person, 'policy', { answerCode: 550, answerClass: 'policy' });
  expect(await within(workspace, `select state, paused_because from mailboxes`)).toEqual([
    { state: 'paused', paused_because: 'policy' },
  ]);
  expect(await within(workspace, `select from suppressions`)).toEqual([]);
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'queued' });
});

test('three failed log-ins in a row pause the mailbox; one that works in between begins anew', async () => {
  const workspace = await newWorkspace(world);
  const states: unknown[] = [];
  for (const verdict of [
    'authentication',
    'authentication',
    'sent',
    'authentication',
    'authentication',
    'authentication',
  ] as const) {
    const [person] = await newPeople(world, workspace, 1);
    if (!person) throw new Error('Nobody was made.');
    await advance(workspace, person, 'handing');
    await record(workspace, person, verdict);
    states.push(...(await within<{ state: string }>(workspace, `select state from mailboxes`)).map(({ state }) => state));
  }
  expect(states).toEqual(['active', 'active', 'active', 'active', 'active', 'paused']);
});

test('soft bounces on three days pause the person and ask the rep once; two on one day are one', async () => {
  const { workspace, person } = await atWork('handing');
  const states: string[] = [];
  for (const after of [1, 23, 24, 0]) {
    await record(workspace, person, 'soft_bounce');
    states.push((await enrolmentRow(world, workspace, person.enrolment.id)).state);
    if (after === 0) break;
    world.pass(after * hours);
    await world.owner.query(`update sends set due_at = $1, expires_at = $1::timestamptz + interval '1 hour' where id = $2`, [
      world.now,
      person.sendId,
    ]);
    await advance(workspace, person, 'handing');
  }
  expect(states).toEqual(['queued', 'queued', 'queued', 'paused']);
  expect(await within(workspace, `select kind, state from tasks`)).toEqual([{ kind: 'soft_bounces', state: 'open' }]);
});

test('an unknown outcome is a task for the rep; an answer that is recorded later settles it', async () => {
  const { workspace, person } = await atWork('handing');
  await record(workspace, person, 'unknown');
  expect(await within(workspace, `select kind, state, send_id from tasks`)).toEqual([
    { kind: 'unknown_outcome', state: 'open', send_id: person.sendId },
  ]);
  await record(workspace, person, 'sent', { messageId: '<m@acme.example>' });
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'sent' });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject(next);
  expect(await within(workspace, `select state, outcome from tasks`)).toEqual([{ state: 'done', outcome: 'sent' }]);
});

test('the last message ends the person, and the cohort and the launch are told', async () => {
  const { workspace, person } = await atWork('handing');
  await world.owner.query(`update enrolments set step = 1 where id = $1`, [person.enrolment.id]);
  await record(workspace, person, 'sent', { step: 1 });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'finished', because: 'last_step' });
  expect(await wanted(world, workspace)).toEqual([
    `cohort/${workspace.tenantId}/${workspace.launchId}/1`,
    `outreach/${workspace.tenantId}/${workspace.launchId}`,
  ]);
});

test('two who are the last of their cohort and end at the same instant do not each leave it to the other', async () => {
  for (let round = 0; round < 10; round += 1) {
    const workspace = await newWorkspace(world);
    // In the product a cohort has its row of work for as long as anybody in it is open.
    await world.db.inTenant(workspace.tenantId, (tx) => want(tx, [cohortWork(workspace.tenantId, workspace.launchId, 1)]));
    const people = await newPeople(world, workspace, 2);
    for (const person of people) await advance(workspace, person, 'handing').catch(() => undefined);
    await world.owner.query(`update sends set state = 'handing' where launch_id = $1`, [workspace.launchId]);
    await Promise.all(people.map((person) => record(workspace, person, 'hard_bounce')));
    expect(await wanted(world, workspace)).toContain(`outreach/${workspace.tenantId}/${workspace.launchId}`);
  }
});

describe('what a dead sender left', () => {
  test('claimed comes back after its lease, to be claimed again; not before', async () => {
    const { workspace, person } = await atWork('claimed');
    const settle = () => world.db.inTenant(workspace.tenantId, (tx) => settleAbandoned(tx, workspace.mailboxId));
    await settle();
    expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'claimed' });
    const ms = await world.db.inTenant(workspace.tenantId, (tx) => nextLeaseEndMs(tx, workspace.mailboxId));
    expect(ms).toBeGreaterThan(25_000);
    expect(ms).toBeLessThanOrEqual(30_000);
    await world.owner.query(`update sends set claimed_until = clock_timestamp() - interval '1 ms' where id = $1`, [
      person.sendId,
    ]);
    await settle();
    await advance(workspace, person, 'handing');
  });

  test('at the wire becomes unknown two minutes later, is never claimed again, and the rep is asked', async () => {
    const { workspace, person } = await atWork('handing');
    const settle = () => world.db.inTenant(workspace.tenantId, (tx) => settleAbandoned(tx, workspace.mailboxId));
    await world.owner.query(`update sends set wire_until = clock_timestamp() - interval '119 s' where id = $1`, [person.sendId]);
    expect(await settle()).toEqual({ unknown: 0 });
    await world.owner.query(`update sends set wire_until = clock_timestamp() - interval '121 s' where id = $1`, [person.sendId]);
    const settled = await Promise.all([settle(), settle()]);
    expect(settled.reduce((sum, { unknown }) => sum + unknown, 0)).toBe(1);
    expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'unknown', because: 'sender_lost' });
    expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({
      state: 'paused',
      because: 'unknown_outcome',
    });
    expect(await within(workspace, `select kind from tasks`)).toEqual([{ kind: 'unknown_outcome' }]);
    world.pass(100 * hours);
    await settle();
    const { rows } = await world.db.inTenant(workspace.tenantId, (tx) => claim(tx, workspace.mailboxId, { most: 5, jitter: 0 }));
    expect(rows).toEqual([]);
  });
});
