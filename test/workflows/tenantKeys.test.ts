import { randomUUID } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { suppress } from '../../db/suppressions.ts';
import { destroyTenantKey } from '../../db/tenantKeys.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { newImport } from '../builders/import.ts';
import { newUser } from '../builders/tenant.ts';
import { runsOf, textOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
});
afterAll(() => world.end());

/** A workspace whose import is wished for; answers the id of its workflow. */
async function imported(): Promise<{ tenantId: string; workflowId: string; importId: string }> {
  const tenantId = await world.newTenant();
  const by = await world.db.inTenant(tenantId, async (tx) => (await newUser(tx)).id);
  const importId = await newImport(world.db, { tenantId, by, file: 'Name,Email\nAnn Lee,ann@kites.example\n' });
  return { tenantId, workflowId: `import/${tenantId}/${importId}`, importId };
}

const History = temporal.api.history.v1.History;
const stored = (workflowId: string) => world.client.workflow.getHandle(workflowId).fetchHistory();

/** The payloads of a history, wherever they are in it. */
function payloadsIn(value: object, found: Payload[] = []): Payload[] {
  for (const each of Object.values(value) as unknown[]) {
    if (each === null || typeof each !== 'object' || each instanceof Uint8Array) continue;
    if ('metadata' in each && 'data' in each) found.push(each as Payload);
    else payloadsIn(each, found);
  }
  return found;
}

test('what Temporal stores of a workflow has no id in the clear but its own', async () => {
  const { tenantId, workflowId, importId } = await imported();
  await world.rest();
  await world.client.workflow.getHandle(workflowId).result();
  const history = await stored(workflowId);
  const payloads = payloadsIn(history);
  expect(payloads.length).toBeGreaterThan(4);
  for (const { metadata, data } of payloads) {
    expect(Buffer.from(metadata?.encoding ?? []).toString()).toBe('binary/encrypted');
    const clear = Buffer.concat([...Object.values(metadata ?? {}), data ?? new Uint8Array()]).toString('latin1');
    for (const id of [tenantId, importId]) expect(clear).not.toContain(id);
  }
  // Nor anywhere else in its bytes: the import's id is in none but the workflow's, which this server leaves out of the events.
  expect(Buffer.from(History.encode(history).finish()).toString('latin1')).not.toContain(importId);
  expect(textOf(await runsOf(world, workflowId))).toContain(importId); // with the key it is there
});

test('a run whose history is from before the codec goes on, and what is added to it is encrypted', async () => {
  await world.stopWorkers();
  const { tenantId, workflowId, importId } = await imported();
  const histories = world.openHistories();
  const before = world.clientOf({ ...histories, ofClients: {} });
  await before.workflow.start('contactImport', { workflowId, taskQueue: 'bulk', args: [tenantId, importId] });
  await world.startWorkers();
  await world.client.workflow.getHandle(workflowId).result();
  await histories.close();
  const encodings = payloadsIn(await stored(workflowId)).map(({ metadata }) => Buffer.from(metadata?.encoding ?? []).toString());
  expect(encodings.slice(0, 2)).toEqual(['json/plain', 'json/plain']);
  expect(new Set(encodings.slice(2))).toEqual(new Set(['binary/encrypted']));
});

test('with its key a tenant loses its histories, and with them nobody else’s', async () => {
  const [gone, stays] = [await imported(), await imported()];
  await world.rest();
  for (const { workflowId } of [gone, stays]) await world.client.workflow.getHandle(workflowId).result();
  await world.db.inTenant(gone.tenantId, destroyTenantKey);
  await world.db.inTenant(gone.tenantId, destroyTenantKey); // bears repetition
  const afresh = world.openHistories();
  await expect(afresh.codec.decode(payloadsIn(await stored(gone.workflowId)))).rejects.toThrow(
    'key of this workspace was destroyed',
  );
  expect(await afresh.codec.decode(payloadsIn(await stored(stays.workflowId)))).not.toHaveLength(0);
  const context = { type: 'workflow' as const, namespace: 'default', workflowId: gone.workflowId };
  await expect(afresh.codec.encode([], context)).resolves.toEqual([]);
  await expect(afresh.codec.encode([{ data: Buffer.of(1) }], context)).rejects.toThrow('was destroyed');
  await afresh.close();
  expect(await world.ask(`select wrapped from tenant_keys where tenant_id = $1`, [gone.tenantId])).toEqual([{ wrapped: null }]);
});

test('a workflow of a destroyed key stands still and says why, and the workers and the dispatcher go on', async () => {
  await world.stopWorkers();
  const gone = await imported();
  const late = await imported();
  const afresh = world.openHistories();
  // Started by another process, so that no worker here has the key in memory.
  const start = { workflowId: gone.workflowId, taskQueue: 'bulk', args: [gone.tenantId, gone.importId] };
  await world.clientOf(afresh).workflow.start('contactImport', start);
  for (const { tenantId } of [gone, late]) await world.db.inTenant(tenantId, destroyTenantKey);
  await world.startWorkers();
  const other = await imported();
  await world.dispatcher.sweep(); // the wish of `late` cannot be delivered, and keeps nobody's waiting
  await world.client.workflow.getHandle(other.workflowId).result();
  const failed = async () =>
    ((await stored(gone.workflowId)).events ?? []).find(({ workflowTaskFailedEventAttributes: failure }) => failure)
      ?.workflowTaskFailedEventAttributes?.failure;
  for (const patient = AbortSignal.timeout(20_000); !(await failed()); patient.throwIfAborted());
  expect(await failed()).toMatchObject({ message: expect.stringContaining('key of this workspace was destroyed') });
  await expect(world.client.workflow.getHandle(late.workflowId).describe()).rejects.toThrow(/not found/i);
  const another = { ...start, workflowId: `import/${late.tenantId}/${randomUUID()}` };
  await expect(world.client.workflow.start('contactImport', another)).rejects.toThrow('was destroyed');
  await world.terminate(gone.workflowId);
  await afresh.close();
});

test('an opt-out by an old link is proved when the workspace and its key are gone', async () => {
  const tenantId = await world.newTenant();
  await world.db.inTenant(tenantId, destroyTenantKey);
  const { batchId } = await suppress(world.db, tenantId, {
    subjects: [{ hash: Buffer.alloc(32, 7), kind: 'address' }],
    channel: 'email',
    basis: 'one_click',
    deadline: optOutDeadline,
  });
  const state = async () =>
    (await world.ask<{ state: string }>(`select state from obligations where subject_id = $1`, [batchId]))[0]?.state;
  for (const patient = AbortSignal.timeout(20_000); (await state()) !== 'met'; await world.dispatcher.sweep())
    patient.throwIfAborted();
  await world.client.workflow.getHandle(`suppression/${tenantId}/${batchId}`).result();
});
