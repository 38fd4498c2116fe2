import { askErasure, findErasure } from '../../db/erasure/erasures.ts';
import { eraseNow } from '../../db/erasure/erasing.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import type { Tx } from '../../db/transaction.ts';
import { erasureDeadline } from '../../law/answers.ts';
import { endedOrStuck, newPeople, newWorkspace, sendRow, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const nothingKnown = () => ({ address: null, number: null, id: Buffer.alloc(32, 1) });

test('a message that reaches the wire while its person is being erased is waited for', async () => {
  const workspace = await newWorkspace(world);
  const inIt = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => world.db.inTenant(workspace.tenantId, work);
  const [person] = await newPeople(world, workspace, 1);
  const { contact, sendId = '' } = person ?? {};
  const { id } = await inIt((tx) =>
    askErasure(tx, {
      kind: 'contact',
      personId: contact?.id ?? '',
      because: 'asked',
      askedBy: workspace.rep.id,
      deadline: erasureDeadline,
    }),
  );
  const erase = () => inIt(async (tx) => eraseNow(tx, await planErasure(tx), id, nothingKnown));
  let erasing: ReturnType<typeof erase> | undefined;
  await inIt(async (gate) => {
    await gate.run(
      `update sends set state = 'handing', handed_at = decorum.now(), wire_until = decorum.now() + interval '1 minute' where id = $1`,
      [sendId],
    );
    erasing = erase();
    await endedOrStuck(world, erasing);
  });
  expect(await erasing).toMatchObject({ is: 'waiting' });
  expect(await sendRow(world, workspace, sendId)).toMatchObject({ state: 'handing' });
  await inIt((tx) =>
    tx.run(`update sends set state = 'sent', sent_at = decorum.now(), wire_until = null where id = $1`, [sendId]),
  );
  expect(await erase()).toMatchObject({ is: 'erased' });
  expect(await inIt((tx) => findErasure(tx, id))).toMatchObject({ state: 'erasing' });
});
