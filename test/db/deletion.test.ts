import { cancelDeletion } from '../../db/deletion/asking.ts';
import { beginPurge } from '../../db/deletion/purging.ts';
import { readDeletion } from '../../db/deletion/record.ts';
import type { Tx } from '../../db/transaction.ts';
import { newDeletion } from '../builders/deletion.ts';
import { newTenant } from '../builders/tenant.ts';
import { endedOrStuck, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const inIt = <T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> => world.db.inTenant(tenantId, work);
const noSample = () => Promise.resolve('none');

test('who cancels first is not overtaken by the purge that begins meanwhile', async () => {
  const { tenantId, deletionId, ownerId } = await newDeletion(world, await newTenant(world.onOwnClock), { graceDays: 0 });
  let beginning: Promise<boolean> = Promise.resolve(false);
  await inIt(tenantId, async (tx) => {
    expect(await cancelDeletion(tx, deletionId, ownerId)).toBe(true);
    beginning = inIt(tenantId, (other) => beginPurge(other, deletionId, noSample));
    await endedOrStuck(world, beginning);
  });
  expect(await beginning).toBe(false); // or the runs of an account that goes on would be ended
  expect(await inIt(tenantId, (tx) => readDeletion(tx, deletionId))).toMatchObject({ state: 'cancelled' });
});
