import { decideCase, openCases } from '../../db/abuse/cases.ts';
import type { Tx } from '../../db/transaction.ts';
import { newAbuseCase } from '../builders/abuseCase.ts';
import { endedOrStuck, newWorkspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

test('a case that is lifted takes no stop away that another calls for, which was opened meanwhile', async () => {
  const { tenantId, rep } = await newWorkspace(world);
  const inIt = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => world.db.inTenant(tenantId, work);
  const first = await inIt((tx) => newAbuseCase(tx, 'pause'));
  let lifting: Promise<unknown> = Promise.resolve();
  await inIt(async (tx) => {
    const counts = { sent: 100, complained: 10 };
    await openCases(tx, [{ scope: 'tenant', scopeId: tenantId, sign: 'complaint_rate', counts, measure: 'pause' }]);
    lifting = inIt((other) => decideCase(other, first, { lift: true, note: 'Seen.', byUser: rep.id }));
    await endedOrStuck(world, lifting);
  });
  await lifting;
  expect(await inIt((tx) => tx.rows(`select kind from sending_stops`))).toEqual([{ kind: 'abuse' }]);
});
