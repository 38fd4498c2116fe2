import { audited } from '../../db/audit/log.ts';
import { placeHold, releaseHold } from '../../db/legalHolds.ts';
import { noteUse } from '../../db/usage.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
});
afterAll(() => world.end());

const keepRecords = (workflowId: string) => world.client.workflow.execute('recordKeeping', { taskQueue: 'legal', workflowId });

test('every chain is signed up to its newest entry, once', async () => {
  const tenants = [await world.newTenant(), await world.newTenant()];
  const entry = { action: 'account purged', subjectKind: 'account', subjectId: null };
  for (const tenantId of tenants) await world.db.inTenant(tenantId, (tx) => audited(tx, entry));
  await keepRecords('record-keeping-1');
  await world.db.inTenant(tenants[0] ?? '', (tx) => audited(tx, entry));
  await keepRecords('record-keeping-2');
  const heads = await world.ask<{ tenant: string; seq: number }>(`select tenant_id as tenant, seq from audit_heads order by seq`);
  expect(heads.map(({ tenant, seq }) => `${tenants.indexOf(tenant)}: ${seq}`).sort()).toEqual(['0: 1', '0: 2', '1: 1']);
  keep((await runsOf(world, 'record-keeping-1')).at(-1), 'recordKeeping/signed');
});

test('usage data is deleted on the day after the last that it is kept for, and no earlier', async () => {
  const tenantId = await world.newTenant();
  const userId = await world.db.inTenant(tenantId, async (tx) => {
    const { id } = await newUser(tx);
    for (const name of ['/old', '/young'])
      await noteUse(tx, { userId: id, kind: 'page', name, address: '192.0.2.7', browser: 'other' });
    return id;
  });
  const age = (name: string, days: number) =>
    world.ask(`update usage_events set at = clock_timestamp() - make_interval(days => $2, mins => 1) where name = $1`, [
      name,
      days,
    ]);
  await age('/old', 90);
  await age('/young', 89);
  await keepRecords('record-keeping-3');
  expect(await world.ask(`select name from usage_events where user_id = $1`, [userId])).toEqual([{ name: '/young' }]);
});

test('usage data of an account that a hold covers is kept until the release', async () => {
  const tenantId = await world.newTenant();
  const inIt = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(tenantId, work);
  const { userId, holdId } = await inIt(async (tx) => {
    const { id } = await newUser(tx);
    await noteUse(tx, { userId: id, kind: 'page', name: '/held', address: '192.0.2.7', browser: 'other' });
    return { userId: id, holdId: await placeHold(tx, { kind: 'account', matter: '', reason: 'A suit', contactIds: [] }, id) };
  });
  await world.ask(`update usage_events set at = clock_timestamp() - interval '91 days' where user_id = $1`, [userId]);
  const kept = () => world.ask(`select name from usage_events where user_id = $1`, [userId]);
  await keepRecords('record-keeping-4');
  expect(await kept()).toHaveLength(1);
  await inIt((tx) => releaseHold(tx, holdId, 'Settled', userId));
  await keepRecords('record-keeping-5');
  expect(await kept()).toEqual([]);
});
