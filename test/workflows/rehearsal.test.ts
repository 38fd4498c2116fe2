import { setTimeout as sleep } from 'node:timers/promises';
import { beginRehearsal, cancelRehearsal, findRehearsal, type Rehearsal } from '../../db/rehearsal/rehearsals.ts';
import { createLaunch, type NewLaunch } from '../../db/launches.ts';
import { want } from '../../db/outbox.ts';
import { cohortWork } from '../../db/workflowIds.ts';
import type { MailboxSettings } from '../../db/mailboxes.ts';
import { suppress } from '../../db/suppressions.ts';
import { BUSINESS_HOURS } from '../../domain/sendWindow.ts';
import type { Step } from '../../domain/sequence.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { rehearsed } from '../../workflows/rehearsal.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { emailStep, newSequence } from '../builders/sequence.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
const monday = '2026-11-16T13:00:00Z'; // 08:00 in New York, ten days before Thanksgiving

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: monday });
}, 60_000);
afterAll(() => world.end());

type Plan = Omit<NewLaunch, 'requestKey'> & { tenantId: string };

const steps: Step[] = [
  emailStep({ subject: 'Hello Zelda' }),
  emailStep({ id: 'again', after: { businessDays: 1 }, subject: '', text: 'Any thoughts?' }),
  { id: 'look', kind: 'task', after: { days: 1 }, branches: {}, title: 'Look them up', instructions: '' },
];

/** A rep's mailbox in its ramp, one message of today sent, and a list in which every rule has somebody to hold. */
async function newPlan(mailbox: Partial<MailboxSettings> = {}): Promise<Plan & { mailboxId: string }> {
  const tenantId = await world.newTenant();
  return world.db.inTenant(tenantId, async (tx) => {
    const rep = await newUser(tx);
    const mailboxId = await newMailbox(tx, world.vault, {
      ownerId: rep.id,
      kind: 'rep',
      smtpPort: world.smtpPort,
      cap: 40,
      rampStart: 3,
      gapSeconds: 90,
      jitterSeconds: 180,
      ...mailbox,
    });
    const earlier = await newSequence(tx, { by: rep.id });
    const other = await newLaunch(tx, { sequenceId: earlier, mailboxId, by: rep.id });
    const known = await newContact(tx, world.addressKey, { firstName: 'Zelda', lastName: 'Quixote' });
    const busy = await newEnrolment(tx, {
      launchId: other,
      contactId: known.id,
      mailboxId,
      state: 'waiting',
      step: 1,
      nextAt: new Date(Date.parse(monday) + 2 * day),
    });
    await newSend(tx, { enrolmentId: busy.id });
    await want(tx, [cohortWork(tenantId, other, 1)]); // whose follow-up takes a place of the mailbox in two days
    await tx.run(`insert into mailbox_days (tenant_id, mailbox_id, day) values (decorum.tenant(), $1, '2026-11-16')`, [
      mailboxId,
    ]);
    const sequenceId = await newSequence(tx, { by: rep.id, steps, window: BUSINESS_HOURS });
    const { id: listId } = await tx.row<{ id: string }>(
      `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), 'Mills', 'static', $1) returning id`,
      [rep.id],
    );
    const colleagues = [1, 2, 3, 4, 5].map((n) => ({ email: `zelda${n}@mill.example`, zone: 'America/New_York' }));
    const others = ['America/Los_Angeles', 'America/Los_Angeles', 'Pacific/Honolulu', 'America/Chicago'].map((zone) => ({
      zone,
    }));
    const people = [known];
    for (const facts of [...colleagues, ...others]) {
      people.push(await newContact(tx, world.addressKey, { firstName: 'Zelda', lastName: 'Quixote', ...facts }));
    }
    await tx.run(`insert into list_members (tenant_id, list_id, contact_id) select decorum.tenant(), $1, unnest($2::uuid[])`, [
      listId,
      people.map(({ id }) => id),
    ]);
    return {
      tenantId,
      mailboxId,
      sequenceId,
      version: 1,
      listIds: [listId],
      mailboxIds: [mailboxId],
      reEnter: 'if_not_active',
      createdBy: rep.id,
    };
  });
}

async function rehearse(plan: Plan, weeks = 4): Promise<string> {
  const id = await world.db.inTenant(plan.tenantId, (tx) => beginRehearsal(tx, { ...plan, weeks }));
  if (!id) throw new Error('The user rehearses already.');
  return id;
}

async function ended({ tenantId }: Plan, id: string): Promise<Rehearsal> {
  await world.rest();
  for (const patient = AbortSignal.timeout(30_000); ; await sleep(50)) {
    const rehearsal = await world.db.inTenant(tenantId, (tx) => findRehearsal(tx, id));
    if (rehearsal?.endedAt) return rehearsal;
    if (patient.aborted) throw new Error(`The rehearsal does not end: ${JSON.stringify(rehearsal)}`);
  }
}

interface Touch {
  step: number;
  kind: string;
  at: Date;
}
const calendar = (rehearsalId: string) =>
  world.ask<Touch>(`select step, kind, at from rehearsed_touches where rehearsal_id = $1 order by at, step`, [rehearsalId]);

/** Every row in any table that has the tenant. */
async function rowsOf(tenantId: string): Promise<Record<string, number>> {
  const tables = await world.ask<{ name: string; key: string }>(
    `select c.relname as name, a.attname as key from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'public'::regnamespace
     and c.relkind = 'r' and (a.attname = 'tenant_id' or c.relname = 'tenants' and a.attname = 'id')`,
  );
  const counts: Record<string, number> = {};
  for (const { name, key } of tables) {
    const [row] = await world.ask<{ n: number }>(`select count(*) as n from ${name} where ${key} = $1`, [tenantId]);
    if (row && row.n > 0) counts[name] = row.n;
  }
  return counts;
}

test('what it foretells is what a real run then does', async () => {
  const plan = await newPlan();
  const before = await world.now();
  const id = await rehearse(plan);
  const rehearsal = await ended(plan, id);
  expect(rehearsal).toMatchObject({ state: 'done', people: 9, blocked: 1, messages: 18, tasks: 9, unfinished: 0 });
  expect((await world.now()).getTime() - before.getTime()).toBeLessThan(day); // the world's own clock did not jump
  expect(world.sink.counts.connections).toBe(0);
  const foretold = await calendar(id);
  expect(await rowsOf(rehearsal.copyId)).toEqual({}); // the copy is gone: no row of any table, no tenant

  await world.db.inTenant(plan.tenantId, (tx) => createLaunch(tx, { ...plan, requestKey: 'for real' }));
  await world.rest();
  await world.pass(9 * day);
  const happened = await world.ask<Touch>(
    `select s.step, 'email' as kind, s.sent_at as at from sends s join launches l on l.id = s.launch_id where l.tenant_id = $1 and l.request_key = 'for real' and s.state = 'sent'
     union all select t.step, 'task', t.due_at from tasks t join enrolments e on e.id = t.enrolment_id where t.tenant_id = $1 and t.kind = 'manual'
     order by at, step`,
    [plan.tenantId],
  );
  // Which of two equals goes first is drawn by lot, and a message leaves a moment earlier or later: the lots and the moments apart, all is as foretold.
  for (const [kind, step] of [
    ['email', 0],
    ['email', 1],
    ['task', 2],
  ] as const) {
    const times = (touches: readonly Touch[]) =>
      touches.filter((t) => t.kind === kind && t.step === step).map(({ at }) => at.getTime());
    const [real, played] = [times(happened), times(foretold)];
    expect({ kind, step, count: real.length }).toEqual({ kind, step, count: played.length });
    for (const [n, at] of real.entries()) expect(Math.abs(at - (played[n] ?? 0))).toBeLessThan(10 * 60_000);
  }
  keep((await runsOf(world, `rehearsal/${plan.tenantId}/${id}`)).at(-1), 'rehearsal/played');
}, 120_000);

test('whoever does not go, or not at once, is named with the rule', async () => {
  const plan = await newPlan();
  const [optedOut] = await world.ask<{ id: string; hash: Buffer }>(
    `select id, address_hash as hash from contacts where tenant_id = $1 and canonical_email = 'zelda1@mill.example'`,
    [plan.tenantId],
  );
  await suppress(world.db, plan.tenantId, {
    subjects: [{ hash: optedOut?.hash ?? Buffer.alloc(32), kind: 'address' }],
    channel: 'email',
    basis: 'page',
    deadline: optOutDeadline,
  });
  const id = await rehearse(plan, 1);
  const rehearsal = await ended(plan, id);
  expect(rehearsal).toMatchObject({ people: 8, unfinished: 0 });
  const holds = await world.ask<{ standing: string; because: string; people: number }>(
    `select standing, because, count(distinct contact_id) as people from rehearsed_holds where rehearsal_id = $1 group by 1, 2 order by 1, 2`,
    [id],
  );
  expect(holds).toContainEqual({ standing: 'blocked', because: 'suppressed', people: 1 });
  expect(holds).toContainEqual({ standing: 'blocked', because: 'in_another_sequence', people: 1 });
  expect(holds.find(({ standing, because }) => standing === 'waits' && because === 'limit')?.people).toBeGreaterThan(2);
  expect(await rowsOf(rehearsal.copyId)).toEqual({});
}, 60_000);

test('it can be cancelled while it plays: nothing is kept but that, and the copy goes', async () => {
  const plan = await newPlan({ cap: 1, rampStart: 1, rampStep: 0 });
  const id = await rehearse(plan, 12);
  await world.dispatcher.deliver();
  expect(await world.db.inTenant(plan.tenantId, (tx) => cancelRehearsal(tx, id))).toBe(true);
  const { state, copyId, messages } = await ended(plan, id);
  expect({ state, messages }).toEqual({ state: 'cancelled', messages: 0 });
  expect(await calendar(id)).toEqual([]);
  expect(await rowsOf(copyId)).toEqual({});
  expect(await world.db.inTenant(plan.tenantId, (tx) => cancelRehearsal(tx, id))).toBe(false);
  const workflowId = `rehearsal/${plan.tenantId}/${id}`;
  await world.client.workflow.getHandle(workflowId).result();
  expect(await world.client.workflow.getHandle(workflowId).query(rehearsed)).toMatchObject({ stage: 'ended' });
  const [run] = await runsOf(world, workflowId);
  expect(personalDataIn(run?.history ?? { events: [] })).toEqual([]);
  keep(run, 'rehearsal/cancelled');
}, 60_000);
