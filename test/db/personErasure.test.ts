import { askErasure, findErasure } from '../../db/erasure/erasures.ts';
import { eraseNow } from '../../db/erasure/erasing.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import type { Tx } from '../../db/transaction.ts';
import { erasureDeadline } from '../../law/answers.ts';
import { eraseCopy } from '../../db/rehearsal/keeping.ts';
import { findRehearsal } from '../../db/rehearsal/rehearsals.ts';
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

test('a rehearsal over a copy of the person is ended and waited for, and no other', async () => {
  const workspace = await newWorkspace(world);
  const { tenantId, sequenceId, rep } = workspace;
  const inIt = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => world.db.inTenant(tenantId, work);
  const [person] = await newPeople(world, workspace, 1);
  const personId = person?.contact.id ?? '';
  const playing = (by: string) =>
    inIt(async (tx) => {
      const { id } = await tx.row<{ id: string }>(
        `insert into rehearsals (tenant_id, id, copy_id, sequence_id, version, list_ids, mailbox_ids, re_enter, weeks, created_by, state)
         select decorum.tenant(), new.id, new.id, $1, 1, '{}', '{}', 'once', 1, $2, 'playing' from (select gen_random_uuid() as id) as new returning id`,
        [sequenceId, by],
      );
      await tx.run(`select decorum.open_rehearsal($1)`, [id]);
      return id;
    });
  const [theirs, other] = [await playing(rep.id), await playing(personId)];
  await world.onOwnClock.inTenant(theirs, (tx) =>
    tx.run(`insert into contacts (tenant_id, id, phone) values (decorum.tenant(), $1, '+12125550101')`, [personId]),
  );
  const { id } = await inIt((tx) =>
    askErasure(tx, { kind: 'contact', personId, because: 'asked', askedBy: rep.id, deadline: erasureDeadline }),
  );
  const erase = () => inIt(async (tx) => eraseNow(tx, await planErasure(tx), id, nothingKnown));
  expect(await erase()).toMatchObject({ is: 'waiting' });
  const asked = async (rehearsalId: string) => (await inIt((tx) => findRehearsal(tx, rehearsalId)))?.cancelAsked;
  expect([await asked(theirs), await asked(other)]).toEqual([true, false]);
  await eraseCopy(world.db, tenantId, theirs);
  expect(await erase()).toMatchObject({ is: 'erased' });
});
