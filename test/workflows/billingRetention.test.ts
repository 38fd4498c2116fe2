import { detachBilling } from '../../db/billing/detach.ts';
import type { Transaction } from '../../db/billing/transactions.ts';
import type { Tx } from '../../db/transaction.ts';
import { newTransaction } from '../billing/newTransaction.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, personalDataIn, type Run, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
}, 60_000);
afterAll(() => world.end());

/** When a run began and ended, on Temporal's clock. */
function lifeMs({ history }: Run): number {
  const [first, last] = [history.events[0], history.events.at(-1)].map((event) => event?.eventTime as { seconds: string });
  return (Number(last?.seconds) - Number(first?.seconds)) * 1000;
}

test('for eight years every record goes on its day, and no run is older than thirty', async () => {
  const tenantId = await world.newTenant();
  const inIt = <T>(work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);
  const days = ['2024-02-29', '2026-01-31', '2026-11-24'];
  const made = await inIt(async (tx) => {
    const { id } = await newUser(tx, { role: 'owner' });
    const made: Transaction[] = [];
    for (const occurredOn of days) made.push(await newTransaction(tx, id, { occurredOn, customer: 'Zelda Quixote Ltd' }));
    return made;
  });
  const left = async () =>
    (await world.ask<{ id: string }>(`select id from billing.records where tenant_id = $1`, [tenantId])).length;
  await world.rest();
  await world.pass(40 * day); // and the account is purged
  expect(await inIt(detachBilling)).toMatchObject({ kept: 3 });
  await world.rest();
  const workflowId = `billing/${tenantId}`;
  for (const [gone, { keepUntil }] of made.entries()) {
    await world.passUntil(new Date(keepUntil.getTime() - day));
    expect(await left()).toBe(3 - gone);
    await world.passUntil(new Date(keepUntil.getTime() + day));
    expect(await left()).toBe(2 - gone);
  }
  await world.client.workflow.getHandle(workflowId).result();
  await world.passUntil('2034-11-24T15:00:00Z');
  const proofs = await world.ask<{ state: string; late: number; left: string }>(
    `select state, extract(epoch from met_at - (basis->>'keepUntil')::timestamptz)::int as late, evidence->>'left' as left
     from obligations where tenant_id = $1 and kind = 'billing.deleted' order by due_at`,
    [tenantId],
  );
  for (const { state, late, left: rows } of proofs) {
    expect({ state, rows }).toEqual({ state: 'met', rows: '0' });
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(3600);
  }
  expect(proofs).toHaveLength(3);
  const runs = await runsOf(world, workflowId);
  expect(runs.length).toBeGreaterThan(80);
  expect(Math.max(...runs.map(lifeMs))).toBeLessThanOrEqual(30 * day + 60_000);
  for (const run of [runs[0], runs.at(-1)]) expect(personalDataIn(run?.history ?? { events: [] })).toEqual([]);
  keep(runs[0], 'billingRetention/detachedAndContinued');
  keep(runs.at(-1), 'billingRetention/lastRecordDeleted');
}, 120_000);

test('what was lost is found by the daily sweep', async () => {
  const tenantId = await world.newTenant();
  await world.db.inTenant(tenantId, async (tx) => {
    await newTransaction(tx, (await newUser(tx)).id, { occurredOn: '2034-01-01' });
    await detachBilling(tx);
    await tx.run(`delete from outbox`); // a purge took the wish with it
  });
  const sweep = await world.client.workflow.start('retentionSweep', { taskQueue: 'legal', workflowId: 'retention-sweep' });
  await sweep.result();
  await world.rest();
  const [found] = await world.ask(`select state, sleeps_until::date::text as until from outbox where tenant_id = $1`, [tenantId]);
  expect(found).toEqual({ state: 'open', until: '2041-01-02' });
  keep((await runsOf(world, 'retention-sweep')).at(-1), 'retentionSweep/foundOne');
}, 60_000);
