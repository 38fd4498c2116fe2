import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { freePort } from '../../scripts/services/ports.ts';
import { createDispatcher } from '../../workers/dispatcher.ts';
import { newCampaign } from './campaign.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-16T13:00:00Z' });
}, 60_000);
afterAll(() => world.end());

const hour = 60 * 60 * 1000;
const two = [[{ zone: 'America/New_York' }, { zone: 'America/Denver' }]];

function owed(tenantId: string): Promise<{ wanted: boolean; delivered: boolean }[]> {
  return world.ask(`select wanted, delivered_at is not null as delivered from outbox where tenant_id = $1 and state = 'open'`, [
    tenantId,
  ]);
}

test('while Temporal is down a wish stays owed, and it is delivered afterwards', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, connectTimeout: '1 second' });
  const down = createDispatcher({
    client: new Client({ connection: nowhere }),
    db: world.dispatcherDb,
    log: pino({ level: 'silent' }),
  });
  const { tenantId, launchId } = await newCampaign(world, { lists: two });
  try {
    await nowhere.withDeadline(Date.now() + 3_000, async () => {
      await down.deliver(); // after a commit: the commit stands, whatever becomes of the call
      expect(await owed(tenantId)).toEqual([{ wanted: true, delivered: false }]);
      await expect(down.sweep()).rejects.toThrow();
      expect(await owed(tenantId)).toEqual([{ wanted: true, delivered: false }]);
    });
  } finally {
    await nowhere.close();
  }

  await world.rest();
  await world.pass(48 * hour);
  expect(await world.ask(`select state from launches where id = $1`, [launchId])).toEqual([{ state: 'finished' }]);
  expect(await owed(tenantId)).toEqual([]);
}, 60_000);

test('a second start is a mere wake while the workflow runs', async () => {
  const { tenantId, launchId } = await newCampaign(world, { lists: two });
  await world.rest();
  const handle = world.client.workflow.getHandle(`outreach/${tenantId}/${launchId}`);
  const { runId } = await handle.describe();
  await Promise.all([world.dispatcher.rebuild(), world.dispatcher.rebuild(), world.dispatcher.deliver()]);
  await world.rest();
  await world.pass(hour);
  expect((await handle.describe()).runId).toBe(runId);
  expect(await world.ask(`select step, state, count(*) from sends where launch_id = $1 group by 1, 2`, [launchId])).toEqual([
    { step: 0, state: 'sent', count: 2 },
  ]);
}, 60_000);

test('a start after the end finds nothing to do and ends again', async () => {
  const { tenantId, launchId, mailboxId } = await newCampaign(world, { lists: two });
  await world.rest();
  await world.pass(48 * hour);
  const sends = () => world.ask(`select id, state, sent_at from sends where launch_id = $1 order by id`, [launchId]);
  const [before, accepted] = [await sends(), world.sink.records.length];
  const again = [
    ['outreachSequence', 'outreach', `outreach/${tenantId}/${launchId}`, [tenantId, launchId]],
    ['outreachCohort', 'outreach', `cohort/${tenantId}/${launchId}/1`, [tenantId, launchId, 1]],
    ['mailboxSender', 'mail', `mailbox/${tenantId}/${mailboxId}`, [tenantId, mailboxId]],
  ] as const;
  await world.ask(`update outbox set state = 'open', wanted = true, delivered_at = null where tenant_id = $1`, [tenantId]);
  for (const [type, taskQueue, workflowId, args] of again) {
    await world.client.workflow.start(type, { workflowId, taskQueue, args: [...args], workflowIdConflictPolicy: 'USE_EXISTING' });
  }
  await world.rest();
  await world.pass(hour);
  for (const [, , workflowId] of again) {
    expect((await world.client.workflow.getHandle(workflowId).describe()).status.name).toBe('COMPLETED');
  }
  expect(await sends()).toEqual(before);
  expect(world.sink.records).toHaveLength(accepted);
  expect(await owed(tenantId)).toEqual([]);
}, 60_000);
