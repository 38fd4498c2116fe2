import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { claim } from '../../db/claims.ts';
import { recordOutcomes } from '../../db/outcomes.ts';
import { suppress } from '../../db/suppressions.ts';
import { passGate } from '../../db/wire.ts';
import { newPeople, type Person, newWorkspace, rules, sendRow, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** As one person's own request, or inside an import too long for its cancelling to be awaited: the gate alone holds that back. */
const optOut = (person: Person, others = 0) => ({
  subjects: [person.contact.addressHash, ...Array.from({ length: others }, () => randomBytes(32))].map((hash) => ({
    hash,
    kind: 'address' as const,
  })),
  channel: 'email' as const,
  basis: others > 0 ? ('import' as const) : ('one_click' as const),
  deadline: rules.deadline,
});
const claimUpTo = (workspace: Workspace, most: number) =>
  world.db.inTenant(workspace.tenantId, (tx) => claim(tx, workspace.mailboxId, { most, jitter: 0 }));
const recordSent = (workspace: Workspace, { enrolment, sendId }: Person) =>
  world.db.inTenant(workspace.tenantId, (tx) =>
    recordOutcomes(tx, workspace.mailboxId, [{ sendId, enrolmentId: enrolment.id, step: 0, verdict: 'sent' }], rules),
  );

/** Four senders and an opt-out of each of 20 people at once: when each message could begin, and when each opt-out was answered. */
async function race(
  workspace: Workspace,
  withinMs: number,
): Promise<{ begun: Map<string, number>; answered: Map<string, number> }> {
  const people = await newPeople(world, workspace, 20);
  const bySend = new Map(people.map((person) => [person.sendId, person]));
  const begun = new Map<string, number>();
  const answered = new Map<string, number>();
  async function send(): Promise<void> {
    for (let idle = 0; idle < 5; ) {
      const { claimId, rows } = await claimUpTo(workspace, 3);
      idle = rows.length > 0 ? 0 : idle + 1;
      await sleep(Math.random() * 4);
      for (const id of await passGate(
        world.db,
        workspace.tenantId,
        claimId,
        rows.map((row) => row.id),
      )) {
        begun.set(id, performance.now());
        await sleep(Math.random() * 3);
        const person = bySend.get(id);
        if (person) await recordSent(workspace, person);
      }
    }
  }
  async function optsOut(person: Person, n: number): Promise<void> {
    await sleep(Math.random() * withinMs);
    await suppress(world.db, workspace.tenantId, optOut(person, n % 2 === 0 ? 0 : 500));
    answered.set(person.sendId, performance.now());
  }
  await Promise.all([send(), send(), send(), send(), ...people.map(optsOut)]);
  return { begun, answered };
}

describe('no message to a person begins after the answer to the opt-out', () => {
  test.each([
    { what: 'nothing', slow: null, rounds: 4 },
    { what: 'the claim', slow: `new.state = 'claimed'`, rounds: 2 },
    { what: "the gate's first statement", slow: `new.state = 'handing'`, rounds: 2 },
    { what: "the gate's second statement", slow: `old.state = 'handing' and new.state <> 'sent'`, rounds: 2 },
    { what: 'the cancelling', slow: `old.state = 'claimed' and new.state = 'cancelled'`, rounds: 2 },
  ])('with $what slow', async ({ slow, rounds }) => {
    const workspace = await newWorkspace(world);
    const restore = slow ? await world.slow(slow, 0.02) : () => Promise.resolve();
    let [sent, kept] = [0, 0];
    try {
      // A race that only one side ever wins proves nothing: on a busy machine it takes more of them.
      for (let round = 0; round < rounds || ((sent === 0 || kept === 0) && round < 20); round += 1) {
        const { begun, answered } = await race(workspace, 500);
        const late = [...begun].filter(([id, at]) => at > (answered.get(id) ?? 0));
        expect(late).toEqual([]);
        expect(answered.size).toBe(20);
        sent += begun.size;
        kept += 20 - begun.size;
      }
    } finally {
      await restore();
    }
    expect({ sent: sent > 0, kept: kept > 0 }).toEqual({ sent: true, kept: true });
  });
});

test('an opt-out that comes while the message is at the wire is answered when that is recorded', async () => {
  const workspace = await newWorkspace(world);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  const { claimId } = await claimUpTo(workspace, 1);
  expect([...(await passGate(world.db, workspace.tenantId, claimId, [person.sendId]))]).toEqual([person.sendId]);
  let isAnswered = false;
  const answer = suppress(world.db, workspace.tenantId, optOut(person)).then(() => (isAnswered = true));
  await sleep(300);
  expect(isAnswered).toBe(false);
  await recordSent(workspace, person);
  await answer;
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'sent' });
});

test('when its sender has died, the opt-out is answered once nothing can begin any more', async () => {
  const workspace = await newWorkspace(world);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  const { claimId } = await claimUpTo(workspace, 1);
  await passGate(world.db, workspace.tenantId, claimId, [person.sendId]);
  const { left } = await world.db.inTenant(workspace.tenantId, (tx) =>
    tx.row<{ left: number }>(
      `select extract(epoch from wire_until - clock_timestamp())::float as left from sends where id = $1`,
      [person.sendId],
    ),
  );
  expect(left).toBeGreaterThan(7);
  expect(left).toBeLessThanOrEqual(8);
  await world.owner.query(`update sends set wire_until = clock_timestamp() + interval '0.8 s' where id = $1`, [person.sendId]);
  const asked = performance.now();
  await suppress(world.db, workspace.tenantId, optOut(person));
  expect(performance.now() - asked).toBeGreaterThan(500);
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'handing' });
});

test('only the claim that holds a row brings it through, and only once', async () => {
  const workspace = await newWorkspace(world);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  const { claimId } = await claimUpTo(workspace, 1);
  const other = await claimUpTo(workspace, 1);
  expect(other.rows).toEqual([]);
  expect((await passGate(world.db, workspace.tenantId, other.claimId, [person.sendId])).size).toBe(0);
  const passes = await Promise.all(
    Array.from({ length: 4 }, () => passGate(world.db, workspace.tenantId, claimId, [person.sendId])),
  );
  expect(passes.map(({ size }) => size).sort((a, b) => a - b)).toEqual([0, 0, 0, 1]);
});
