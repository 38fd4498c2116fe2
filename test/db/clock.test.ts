import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../db/transaction.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const now = (tenantId: string) =>
  world.onOwnClock.inTenant(tenantId, (tx) =>
    tx.row<{ legal: Date; real: Date }>(`select decorum.now() as legal, clock_timestamp() as real`),
  );

test('a real tenant lives by the clock of the database', async () => {
  const { legal, real } = await now(await newTenant(world.onOwnClock, { kind: 'real' }));
  expect(real.getTime() - legal.getTime()).toBeGreaterThanOrEqual(0);
  expect(real.getTime() - legal.getTime()).toBeLessThan(2_000);
});

test.each(['real', 'none'] as const)('another clock is refused for a tenant that is %s', async (kind) => {
  const tenantId = kind === 'none' ? randomUUID() : await newTenant(world.onOwnClock, { kind });
  await expect(world.db.inTenant(tenantId, (tx) => tx.rows(`select decorum.now()`))).rejects.toMatchObject({ code: 'DC001' });
});

test('a real tenant cannot be given a faster clock', async () => {
  const tenantId = await newTenant(world.onOwnClock, { kind: 'real' });
  await expect(world.onOwnClock.inTenant(tenantId, (tx) => tx.run(`update tenants set clock_factor = 2`))).rejects.toThrow(
    /violates check constraint/,
  );
});

test.each(['demo', 'test'] as const)("a %s tenant's clock is the one it is given", async (kind) => {
  const tenantId = await newTenant(world.onOwnClock, { kind });
  const { at } = await world.db.inTenant(tenantId, (tx) => tx.row<{ at: Date }>(`select decorum.now() as at`));
  expect(at).toEqual(world.now);
});

test("a demo tenant's clock runs k times faster from where it was set, and what a workflow sleeps is that much less", async () => {
  const tenantId = await newTenant(world.onOwnClock, { kind: 'demo' });
  await world.onOwnClock.inTenant(tenantId, (tx) =>
    tx.run(
      `update tenants set clock_factor = 1440, clock_real_from = clock_timestamp(), clock_legal_from = '2030-01-01T00:00:00Z'`,
    ),
  );
  const first = await now(tenantId);
  await world.owner.query(`select pg_sleep(0.3)`);
  const second = await now(tenantId);
  const elapsedReal = second.real.getTime() - first.real.getTime();
  const elapsedLegal = second.legal.getTime() - first.legal.getTime();
  expect(first.legal.getTime()).toBeGreaterThanOrEqual(Date.parse('2030-01-01T00:00:00Z'));
  expect(Math.abs(elapsedLegal / elapsedReal / 1440 - 1)).toBeLessThan(0.2);
  const { ms } = await world.onOwnClock.inTenant(tenantId, (tx) =>
    tx.row<{ ms: number }>(`select decorum.wait_ms(decorum.now() + interval '1 day') as ms`),
  );
  expect(ms).toBe(60_000);
});

test.each([
  { due: `decorum.now() + interval '90 s'`, ms: 90_000, because: 'a real second is a legal second' },
  { due: `decorum.now() + interval '400 microseconds'`, ms: 1, because: 'rounded up: never woken before it is due' },
  { due: `decorum.now()`, ms: 0, because: 'due now' },
  { due: `decorum.now() - interval '1 day'`, ms: 0, because: 'never negative' },
  { due: `null`, ms: null, because: 'there is nothing to wait for' },
])('wait_ms($due) is $ms: $because', async ({ due, ms }) => {
  const tenantId = await newTenant(world.onOwnClock);
  const { wait } = await world.db.inTenant(tenantId, (tx) =>
    tx.row<{ wait: number | null }>(`select decorum.wait_ms(${due}) as wait`),
  );
  expect(wait).toBe(ms);
});

test('the instant does not move within a transaction', async () => {
  const tenantId = await newTenant(world.onOwnClock, { kind: 'real' });
  const [before, after] = await world.onOwnClock.inTenant(tenantId, async (tx) => [
    await tx.row(`select decorum.now() as at`),
    await tx.row(`select decorum.now() as at from pg_sleep(0.05)`),
  ]);
  expect(before).toEqual(after);
});

test('outside a tenant there is no legal time', async () => {
  await expect(world.onOwnClock.lookUp(`select decorum.now()`, [])).rejects.toThrow();
});

test('a tenant id that is no uuid never reaches the database', async () => {
  const nowhere = openDatabase({ url: 'postgres://127.0.0.1:1/none' });
  await expect(nowhere.inTenant(`x'; drop table tenants; --`, () => Promise.resolve())).rejects.toThrow(TypeError);
  await nowhere.close();
});
