import { takeFolderFile } from '../../db/calls/registryLoads.ts';
import { cancelDeletion } from '../../db/deletion/asking.ts';
import { beginPurge, endPurge, workToEnd } from '../../db/deletion/purging.ts';
import { readDeletion } from '../../db/deletion/record.ts';
import { askErasure } from '../../db/erasure/erasures.ts';
import { startExport } from '../../db/exports/start.ts';
import type { Tx } from '../../db/transaction.ts';
import * as works from '../../db/workflowIds.ts';
import { erasureDeadline, portabilityDeadline } from '../../law/answers.ts';
import { newDeletion } from '../builders/deletion.ts';
import { newTenant } from '../builders/tenant.ts';
import { endedOrStuck, hours, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const day = 24 * hours;
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

test('what was promised to an account that is erased is owed no longer; who was to be erased is, and what was late by then stays late', async () => {
  const { tenantId, deletionId, ownerId } = await newDeletion(world, await newTenant(world.onOwnClock), { graceDays: 25 });
  await inIt(tenantId, (tx) => startExport(tx, { contactId: null, askedBy: null, deadline: portabilityDeadline }));
  world.pass(25 * day);
  const { rows: contact } = await world.owner.query<{ id: string }>(`select id from contacts where tenant_id = $1 limit 1`, [
    tenantId,
  ]);
  await inIt(tenantId, async (tx) => {
    const personId = contact[0]?.id ?? '';
    await startExport(tx, { contactId: personId, askedBy: null, deadline: portabilityDeadline });
    await askErasure(tx, { kind: 'contact', personId, because: 'asked', askedBy: ownerId, deadline: erasureDeadline });
    await beginPurge(tx, deletionId, noSample);
  });
  world.pass(10 * day);
  await inIt(tenantId, (tx) => endPurge(tx, deletionId));
  const { rows } = await world.owner.query<{ kind: string; state: string }>(
    `select kind, state from obligations where tenant_id = $1 order by started_at, kind`,
    [tenantId],
  );
  expect(rows).toEqual([
    { kind: 'deletion.backups', state: 'open' },
    { kind: 'deletion.live', state: 'late' },
    { kind: 'export.ready', state: 'late' },
    { kind: 'export.ready', state: 'void' },
    { kind: 'person.erased', state: 'met' },
  ]);
  expect(await inIt(tenantId, (tx) => tx.rows(`select state from erasures`))).toEqual([{ state: 'erased' }]);
});

test('an account that goes takes in no file any more from the operator’s folder', async () => {
  const { tenantId } = await newDeletion(world, await newTenant(world.onOwnClock), { graceDays: 25 });
  const file = {
    list: 'federal',
    kind: 'full',
    dataOn: '2026-11-20',
    account: 'SAN1',
    areaCode: 212,
    form: 'lines',
    fileName: 'x.txt',
  } as const;
  await inIt(tenantId, (tx) => takeFolderFile(tx, file, 'x.txt 1 1'));
  expect(await inIt(tenantId, (tx) => tx.rows(`select from registry_loads`))).toEqual([]);
});

test('every kind of workflow ends with its account, but those that promises to others keep alive', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  const { prefixes } = await inIt(tenantId, workToEnd);
  const kinds = Object.values(works).map((work) => work(tenantId, '', 0).workflowId.split('/')[0] ?? '');
  const goOn = kinds.filter((kind) => !prefixes.includes(`${kind}/${tenantId}/`));
  expect(goOn.sort()).toEqual(['billing', 'breach', 'deletion']);
});
