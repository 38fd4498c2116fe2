import { MockActivityEnvironment } from '@temporalio/testing';
import { abuseActivities } from '../../activities/abuse.ts';
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

test('a workspace whose signs cannot be counted hides none of the others', async () => {
  const tenants = [await newWorkspace(world), await newWorkspace(world)].map(({ tenantId }) => tenantId).sort(); // as the watch does
  const imported = (tenantId: string, refused: unknown) =>
    world.db.inTenant(tenantId, (tx) =>
      tx.run(
        `insert into imports (tenant_id, file_name, created_by, rows_read, rejected, created_at)
         values (decorum.tenant(), 'x.csv', gen_random_uuid(), 1000, $1, decorum.now())`,
        [JSON.stringify({ never_collected: refused })],
      ),
    );
  await imported(tenants[0] ?? '', 'many');
  await imported(tenants[1] ?? '', 900);
  const { lookForAbuse } = abuseActivities({ db: world.db, dispatch: { deliver: () => Promise.resolve() } });
  await expect(new MockActivityEnvironment().run(lookForAbuse)).rejects.toThrow('invalid input syntax');
  const signs = await world.db.inTenant(tenants[1] ?? '', (tx) => tx.rows(`select sign from abuse_cases`));
  expect(signs).toEqual([{ sign: 'never_collected' }]);
});
