import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findImport } from '../../db/imports.ts';
import { newImport } from '../builders/import.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, runsOf, textOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let tenantId: string;
let by: string;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
  tenantId = await world.newTenant();
  by = await world.db.inTenant(tenantId, async (tx) => (await newUser(tx)).id);
});
afterAll(() => world.end());

const file = () => readFile(join(__dirname, '../data/contacts-hubspot.csv'));
const result = (id: string) => world.db.inTenant(tenantId, (tx) => findImport(tx, id));
const handle = (id: string) => world.client.workflow.getHandle(`import/${tenantId}/${id}`);

test('an import that was started is brought in by its workflow', async () => {
  const id = await newImport(world.db, { tenantId, by, file: await file(), chunkBytes: 100_000 });
  await world.rest();
  expect(await result(id)).toMatchObject({ state: 'done', rowsRead: 2000, accepted: 1757 });
  await expect(handle(id).result()).resolves.toBeUndefined();
  keep((await runsOf(world, `import/${tenantId}/${id}`)).at(-1), 'contactImport/broughtIn');
});

test('its history holds ids and counts, and nobody', async () => {
  const id = await newImport(world.db, { tenantId, by, file: 'Name,Email\nAnn Lee,ann@secret.example\n' });
  await world.rest();
  await handle(id).result();
  const text = textOf(await runsOf(world, `import/${tenantId}/${id}`));
  expect(text).toContain(id);
  expect(text).not.toMatch(/secret|Lee/);
});

test('terminated and rebuilt it comes to the same end', async () => {
  await world.stopWorkers();
  const id = await newImport(world.db, { tenantId, by, file: 'Email\n' + 'x@y.example\n'.repeat(3) });
  await world.dispatcher.sweep();
  await handle(id).terminate();
  await world.ask(`update outbox set delivered_at = null where workflow_id = $1`, [`import/${tenantId}/${id}`]); // as after the loss of Temporal's store
  await world.startWorkers();
  await world.rest();
  expect(await result(id)).toMatchObject({ state: 'done', rowsRead: 3, accepted: 1, duplicate: 2 });
});
