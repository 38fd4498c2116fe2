import { openDispatcherDatabase } from '../../db/dispatching.ts';
import { keepReply, takeKey } from '../../db/idempotency.ts';
import { beginImport, findImport, keepChunk } from '../../db/imports.ts';
import type { Tx } from '../../db/transaction.ts';
import { newTenant, newUser } from '../builders/tenant.ts';
import { World } from './world.ts';

let world: World;
let dispatcher: ReturnType<typeof openDispatcherDatabase>;
let tenantId: string;
let userId: string;

beforeAll(async () => {
  world = await World.open();
  dispatcher = openDispatcherDatabase(world.database.dispatcherUrl);
});
beforeEach(async () => {
  tenantId = await newTenant(world.onOwnClock, { kind: 'real' });
  userId = await within(async (tx) => (await newUser(tx)).id);
});
afterAll(async () => {
  await dispatcher.close();
  await world.close();
});

const within = <T>(work: (tx: Tx) => Promise<T>) => world.onOwnClock.inTenant(tenantId, work);

test.each([
  { state: 'uploading', age: '23 hours', becomes: 'uploading', because: 'a slow line' },
  { state: 'uploading', age: '25 hours', becomes: 'failed', because: 'nobody sends any more' },
  { state: 'mapping', age: '6 days', becomes: 'mapping', because: 'somebody may come back to it' },
  { state: 'mapping', age: '8 days', becomes: 'failed', because: 'nobody came back' },
  { state: 'running', age: '8 days', becomes: 'running', because: 'its workflow has it' },
])('an import that is $state for $age is $becomes: $because', async ({ state, age, becomes }) => {
  const id = await within(async (tx) => {
    const importId = await beginImport(tx, 'people.csv', userId);
    await keepChunk(tx, importId, 0, Buffer.from('Email\nann@example.com\n'));
    await tx.run(`update imports set state = $2, created_at = created_at - $3::interval where id = $1`, [importId, state, age]);
    return importId;
  });
  await dispatcher.letGo();
  const job = await within((tx) => findImport(tx, id));
  expect(job).toMatchObject({ state: becomes, failure: becomes === 'failed' ? 'cancelled' : null });
  const chunks = await within((tx) => tx.rows(`select from import_chunks where import_id = $1`, [id]));
  expect(chunks).toHaveLength(becomes === 'failed' ? 0 : 1);
  if (state === 'uploading' && becomes === 'failed') {
    await expect(within((tx) => keepChunk(tx, id, 1, Buffer.from('bob@example.com\n')))).rejects.toThrow('has ended');
  }
});

test('a workspace whose days are short lets go by its own clock', async () => {
  await world.owner.query(`update tenants set kind = 'demo', clock_factor = 360 where id = $1`, [tenantId]);
  const id = await within((tx) => beginImport(tx, 'people.csv', userId));
  await dispatcher.letGo();
  expect(await within((tx) => findImport(tx, id))).toMatchObject({ state: 'uploading' });
  await within((tx) => tx.run(`update imports set created_at = created_at - interval '1 day' where id = $1`, [id]));
  await dispatcher.letGo();
  expect(await within((tx) => findImport(tx, id))).toMatchObject({ state: 'failed' });
});

test('the answer to a request is kept for a month', async () => {
  const hash = Buffer.alloc(32, 1);
  await within(async (tx) => {
    for (const [key, age] of [
      ['old', '31 days'],
      ['young', '29 days'],
    ]) {
      await takeKey(tx, userId, key ?? '', hash);
      await keepReply(tx, userId, key ?? '', 201, { id: key });
      await tx.run(`update idempotency_keys set created_at = clock_timestamp() - $2::interval where key = $1`, [key, age]);
    }
  });
  await dispatcher.letGo();
  expect(await within((tx) => tx.rows(`select key from idempotency_keys`))).toEqual([{ key: 'young' }]);
});

test('nobody but the dispatcher cleans up behind others', async () => {
  await expect(within((tx) => tx.rows(`select decorum.let_go()`))).rejects.toThrow(/permission denied/);
});
