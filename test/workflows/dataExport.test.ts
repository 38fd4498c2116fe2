import { findExport } from '../../db/exports/exports.ts';
import { startExport } from '../../db/exports/start.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { newContact } from '../builders/contact.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
}, 60_000);
afterAll(() => world.end());

test('an export is written by its workflow, kept for a week, and deleted', async () => {
  const tenantId = await world.newTenant();
  const exportId = await world.db.inTenant(tenantId, async (tx) => {
    const { id } = await newUser(tx, { role: 'owner' });
    await newContact(tx, world.addressKey, { firstName: 'Zelda', lastName: 'Quixote' });
    return (await startExport(tx, { contactId: null, askedBy: id, deadline: portabilityDeadline })).exportId;
  });
  const look = () => world.db.inTenant(tenantId, (tx) => findExport(tx, exportId));
  await world.rest();
  expect(await look()).toMatchObject({ state: 'done' });
  await world.pass(6 * day);
  expect(await look()).toMatchObject({ state: 'done' });
  expect(await world.ask(`select from export_chunks where tenant_id = $1`, [tenantId])).not.toEqual([]);
  await world.pass(2 * day);
  const workflowId = `export/${tenantId}/${exportId}`;
  await world.client.workflow.getHandle(workflowId).result();
  expect(await look()).toMatchObject({ state: 'expired' });
  expect(await world.ask(`select from export_chunks where tenant_id = $1`, [tenantId])).toEqual([]);
  expect(await world.ask(`select state from outbox where workflow_id = $1`, [workflowId])).toEqual([{ state: 'closed' }]);
  expect(await world.ask(`select kind, state from obligations where tenant_id = $1`, [tenantId])).toEqual([
    { kind: 'export.ready', state: 'met' },
  ]);
  const [run] = await runsOf(world, workflowId);
  expect(personalDataIn(run?.history ?? { events: [] })).toEqual([]);
  keep(run, 'dataExport/writtenAndExpired');
}, 60_000);
