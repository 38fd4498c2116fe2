import { Client, Connection } from '@temporalio/client';
import { startTemporal, type TemporalServer } from '../../scripts/services/temporal.ts';
import { keepSchedules, type Standing } from '../../workers/schedules.ts';

let server: TemporalServer;
let client: Client;
beforeAll(async () => {
  server = await startTemporal({ uiPort: false, namespace: 'schedules' });
  client = new Client({ connection: await Connection.connect({ address: server.address }), namespace: 'schedules' });
}, 60_000);
afterAll(async () => {
  await client.connection.close();
  await server.stop();
});

const daily: Standing = {
  id: 'daily',
  workflowType: 'outreachSequence',
  taskQueue: 'bulk',
  every: '1 day',
  offset: '3 hours',
  atOnce: true,
};

const listed = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return ids.sort();
};

test('a Schedule is made once, however many workers start, and runs at once where it should', async () => {
  const weekly: Standing = { id: 'weekly', workflowType: 'rehearsal', taskQueue: 'bulk', every: '7 days' };
  await Promise.all([keepSchedules(client, [daily, weekly]), keepSchedules(client, [daily, weekly])]);
  let ids: string[] = [];
  while (ids.length < 2) ids = await listed(); // the list trails behind
  expect(ids).toEqual(['daily', 'weekly']);

  const { info, spec, policies } = await client.schedule.getHandle('daily').describe();
  expect(info.numActionsTaken + info.runningActions.length).toBeGreaterThan(0);
  expect(spec.intervals).toEqual([{ every: 86_400_000, offset: 10_800_000 }]);
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
  const other = await client.schedule.getHandle('weekly').describe();
  expect(other.info.numActionsTaken).toBe(0);
}, 60_000);

test('a new release changes what it does; that somebody has paused it stays', async () => {
  const handle = client.schedule.getHandle('daily');
  await handle.pause('the disk is being replaced');
  await keepSchedules(client, [{ ...daily, every: '12 hours' }]);
  const { spec, state } = await handle.describe();
  expect(spec.intervals).toMatchObject([{ every: 43_200_000 }]);
  expect(state).toMatchObject({ paused: true, note: 'the disk is being replaced' });
}, 60_000);
