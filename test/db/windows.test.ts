import { claim } from '../../db/claims.ts';
import { releaseHeld } from '../../db/holds.ts';
import { giveNextWindow, nextRoomMs, nextWorkMs, outOfWindow } from '../../db/pacing.ts';
import { planDue } from '../../db/planning.ts';
import type { Tx } from '../../db/transaction.ts';
import { BUSINESS_HOURS, type SendWindow } from '../../domain/sendWindow.ts';
import type { Step } from '../../domain/sequence.ts';
import { firstOpening, openingAfter, openingAt } from '../../law/openings.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment } from '../builders/enrolment.ts';
import { alwaysOpen, emailStep } from '../builders/sequence.ts';
import {
  enrolmentRow,
  hours,
  newPeople,
  newWorkspace,
  type Person,
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
const claimAll = (workspace: Workspace, most = 50) =>
  within(workspace, (tx) => claim(tx, workspace.mailboxId, { most, jitter: 0 }));
const plan = (workspace: Workspace) => within(workspace, (tx) => planDue(tx, workspace.launchId, 1, openingAt));
/** What the sender does before it claims. */
const moveOn = (workspace: Workspace) =>
  within(workspace, async (tx) => {
    const rows = await outOfWindow(tx, workspace.mailboxId);
    await giveNextWindow(
      tx,
      rows.map(({ id, place, definition }) => {
        const opening = openingAt(definition, place, world.now);
        return { id, opensAt: opening?.at ?? null, closesAt: opening?.closesAt ?? null };
      }),
    );
    return rows.length;
  });
async function newWaiting(
  workspace: Workspace,
  nextAt: Date,
  contact: Parameters<typeof newContact>[2] = {},
  step = 0,
): Promise<string> {
  const { launchId, mailboxId } = workspace;
  return within(workspace, async (tx) => {
    const { id: contactId } = await newContact(tx, world.addressKey, contact);
    return (await newEnrolment(tx, { launchId, mailboxId, contactId, nextAt, step })).id;
  });
}
const sendsOf = (workspace: Workspace, enrolmentId: string) =>
  within(workspace, (tx) =>
    tx.rows(`select state, because, priority, due_at as "dueAt", expires_at as "expiresAt" from sends where enrolment_id = $1`, [
      enrolmentId,
    ]),
  );
const definition = (window: SendWindow, steps: Step[] = [emailStep()]) => ({ window, steps });
const newYork = { zone: 'America/New_York', state: '', country: '' };
const inHours = (count: number) => new Date(start.getTime() + count * hours);

test.each([
  {
    from: '2026-11-24T15:00:00Z',
    place: newYork,
    at: '2026-11-24T15:00:00Z',
    closesAt: '2026-11-24T22:30:00Z',
    because: 'open now, until 17:30',
  },
  {
    from: '2026-11-24T22:30:00Z',
    place: newYork,
    at: '2026-11-25T13:30:00Z',
    closesAt: '2026-11-25T22:30:00Z',
    because: 'closed at that very instant',
  },
  {
    from: '2026-11-25T23:00:00Z',
    place: newYork,
    at: '2026-11-27T13:30:00Z',
    closesAt: '2026-11-27T22:30:00Z',
    because: 'over Thanksgiving',
  },
  {
    from: '2026-10-30T22:00:00Z',
    place: newYork,
    at: '2026-11-02T13:30:00Z',
    closesAt: '2026-11-02T22:30:00Z',
    because: 'over the end of daylight-saving time',
  },
  {
    from: '2026-11-24T15:00:00Z',
    place: { zone: null, state: 'TN', country: 'US' },
    at: '2026-11-24T15:00:00Z',
    closesAt: '2026-11-24T22:30:00Z',
    because: 'a state in two zones: the overlap, closed by the eastern one',
  },
  {
    from: '2026-11-24T13:45:00Z',
    place: { zone: null, state: 'TN', country: 'US' },
    at: '2026-11-24T14:30:00Z',
    closesAt: '2026-11-24T22:30:00Z',
    because: 'and opened by the central one',
  },
])('asked at $from: $because', ({ from, place, at, closesAt }) => {
  expect(openingAt(definition(BUSINESS_HOURS), place, new Date(from))).toEqual({
    at: new Date(at),
    closesAt: new Date(closesAt),
  });
});

test('a delay in business days keeps the time of day and skips the holiday', () => {
  const steps = [emailStep({ after: { businessDays: 2 } })];
  const opening = { at: new Date('2026-11-27T15:00:00Z'), closesAt: new Date('2026-11-27T22:30:00Z') };
  expect(firstOpening(definition(BUSINESS_HOURS, steps), newYork, start)).toEqual(opening);
  expect(openingAfter(definition(BUSINESS_HOURS), newYork, { businessDays: 2 }, start)).toEqual(opening);
});

test('a window that is never open for all zones that may be the person’s never opens', () => {
  const lunch = { ...BUSINESS_HOURS, from: '12:00', to: '12:30' };
  expect(openingAt(definition(lunch), { zone: null, state: 'TN', country: 'US' }, start)).toBeNull();
});

describe('planning', () => {
  test('whoever is due becomes a message of the window, and the mailbox is woken', async () => {
    const workspace = await newWorkspace(world, { window: BUSINESS_HOURS });
    const enrolmentId = await newWaiting(workspace, start);
    expect(await plan(workspace)).toEqual({ ended: false, waitMs: null });
    expect(await sendsOf(workspace, enrolmentId)).toEqual([
      { state: 'planned', because: null, priority: 1, dueAt: start, expiresAt: new Date('2026-11-24T22:30:00Z') },
    ]);
    expect(await enrolmentRow(world, workspace, enrolmentId)).toMatchObject({ state: 'queued' });
    expect(await wanted(world, workspace)).toEqual([`mailbox/${workspace.tenantId}/${workspace.mailboxId}`]);
  });

  test('whoever is due to the window’s end waits for the next one, which is no lateness', async () => {
    const workspace = await newWorkspace(world, { window: BUSINESS_HOURS });
    const enrolmentId = await newWaiting(workspace, new Date('2026-11-24T22:29:00Z'));
    world.now = new Date('2026-11-24T22:30:00Z');
    expect(await plan(workspace)).toEqual({ ended: false, waitMs: 15 * hours });
    expect(await sendsOf(workspace, enrolmentId)).toEqual([]);
    expect(await enrolmentRow(world, workspace, enrolmentId)).toMatchObject({
      state: 'waiting',
      nextAt: new Date('2026-11-25T13:30:00Z'),
    });
  });

  test.each([
    { late: 24 * hours, state: 'planned', because: null },
    { late: 24 * hours + 1_000, state: 'held', because: 'late' },
    { late: 800 * hours, state: 'held', because: 'late' },
  ])('whoever is found $late ms late is $state', async ({ late, ...send }) => {
    const workspace = await newWorkspace(world);
    const enrolmentId = await newWaiting(workspace, new Date(start.getTime() - late));
    await plan(workspace);
    expect(await sendsOf(workspace, enrolmentId)).toEqual([expect.objectContaining(send)]);
  });

  test('a step that is no e-mail becomes one task for the rep, a call one that is not cleared', async () => {
    const steps: Step[] = [
      { id: 'look', kind: 'task', after: { hours: 0 }, title: 'Look', instructions: '', branches: {} },
      { id: 'call', kind: 'call', after: { hours: 0 }, title: 'Call', instructions: '', branches: {} },
    ];
    const workspace = await newWorkspace(world, { steps });
    const people = [await newWaiting(workspace, start, {}, 0), await newWaiting(workspace, start, {}, 1)];
    await plan(workspace);
    await world.owner.query(`update enrolments set state = 'waiting', next_at = $1 where tenant_id = $2`, [
      start,
      workspace.tenantId,
    ]);
    await plan(workspace); // as after a pause
    const tasks = await within(workspace, (tx) =>
      tx.rows(`select enrolment_id as id, kind, state, owner_id as owner from tasks order by kind`),
    );
    expect(tasks).toEqual([
      { id: people[1], kind: 'call', state: 'not_cleared', owner: workspace.rep.id },
      { id: people[0], kind: 'manual', state: 'open', owner: workspace.rep.id },
    ]);
  });

  test('a person whose window never opens is stopped, and says why', async () => {
    const workspace = await newWorkspace(world, { window: { ...BUSINESS_HOURS, from: '12:00', to: '12:30' } });
    const enrolmentId = await newWaiting(workspace, start, { zone: null, state: 'TN' });
    await plan(workspace);
    expect(await enrolmentRow(world, workspace, enrolmentId)).toMatchObject({ state: 'stopped', because: 'window_never_opens' });
  });
});

describe('a planned message', () => {
  async function planned(window = BUSINESS_HOURS): Promise<{ workspace: Workspace; person: Person }> {
    const workspace = await newWorkspace(world, { window });
    const [person] = await newPeople(world, workspace, 1);
    if (!person) throw new Error('Nobody was made.');
    await world.owner.query(`update sends set expires_at = $2 where id = $1`, [person.sendId, new Date('2026-11-24T22:30:00Z')]);
    return { workspace, person };
  }

  test('is not claimed past its window, and gets the next one with the reason', async () => {
    const { workspace, person } = await planned();
    world.now = new Date('2026-11-24T22:30:00Z');
    expect((await claimAll(workspace)).heldBy).toBe('nothing_due');
    expect(await moveOn(workspace)).toBe(1);
    expect(await sendRow(world, workspace, person.sendId)).toMatchObject({
      state: 'planned',
      because: 'window',
      dueAt: new Date('2026-11-25T13:30:00Z'),
      expiresAt: new Date('2026-11-25T22:30:00Z'),
    });
    expect(await moveOn(workspace)).toBe(0);
    expect(await within(workspace, (tx) => nextWorkMs(tx, workspace.mailboxId))).toBe(15 * hours);
    world.now = new Date('2026-11-25T13:30:00Z');
    expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([person.sendId]);
  });

  test('that nobody looked at for more than a day is held for review, and goes once that is released', async () => {
    const { workspace, person } = await planned();
    world.now = inHours(25);
    expect(await moveOn(workspace)).toBe(0);
    expect((await claimAll(workspace)).rows).toEqual([]);
    expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'held', because: 'late' });
    expect(await within(workspace, (tx) => releaseHeld(tx, workspace.launchId, ['retry']))).toBe(0);
    expect(await within(workspace, (tx) => releaseHeld(tx, workspace.launchId, ['late']))).toBe(1);
    expect(await wanted(world, workspace)).toContain(`mailbox/${workspace.tenantId}/${workspace.mailboxId}`);
    await moveOn(workspace);
    const { dueAt } = await sendRow(world, workspace, person.sendId);
    world.now = dueAt;
    expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([person.sendId]);
  });

  test('that a limit keeps back for days in a window that never closes does not grow late', async () => {
    const workspace = await newWorkspace(world, {
      window: alwaysOpen,
      mailbox: { kind: 'rep', cap: 1, rampStart: 5, gapSeconds: 0 },
    });
    for (let n = 0; n < 4; n += 1) await newWaiting(workspace, start);
    await plan(workspace);
    let sent = 0;
    for (let wakes = 0; wakes < 30 && sent < 4; wakes += 1) {
      await moveOn(workspace);
      const { rows, heldBy } = await claimAll(workspace);
      sent += rows.length;
      if (heldBy === 'limit') {
        const waitMs = await within(workspace, (tx) => nextRoomMs(tx, workspace.mailboxId));
        expect(waitMs).toBeGreaterThan(0); // or the sender turns in circles
        world.pass(waitMs ?? 0);
      }
    }
    expect(sent).toBe(4);
    expect(world.now.getTime() - start.getTime()).toBe(72 * hours);
  });

  test.each([
    { what: 'of a person who has ended', set: `update enrolments set state = 'stopped', because = 'removed', ended_at = now()` },
    { what: 'of a person who is paused', set: `update enrolments set state = 'paused', because = 'by_hand', paused_at = now()` },
    { what: 'that is tried again after its window', set: `update sends set due_at = $1::timestamptz + interval '20 hours'` },
  ])('$what keeps nobody turning in circles', async ({ set }) => {
    const { workspace } = await planned();
    await world.owner.query(`${set.replace('$1', `'${start.toISOString()}'`)} where tenant_id = $1`, [workspace.tenantId]);
    world.now = inHours(10);
    await moveOn(workspace);
    world.now = inHours(18); // its window has closed
    await moveOn(workspace);
    for (const now of [inHours(18), inHours(100)]) {
      world.now = now;
      await claimAll(workspace); // what is late is held
      for (const wait of [nextRoomMs, nextWorkMs]) {
        const waitMs = await within(workspace, (tx) => wait(tx, workspace.mailboxId));
        expect(waitMs === null || waitMs > 0).toBe(true);
      }
    }
  });
});
