import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallAsked, type Clearance, clear, dial } from '../../db/calls/clearances.ts';
import { refuseCalls } from '../../db/calls/doNotCall.ts';
import { loadRegistry } from '../../db/calls/registries.ts';
import { judgeCall } from '../../law/calls.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { newWorkspace, rules, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const proof = { judge: judgeCall, sign: (record: string) => Buffer.from(record.length.toString()) };

/** Callers in a workspace for which the federal list of Manhattan is loaded. */
async function callers(): Promise<Workspace> {
  const workspace = await newWorkspace(world);
  const load = { list: 'federal', kind: 'full' as const, dataOn: '2026-11-20', account: 'SAN' };
  await loadRegistry(world.db, workspace.tenantId, load, lines([{ areaCode: 212, exchange: 555, line: 9999, isAdded: true }]));
  return workspace;
}

async function* lines<T>(some: readonly T[]): AsyncGenerator<readonly T[]> {
  yield some;
}

function call({ tenantId, rep }: Workspace, n: number, contactId: string | null = null): CallAsked {
  const number = `+1212555${String(n).padStart(4, '0')}`;
  const callee = { number, state: '', zone: null };
  const numberHash = addressHash(world.addressKey, tenantId, number);
  return { callee, taskId: null, contactId, numberHash, numberSealed: 'sealed', byUser: rep.id };
}

const refuse = ({ tenantId }: Workspace, { numberHash }: CallAsked) =>
  refuseCalls(world.db, tenantId, { hashes: [numberHash], basis: 'api', deadline: rules.deadline }, rules.nextOpening);

/** Makes each change of a clearance that `when` describes last a moment, so that the race is about that gap. */
async function slow(when: string): Promise<() => Promise<void>> {
  await world.owner.query(`
    create function slow_clearance() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return new; end $$;
    create trigger slow_clearance before insert or update on clearances for each row when (${when}) execute function slow_clearance()`);
  return async () => void (await world.owner.query(`drop function slow_clearance cascade`));
}

test.each([
  { what: 'nothing', when: null },
  { what: 'the writing of the clearance', when: `new.state = 'cleared'` },
  { what: "the dialling's first half", when: `new.state = 'dialling'` },
  { what: "the dialling's second half", when: `new.state = 'dialled'` },
  { what: 'the taking back', when: `new.state = 'withdrawn'` },
])('nobody is cleared or dialled after the answer to their request, with $what slow', async ({ when }) => {
  const workspace = await callers();
  const restore = when ? await slow(when) : () => Promise.resolve();
  const answered = new Map<number, number>();
  const begun = new Map<number, number>();
  try {
    const phone = async (n: number) => {
      const who = call(workspace, n);
      for (let tries = 0; tries < 12; tries += 1) {
        const askedAt = performance.now(); // what was asked for before the answer may be cleared at the same instant
        const clearance = await clear(world.db, workspace.tenantId, who, proof);
        if (clearance.state !== 'cleared') return;
        expect(askedAt > (answered.get(n) ?? Number.POSITIVE_INFINITY)).toBe(false);
        await sleep(Math.random() * 6);
        const from = performance.now();
        const made = await dial(world.db, workspace.tenantId, clearance.id, who, proof);
        if (made?.state !== 'dialled') return;
        begun.set(n, from);
      }
    };
    const request = async (n: number) => {
      await sleep(Math.random() * 250);
      await refuse(workspace, call(workspace, n));
      answered.set(n, performance.now());
    };
    const people = Array.from({ length: 12 }, (_, n) => n);
    await Promise.all([...people.map(phone), ...people.map(request)]);
  } finally {
    await restore();
  }
  expect(answered.size).toBe(12);
  expect([...begun].filter(([n, from]) => from > (answered.get(n) ?? 0))).toEqual([]);
  const { late } = await world.db.inTenant(workspace.tenantId, (tx) =>
    tx.row<{ late: number }>(
      `select count(*) as late from clearances c join do_not_call d using (tenant_id, number_hash) where c.state in ('cleared', 'dialling')`,
    ),
  );
  expect(late).toBe(0); // nothing that could still be redeemed
});

test('a clearance is redeemed once, by whoever asked for it, within ten seconds', async () => {
  const workspace = await callers();
  const who = call(workspace, 1);
  const given = await clear(world.db, workspace.tenantId, who, proof);
  const other = { ...who, byUser: randomUUID() };
  expect(await dial(world.db, workspace.tenantId, given.id, other, proof)).toBeNull();
  const many = await Promise.all(Array.from({ length: 6 }, () => dial(world.db, workspace.tenantId, given.id, who, proof)));
  expect(many.filter((one) => one?.state === 'dialled')).toHaveLength(1);
  const late = await clear(world.db, workspace.tenantId, who, proof);
  world.pass(10_000);
  expect(await dial(world.db, workspace.tenantId, late.id, who, proof)).toMatchObject({ state: 'refused', because: 'expired' });
});

test('of many diallings at once to a person in Florida three are made', async () => {
  const workspace = await callers();
  const contactId = randomUUID();
  for (const list of ['federal', 'FL'])
    await loadRegistry(
      world.db,
      workspace.tenantId,
      { list, kind: 'full', dataOn: '2026-11-20', account: 'SAN' },
      lines([{ areaCode: 305, exchange: 555, line: 9999, isAdded: true }]),
    );
  // One person, four numbers: the limit is the person's.
  const calls = Array.from({ length: 8 }, (_, n): CallAsked => {
    const who = call(workspace, n % 4, contactId);
    return { ...who, callee: { ...who.callee, number: `+1305555000${n % 4}` } };
  });
  const given: Clearance[] = await Promise.all(calls.map((who) => clear(world.db, workspace.tenantId, who, proof)));
  expect(given.map(({ state }) => state)).toEqual(calls.map(() => 'cleared'));
  const made = await Promise.all(
    given.map(({ id }, n) => dial(world.db, workspace.tenantId, id, calls[n] ?? call(workspace, 0), proof)),
  );
  expect(made.filter((one) => one?.state === 'dialled')).toHaveLength(3);
});

test('changes that were read beside another load are refused rather than lose it', async () => {
  const workspace = await callers();
  const load = { list: 'federal', account: 'SAN' };
  const line = (n: number) => ({ areaCode: 212, exchange: 555, line: n, isAdded: true });
  async function* interrupted() {
    yield [line(1)];
    await loadRegistry(world.db, workspace.tenantId, { ...load, kind: 'full', dataOn: '2026-11-21' }, lines([line(2)]));
    yield [line(3)];
  }
  const changes = loadRegistry(world.db, workspace.tenantId, { ...load, kind: 'changes', dataOn: '2026-11-22' }, interrupted());
  await expect(changes).rejects.toThrow('Another load');
  expect(await clear(world.db, workspace.tenantId, call(workspace, 2), proof)).toMatchObject({ because: 'registry_listed' });
  expect(await clear(world.db, workspace.tenantId, call(workspace, 1), proof)).toMatchObject({ state: 'cleared' });
});
