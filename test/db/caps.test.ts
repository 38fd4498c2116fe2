import { type Claim, claim } from '../../db/claims.ts';
import { recordOutcomes } from '../../db/outcomes.ts';
import { hours, newPeople, newWorkspace, rules, start, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

const claimUpTo = (workspace: Workspace, most: number, jitter = 0): Promise<Claim> =>
  world.db.inTenant(workspace.tenantId, (tx) => claim(tx, workspace.mailboxId, { most, jitter }));
const change = (workspace: Workspace, set: string) =>
  world.db.inTenant(workspace.tenantId, (tx) => tx.run(`update mailboxes set ${set}`));

/** Claims until nothing is found, and records everything as sent. Answers how many, and which rule held the rest. */
async function sendAll(workspace: Workspace, most = 50): Promise<{ sent: number; heldBy: Claim['heldBy'] }> {
  for (let sent = 0; ; ) {
    const { rows, heldBy } = await claimUpTo(workspace, most);
    if (rows.length === 0) return { sent, heldBy };
    sent += rows.length;
    const outcomes = rows.map(({ id, enrolmentId, step }) => ({ sendId: id, enrolmentId, step, verdict: 'sent' as const }));
    await world.owner.query(`update sends set state = 'handing' where id = any($1)`, [rows.map(({ id }) => id)]);
    await world.db.inTenant(workspace.tenantId, (tx) => recordOutcomes(tx, workspace.mailboxId, outcomes, rules));
  }
}

const rep = { kind: 'rep' as const, cap: 40, rampStart: 100, rampStep: 0, gapSeconds: 0 };

test.each([
  { slow: null, people: 120, because: 'as fast as they can' },
  { slow: `new.state = 'claimed'`, people: 60, because: 'each claim takes long' },
])('a cap of 40 stays 40 with eight claimers at once: $because', async ({ slow, people }) => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, kind: 'relay', rampStart: null } });
  await newPeople(world, workspace, people);
  const restore = slow ? await world.slow(slow, 0.01) : () => Promise.resolve();
  const claimer = async (): Promise<number> => {
    for (let claimed = 0; ; ) {
      const { rows, heldBy } = await claimUpTo(workspace, 7);
      if (heldBy === 'limit') return claimed;
      claimed += rows.length;
    }
  };
  const claimed = await Promise.all(Array.from({ length: 8 }, claimer));
  await restore();
  expect(claimed.reduce((sum, count) => sum + count, 0)).toBe(40);
});

test('the ramp begins with 5 and rises by 2 on each day on which the mailbox sent', async () => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, cap: 12, rampStart: 5, rampStep: 2 } });
  await newPeople(world, workspace, 60);
  const sent: number[] = [];
  for (const day of [1, 1, 1, 3, 1, 1]) {
    // The rows are given their next window meanwhile, which is the pacing's part.
    await world.owner.query(
      `update sends set due_at = $1, expires_at = $1::timestamptz + interval '8 hours' where state = 'planned'`,
      [world.now],
    );
    sent.push((await sendAll(workspace)).sent);
    world.pass(day * 24 * hours + 60_000);
  }
  expect(sent).toEqual([5, 7, 9, 11, 12, 12]); // three days without sending raise nothing
});

test('24 hours roll: what was sent counts until a day later, to the second', async () => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, cap: 4 } });
  await newPeople(world, workspace, 10);
  expect((await claimUpTo(workspace, 3)).rows.length).toBe(3);
  world.pass(5 * hours);
  expect((await claimUpTo(workspace, 3)).rows.length).toBe(1);
  await world.owner.query(
    `update sends set due_at = $1::timestamptz + interval '23 hours', expires_at = $1::timestamptz + interval '40 hours' where state = 'planned'`,
    [start],
  );
  world.now = new Date(start.getTime() + 24 * hours - 1_000);
  expect(await claimUpTo(workspace, 3)).toMatchObject({ rows: [], heldBy: 'limit' });
  world.pass(1_000);
  expect((await claimUpTo(workspace, 5)).rows.length).toBe(3);
});

test.each([
  { state: 'claimed', counts: true },
  { state: 'handing', counts: true },
  { state: 'sent', counts: true },
  { state: 'unknown', counts: true },
  { state: 'planned', counts: false },
  { state: 'refused', counts: false },
  { state: 'cancelled', counts: false },
])('a message that is $state counts: $counts', async ({ state, counts }) => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, cap: 1 } });
  await newPeople(world, workspace, 2);
  const { rows } = await claimUpTo(workspace, 1);
  await world.owner.query(`update sends set state = $1 where id = $2`, [state, rows[0]?.id]);
  expect((await claimUpTo(workspace, 1)).heldBy).toBe(counts ? 'limit' : null);
});

test('a cap that is changed in between holds from the next claim on', async () => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, cap: 5 } });
  await newPeople(world, workspace, 30);
  expect((await sendAll(workspace)).sent).toBe(5);
  await change(workspace, 'cap = 8');
  expect((await sendAll(workspace)).sent).toBe(3);
  await change(workspace, 'cap = 2');
  expect(await claimUpTo(workspace, 5)).toMatchObject({ rows: [], heldBy: 'limit' });
  await change(workspace, 'cap = 9');
  expect((await sendAll(workspace)).sent).toBe(1);
});

test("a rep's mailbox sends one at a time, the gap and its jitter apart, whoever asks", async () => {
  const workspace = await newWorkspace(world, { mailbox: { ...rep, gapSeconds: 90, jitterSeconds: 180 } });
  await newPeople(world, workspace, 10);
  const claims = await Promise.all(Array.from({ length: 6 }, () => claimUpTo(workspace, 50, 0.5)));
  expect(claims.map(({ rows }) => rows.length).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 1]);
  expect(new Set(claims.map(({ heldBy }) => heldBy))).toEqual(new Set([null, 'gap']));
  world.pass(179_999);
  expect((await claimUpTo(workspace, 50)).heldBy).toBe('gap');
  world.pass(1);
  expect((await claimUpTo(workspace, 50, 0)).rows.length).toBe(1);
  world.pass(90_000);
  expect((await claimUpTo(workspace, 50, 1)).rows.length).toBe(1);
  world.pass(269_999);
  expect((await claimUpTo(workspace, 50)).heldBy).toBe('gap');
});

test('a relay without a cap sends whatever is due', async () => {
  const workspace = await newWorkspace(world);
  await newPeople(world, workspace, 130);
  expect(await sendAll(workspace)).toEqual({ sent: 130, heldBy: 'nothing_due' });
});

test('follow-ups go before first messages, and both in the order in which they are due', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 6, (n) => ({ step: n < 4 ? 0 : 1 }));
  const [late, early] = [people[0], people[3]];
  await world.owner.query(`update sends set due_at = $1::timestamptz - interval '1 hour' where id = $2`, [start, early?.sendId]);
  await world.owner.query(`update sends set due_at = $1::timestamptz - interval '1 minute' where id = $2`, [start, late?.sendId]);
  const claimed: string[] = [];
  for (let n = 0; n < 6; n += 1) claimed.push(...(await claimUpTo(workspace, 1)).rows.map(({ id }) => id));
  expect(new Set(claimed.slice(0, 2))).toEqual(new Set(people.slice(4).map(({ sendId }) => sendId)));
  expect(claimed.slice(2, 4)).toEqual([early?.sendId, late?.sendId]);
  expect(claimed.length).toBe(6);
});
