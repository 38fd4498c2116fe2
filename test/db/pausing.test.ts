import fc from 'fast-check';
import { claim } from '../../db/claims.ts';
import { applyEvents, resumeEnrolment } from '../../db/enrolments.ts';
import { stopSending } from '../../db/launches.ts';
import { pauseLaunch, resumeLaunch, stopLaunch } from '../../db/steering.ts';
import { resumeMailbox } from '../../db/mailboxes.ts';
import { pauseMailbox } from '../../db/mailboxHealth.ts';
import { recordOutcomes } from '../../db/outcomes.ts';
import { planDue } from '../../db/planning.ts';
import type { Tx } from '../../db/transaction.ts';
import { passGate } from '../../db/wire.ts';
import { openingAfter, openingAt } from '../../law/openings.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment } from '../builders/enrolment.ts';
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

const within = <T>({ tenantId }: Workspace, work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);
const claimAll = (workspace: Workspace) => within(workspace, (tx) => claim(tx, workspace.mailboxId, { most: 50, jitter: 0 }));
const plan = (workspace: Workspace) => within(workspace, (tx) => planDue(tx, workspace.launchId, 1, openingAt));
const pausePerson = (workspace: Workspace, enrolmentId: string, resumeAt?: Date) =>
  within(workspace, (tx) =>
    applyEvents(tx, [{ enrolmentId, event: { kind: 'pause', because: 'by_hand' }, resumeAt: resumeAt ?? null }], openingAfter),
  );
const resumePerson = (workspace: Workspace, enrolmentId: string) =>
  within(workspace, (tx) => resumeEnrolment(tx, enrolmentId, null));
async function newPlanned(facts: Parameters<typeof newWorkspace>[1] = {}): Promise<{ workspace: Workspace; person: Person }> {
  const workspace = await newWorkspace(world, facts);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  return { workspace, person };
}
async function newWaiting(workspace: Workspace, nextAt: Date): Promise<string> {
  const { launchId, mailboxId } = workspace;
  return within(workspace, async (tx) => {
    const { id: contactId } = await newContact(tx, world.addressKey);
    return (await newEnrolment(tx, { launchId, mailboxId, contactId, nextAt })).id;
  });
}

type Scope = 'tenant' | 'mailbox' | 'launch' | 'enrolment' | 'contact' | 'person';
const scopes: Record<
  Scope,
  { stop(w: Workspace, p: Person): Promise<unknown>; resume(w: Workspace, p: Person): Promise<unknown> }
> = {
  tenant: { stop: (w) => hold(w, w.tenantId), resume: (w) => letGo(w, w.tenantId) },
  mailbox: {
    stop: (w) => within(w, (tx) => pauseMailbox(tx, w.mailboxId, 'by_hand', null)),
    resume: (w) => within(w, (tx) => resumeMailbox(tx, w.mailboxId)),
  },
  launch: {
    stop: (w) => within(w, (tx) => pauseLaunch(tx, w.launchId, null)),
    resume: (w) => within(w, (tx) => resumeLaunch(tx, w.launchId)),
  },
  enrolment: { stop: (w, p) => hold(w, p.enrolment.id), resume: (w, p) => letGo(w, p.enrolment.id) },
  contact: { stop: (w, p) => hold(w, p.contact.id), resume: (w, p) => letGo(w, p.contact.id) },
  person: {
    stop: (w, p) => pausePerson(w, p.enrolment.id),
    resume: async (w, p) => {
      await resumePerson(w, p.enrolment.id);
      await plan(w);
    },
  },
};
const hold = (workspace: Workspace, scopeId: string) =>
  within(workspace, (tx) => stopSending(tx, scopeId, 'hold', 'legal', null));
const letGo = (workspace: Workspace, scopeId: string) =>
  within(workspace, (tx) => tx.run(`delete from sending_stops where scope_id = $1`, [scopeId]));
/** What the sender does before each claim: rows without a window are given theirs. */
const giveWindows = () =>
  world.owner.query(
    `update sends set expires_at = $1::timestamptz + interval '8 hours' where state = 'planned' and due_at <= $1 and expires_at is null`,
    [world.now],
  );

describe.each(Object.keys(scopes) as Scope[])('a stop of the %s', (scope) => {
  const { stop, resume } = scopes[scope];

  test('keeps what is planned from being claimed, until it ends', async () => {
    const { workspace, person } = await newPlanned();
    await stop(workspace, person);
    expect((await claimAll(workspace)).rows).toEqual([]);
    world.pass(hours);
    await resume(workspace, person);
    await giveWindows();
    expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([person.sendId]);
  });

  test('is obeyed by the gate, and what it takes back goes once afterwards', async () => {
    const { workspace, person } = await newPlanned();
    const { claimId } = await claimAll(workspace);
    await stop(workspace, person);
    expect((await passGate(world.db, workspace.tenantId, claimId, [person.sendId])).size).toBe(0);
    expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'planned' });
    world.pass(hours);
    expect((await claimAll(workspace)).rows).toEqual([]);
    await resume(workspace, person);
    await giveWindows();
    const again = await claimAll(workspace);
    expect((await passGate(world.db, workspace.tenantId, again.claimId, [person.sendId])).size).toBe(1);
    await within(workspace, (tx) =>
      recordOutcomes(
        tx,
        workspace.mailboxId,
        [{ sendId: person.sendId, enrolmentId: person.enrolment.id, step: 0, verdict: 'sent' }],
        rules,
      ),
    );
    expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'waiting', step: 1 });
    await plan(workspace);
    expect((await claimAll(workspace)).rows).toEqual([]);
  });
});

test.each(['planned', 'claimed', 'handing'] as const)(
  'a person paused and taken up again while the message is %s gets it exactly once',
  async (state) => {
    const { workspace, person } = await newPlanned();
    const sent: string[] = [];
    const claims = state === 'planned' ? null : await claimAll(workspace);
    const passed =
      state === 'handing' && claims ? await passGate(world.db, workspace.tenantId, claims.claimId, [person.sendId]) : null;
    await pausePerson(workspace, person.enrolment.id);
    await plan(workspace);
    if (passed) sent.push(...passed); // it was at the wire before the pause: it goes, and the person stays paused
    const deliver = (ids: Iterable<string>) =>
      within(workspace, (tx) =>
        recordOutcomes(
          tx,
          workspace.mailboxId,
          [...ids].map((sendId) => ({ sendId, enrolmentId: person.enrolment.id, step: 0, verdict: 'sent' as const })),
          rules,
        ),
      );
    if (passed) {
      await deliver(passed);
      expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'paused', step: 1 });
    }
    world.pass(hours / 2);
    await resumePerson(workspace, person.enrolment.id);
    for (let look = 0; look < 3; look += 1) {
      await plan(workspace);
      await giveWindows();
      if (claims && look === 0) sent.push(...(await passGate(world.db, workspace.tenantId, claims.claimId, [person.sendId])));
      const more = await claimAll(workspace);
      sent.push(
        ...(await passGate(
          world.db,
          workspace.tenantId,
          more.claimId,
          more.rows.map(({ id }) => id),
        )),
      );
    }
    expect(sent).toEqual([person.sendId]);
    if (!passed) await deliver(sent);
    expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'waiting', step: 1 });
  },
);

test('a launch that is paused at p and resumed at r moves every date by r - p, and dates that came meanwhile to r', async () => {
  const cases = fc.sample(
    fc.record({
      due: fc.integer({ min: -30, max: 3_000 }),
      pausedFor: fc.integer({ min: 1, max: 5_000 }),
      before: fc.integer({ min: 0, max: 500 }),
    }),
    25,
  );
  const workspace = await newWorkspace(world);
  for (const { due, pausedFor, before } of cases) {
    world.now = start;
    const enrolmentId = await newWaiting(workspace, new Date(start.getTime() + due * 60_000));
    world.pass(before * 60_000);
    await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
    expect(await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null))).toBe(false);
    world.pass(pausedFor * 60_000);
    await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId));
    const expected = start.getTime() + (Math.max(due, before) + pausedFor) * 60_000;
    expect((await enrolmentRow(world, workspace, enrolmentId)).nextAt).toEqual(new Date(expected));
  }
});

test('however pauses of a person and of the launch lie over each other, what is left of the delay runs only when neither is paused', async () => {
  const acts = fc.array(fc.tuple(fc.constantFrom('person' as const, 'launch' as const), fc.integer({ min: 1, max: 600 })), {
    minLength: 2,
    maxLength: 9,
  });
  const workspace = await newWorkspace(world);
  for (const plan of fc.sample(acts, 25)) {
    world.now = start;
    let leftMs = 20 * hours;
    const enrolmentId = await newWaiting(workspace, new Date(start.getTime() + leftMs));
    const paused = { person: false, launch: false };
    const toggle = async (what: 'person' | 'launch') => {
      if (what === 'person') await (paused.person ? resumePerson : pausePerson)(workspace, enrolmentId);
      else
        await within(workspace, (tx) =>
          paused.launch ? resumeLaunch(tx, workspace.launchId) : pauseLaunch(tx, workspace.launchId, null),
        );
      paused[what] = !paused[what];
    };
    for (const [what, minutes] of plan) {
      await toggle(what);
      world.pass(minutes * 60_000);
      if (!paused.person && !paused.launch) leftMs = Math.max(0, leftMs - minutes * 60_000);
    }
    const dueNow = leftMs === 0;
    if (paused.person) await toggle('person');
    if (paused.launch) await toggle('launch');
    const { nextAt } = await enrolmentRow(world, workspace, enrolmentId);
    const left = (nextAt?.getTime() ?? 0) - world.now.getTime();
    expect({ plan, left: dueNow ? Math.max(0, left) : left }).toEqual({ plan, left: leftMs });
    await within(workspace, (tx) => tx.run(`delete from enrolments where id = $1`, [enrolmentId]));
  }
});

test('a pause that ends by itself takes the person up with what was left of the delay', async () => {
  const workspace = await newWorkspace(world);
  const enrolmentId = await newWaiting(workspace, new Date(start.getTime() + 10 * hours));
  world.pass(4 * hours);
  await pausePerson(workspace, enrolmentId, new Date(start.getTime() + 100 * hours));
  expect(await plan(workspace)).toEqual({ ended: false, waitMs: 96 * hours });
  world.now = new Date(start.getTime() + 100 * hours);
  await plan(workspace);
  expect(await enrolmentRow(world, workspace, enrolmentId)).toMatchObject({
    state: 'waiting',
    because: null,
    nextAt: new Date(start.getTime() + 106 * hours),
  });
});

test('a pause longer than a day makes nothing late', async () => {
  const { workspace, person } = await newPlanned();
  const waits = await newWaiting(workspace, new Date(start.getTime() + hours));
  await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
  world.pass(240 * hours);
  await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId));
  await giveWindows();
  expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([person.sendId]);
  world.pass(hours);
  await plan(workspace);
  expect(await within(workspace, (tx) => tx.rows(`select state from sends where enrolment_id = $1`, [waits]))).toEqual([
    { state: 'planned' },
  ]);
});

test('a message that waits for a later day keeps its distance over a pause', async () => {
  const { workspace, person } = await newPlanned();
  await world.owner.query(`update sends set because = 'retry', due_at = $2 where id = $1`, [
    person.sendId,
    new Date(start.getTime() + 24 * hours),
  ]);
  await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
  world.pass(5 * hours);
  await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId));
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({
    state: 'planned',
    dueAt: new Date(start.getTime() + 29 * hours),
  });
});

test('resume wakes the launch, its cohorts and its mailboxes', async () => {
  const { workspace } = await newPlanned();
  const cohort = {
    workflowId: `cohort/${workspace.tenantId}/${workspace.launchId}/1`,
    workflowType: 'outreachCohort',
    taskQueue: 'outreach',
    args: [],
  };
  await within(workspace, (tx) =>
    tx.run(`insert into outbox (tenant_id, workflow_id, workflow_type, task_queue, wanted) values ($1, $2, $3, $4, false)`, [
      workspace.tenantId,
      cohort.workflowId,
      cohort.workflowType,
      cohort.taskQueue,
    ]),
  );
  await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
  await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId));
  expect(await wanted(world, workspace)).toEqual([
    cohort.workflowId,
    `mailbox/${workspace.tenantId}/${workspace.mailboxId}`,
    `outreach/${workspace.tenantId}/${workspace.launchId}`,
  ]);
});

test('a launch that is stopped is over: nothing goes, nobody is open, and it is neither paused nor resumed', async () => {
  const { workspace, person } = await newPlanned();
  const { claimId } = await claimAll(workspace);
  await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
  expect(await within(workspace, (tx) => stopLaunch(tx, workspace.launchId, workspace.rep.id))).toBe(true);
  expect((await passGate(world.db, workspace.tenantId, claimId, [person.sendId])).size).toBe(0);
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'cancelled', because: 'launch_stopped' });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({
    state: 'stopped',
    because: 'launch_stopped',
  });
  expect(
    await within(workspace, (tx) =>
      tx.rows(`select kind, step, because, by_user as "byUser" from enrolment_events where enrolment_id = $1`, [
        person.enrolment.id,
      ]),
    ),
  ).toEqual([{ kind: 'stop', step: 0, because: 'launch_stopped', byUser: workspace.rep.id }]);
  for (const act of [stopLaunch, pauseLaunch])
    expect(await within(workspace, (tx) => act(tx, workspace.launchId, null))).toBe(false);
  expect(await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId))).toBe(false);
});
