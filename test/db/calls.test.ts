import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallAsked, type Clearance, clear, dial } from '../../db/calls/clearances.ts';
import { honourDoNotCall, refuseCalls, writeDoNotCall } from '../../db/calls/doNotCall.ts';
import { type ListedLines, loadRegistry } from '../../db/calls/registries.ts';
import { findLoad } from '../../db/calls/registryLoads.ts';
import { judgeCall } from '../../law/calls.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { newRegistryLoad } from '../builders/registry.ts';
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
  await inForce(workspace, {}, lines(manhattan(9999)));
  return workspace;
}

/** Loads a list as its workflow does. */
async function inForce(
  { tenantId }: Workspace,
  file: Parameters<typeof newRegistryLoad>[2],
  some: AsyncIterable<ListedLines>,
): Promise<void> {
  await loadRegistry(world.db, tenantId, await newRegistryLoad(world.db, tenantId, file), some);
}

const manhattan = (line: number, isAdded = true) => ({ areaCode: 212, exchange: 555, line, isAdded });

async function* lines(...found: ListedLines['found']): AsyncGenerator<ListedLines> {
  yield { found, linesRead: found.length };
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
  for (const list of ['federal', 'FL']) await inForce(workspace, { list }, lines({ ...manhattan(9999), areaCode: 305 }));
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

test('a list of 100,000 numbers is one row of work, whatever it closes, and none is left when it is answered', async () => {
  const { tenantId } = await newWorkspace(world);
  const hashes = Array.from({ length: 100_000 }, () => randomBytes(32));
  const request = { hashes, basis: 'import' as const, deadline: rules.deadline };
  const requestId = await world.db.inTenant(tenantId, (tx) => writeDoNotCall(tx, request));
  const work = () => world.db.inTenant(tenantId, (tx) => tx.rows(`select workflow_type as type, state, wanted from outbox`));
  expect(await work()).toEqual([{ type: 'doNotCall', state: 'open', wanted: true }]);
  await honourDoNotCall(world.db, tenantId, requestId, rules.nextOpening);
  expect(await work()).toEqual([{ type: 'doNotCall', state: 'closed', wanted: false }]);
}, 30_000);

test('changes that were read beside another load are refused rather than lose it', async () => {
  const workspace = await callers();
  async function* interrupted(): AsyncGenerator<ListedLines> {
    yield { found: [manhattan(1)], linesRead: 1 };
    await inForce(workspace, { dataOn: '2026-11-21' }, lines(manhattan(2)));
    yield { found: [manhattan(3)], linesRead: 2 };
  }
  const changes = inForce(workspace, { kind: 'changes', dataOn: '2026-11-22' }, interrupted());
  await expect(changes).rejects.toThrow('Another load');
  expect(await clear(world.db, workspace.tenantId, call(workspace, 2), proof)).toMatchObject({ because: 'registry_listed' });
  expect(await clear(world.db, workspace.tenantId, call(workspace, 1), proof)).toMatchObject({ state: 'cleared' });
});

/** Numbers of more exchanges than are held in memory, so that a part of them is written on the way; then whatever `end` does. */
async function* manyThen(end: () => void): AsyncGenerator<ListedLines> {
  const found = Array.from({ length: 20_001 }, (_, n) => ({
    areaCode: 201 + Math.floor(n / 800),
    exchange: 200 + (n % 800),
    line: 7,
    isAdded: true,
  }));
  yield { found, linesRead: found.length };
  end();
}

describe('a load whose worker dies', () => {
  const dies = () => {
    throw new Error('killed');
  };

  test('goes on behind the lines that are in its edition', async () => {
    const { tenantId } = await newWorkspace(world);
    const load = await newRegistryLoad(world.db, tenantId);
    await expect(loadRegistry(world.db, tenantId, load, manyThen(dies))).rejects.toThrow('killed');
    const again = await world.db.inTenant(tenantId, (tx) => findLoad(tx, load.id));
    if (!again) throw new Error('gone');
    expect(again).toMatchObject({ state: 'running', linesDone: 20_001 });
    await loadRegistry(world.db, tenantId, again, lines({ areaCode: 212, exchange: 999, line: 8, isAdded: true }));
    expect(await world.db.inTenant(tenantId, (tx) => findLoad(tx, load.id))).toMatchObject({
      state: 'in_force',
      numbers: 20_002,
    });
  });

  test('writes nothing more when it was not dead after all', async () => {
    const { tenantId } = await newWorkspace(world);
    const load = await newRegistryLoad(world.db, tenantId);
    async function* slow(): AsyncGenerator<ListedLines> {
      yield { found: [manhattan(1)], linesRead: 1 };
      await loadRegistry(world.db, tenantId, load, lines(manhattan(1), manhattan(2)));
    }
    await expect(loadRegistry(world.db, tenantId, load, slow())).rejects.toThrow("another run's");
    expect(await world.db.inTenant(tenantId, (tx) => findLoad(tx, load.id))).toMatchObject({ state: 'in_force', numbers: 2 });
  });

  test('changes go on from the list that they began with', async () => {
    const workspace = await callers();
    const { tenantId } = workspace;
    const load = await newRegistryLoad(world.db, tenantId, { kind: 'changes', dataOn: '2026-11-22' });
    async function* broken(): AsyncGenerator<ListedLines> {
      yield { found: [manhattan(1)], linesRead: 1 };
      throw new Error('killed');
    }
    await expect(loadRegistry(world.db, tenantId, load, broken())).rejects.toThrow('killed');
    await inForce(workspace, { dataOn: '2026-11-21' }, lines(manhattan(2)));
    await expect(loadRegistry(world.db, tenantId, load, lines(manhattan(1)))).rejects.toThrow('Another load');
  });
});
