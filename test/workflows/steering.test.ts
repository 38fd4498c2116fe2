import { setTimeout as sleep } from 'node:timers/promises';
import { want } from '../../db/outbox.ts';
import { sequenceWork } from '../../db/workflowIds.ts';
import { pauseSequence, progress, resumeSequence, stopSequence } from '../../workflows/outreachSequence.ts';
import { longestRunMs, wake } from '../../workflows/rhythm.ts';
import { emailStep } from '../builders/sequence.ts';
import { type Campaign, newCampaign } from './campaign.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-16T13:00:00Z' });
}, 60_000);
afterAll(() => world.end());

/** One person of two has both messages `apart` days from each other; the launch runs, and its first messages are sent. */
async function running(
  apart = 10,
): Promise<{ campaign: Campaign; id: string; handle: ReturnType<World['client']['workflow']['getHandle']> }> {
  const campaign = await newCampaign(world, {
    lists: [[{ zone: 'America/New_York' }, { zone: 'America/Denver' }]],
    steps: [
      emailStep({ subject: 'Hello Zelda' }),
      emailStep({ id: 'again', after: { days: apart }, subject: '', text: 'Any thoughts?' }),
    ],
  });
  const id = `outreach/${campaign.tenantId}/${campaign.launchId}`;
  await world.rest();
  await world.pass(hour);
  return { campaign, id, handle: world.client.workflow.getHandle(id) };
}

async function stateOf({ launchId }: Campaign): Promise<string | undefined> {
  const [launch] = await world.ask<{ state: string }>(`select state from launches where id = $1`, [launchId]);
  return launch?.state;
}
const sentOf = ({ launchId }: Campaign) =>
  world.ask<{ at: Date }>(`select sent_at as at from sends where launch_id = $1 and state = 'sent'`, [launchId]);

test('an update answers once the record has it, and whether it changed anything', async () => {
  const { campaign, handle, id } = await running();
  expect(await handle.executeUpdate(pauseSequence)).toBe(true);
  expect(await stateOf(campaign)).toBe('paused');
  expect(await handle.executeUpdate(pauseSequence)).toBe(false);
  await world.pass(20 * day);
  expect(await sentOf(campaign)).toHaveLength(2);
  expect(await handle.executeUpdate(resumeSequence)).toBe(true);
  expect(await handle.executeUpdate(resumeSequence)).toBe(false);
  expect(await stateOf(campaign)).toBe('running');
  await world.rest();
  expect(await handle.query(progress)).toEqual({ state: 'running', ended: false, open: 2, blocked: 0, finished: 0, stopped: 0 });
  await world.pass(11 * day);
  expect(await sentOf(campaign)).toHaveLength(4);
  expect(await stateOf(campaign)).toBe('finished');
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  keep((await runsOf(world, id)).at(-1), 'outreachSequence/pausedTwice');
}, 60_000);

test('what a process that died left of a resumption or a stop, the launch does itself', async () => {
  const { campaign, handle, id } = await running();
  await handle.executeUpdate(pauseSequence);
  const wakeUp = async () => {
    await world.ask(`update outbox set wanted = true, delivered_at = null where workflow_id = $1`, [id]);
    await world.rest();
  };
  await world.ask(`update launches set resuming_at = paused_at where id = $1`, [campaign.launchId]);
  await wakeUp();
  while ((await stateOf(campaign)) !== 'running') await sleep(20);
  await world.ask(`update launches set state = 'stopped' where id = $1`, [campaign.launchId]);
  await wakeUp();
  await handle.result();
  expect(await world.ask(`select distinct state from enrolments where launch_id = $1`, [campaign.launchId])).toEqual([
    { state: 'stopped' },
  ]);
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  keep((await runsOf(world, id)).at(-1), 'outreachSequence/settledByItself');
}, 60_000);

test('a stop is for good: nobody is written to again, and every workflow of the launch ends', async () => {
  const { campaign, handle, id } = await running();
  expect(await handle.executeUpdate(stopSequence)).toBe(true);
  await world.rest();
  await world.pass(20 * day);
  expect(await sentOf(campaign)).toHaveLength(2);
  expect(await world.ask(`select distinct state, because from enrolments where launch_id = $1`, [campaign.launchId])).toEqual([
    { state: 'stopped', because: 'launch_stopped' },
  ]);
  expect(await world.ask(`select workflow_id from outbox where tenant_id = $1 and state = 'open'`, [campaign.tenantId])).toEqual(
    [],
  );
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  expect(await handle.query(progress)).toMatchObject({ state: 'stopped', open: 0, stopped: 2 });
  await expect(handle.executeUpdate(resumeSequence)).rejects.toThrow();
  expect(await stateOf(campaign)).toBe('stopped');
  keep((await runsOf(world, id)).at(-1), 'outreachSequence/stopped');
  keep((await runsOf(world, `cohort/${campaign.tenantId}/${campaign.launchId}/1`)).at(-1), 'outreachCohort/stopped');
}, 60_000);

test('an update that nobody defined is refused, and the launch goes on', async () => {
  const { campaign, handle } = await running();
  await expect(handle.executeUpdate('burn', { args: ['everything'] })).rejects.toThrow();
  await world.pass(11 * day);
  expect(await stateOf(campaign)).toBe('finished');
}, 60_000);

test('a thousand changes between two looks are one wake', async () => {
  const { campaign, id, handle } = await running();
  const before = (await handle.fetchHistory()).events?.length ?? 0;
  for (let n = 0; n < 1_000; n += 1) {
    await world.db.inTenant(campaign.tenantId, (tx) => want(tx, [sequenceWork(campaign.tenantId, campaign.launchId)]));
  }
  await world.dispatcher.deliver();
  await world.rest();
  const [run] = (await runsOf(world, id)).slice(-1);
  const signals = run?.history.events.filter(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED').length;
  expect(signals).toBe(2); // the start's, and one for all of them
  expect((run?.history.events.length ?? 0) - before).toBeLessThan(20);
}, 60_000);

test('a storm of signals makes no long history: the run goes on as a new one and forgets nothing', async () => {
  const { campaign, id, handle } = await running();
  for (let n = 0; n < 2_200; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => handle.signal(wake)));
  }
  await settled(async () => (await runsOf(world, id)).length > 1);
  const runs = await runsOf(world, id);
  expect(runs[0]?.history.events.at(-1)?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
  for (const { history } of runs) expect(history.events.length).toBeLessThan(4_000);
  expect(await handle.executeUpdate(pauseSequence)).toBe(true); // the new run answers under the same id
  expect(await handle.executeUpdate(resumeSequence)).toBe(true);
  await world.rest();
  await world.pass(11 * day);
  expect(await stateOf(campaign)).toBe('finished');
  expect(await sentOf(campaign)).toHaveLength(4);
}, 90_000);

test('a wait of ninety-five days crosses three new runs and ends on its day', async () => {
  const { campaign, id } = await running(95);
  await world.pass(97 * day);
  const [first, , last] = (await sentOf(campaign)).map(({ at }) => at.getTime()).sort((a, b) => a - b);
  expect(Math.round(((last ?? 0) - (first ?? 0)) / day)).toBe(95);
  expect(await stateOf(campaign)).toBe('finished');
  const cohort = await runsOf(world, `cohort/${campaign.tenantId}/${campaign.launchId}/1`);
  const mailbox = await runsOf(world, `mailbox/${campaign.tenantId}/${campaign.mailboxId}`);
  for (const runs of [cohort, mailbox, await runsOf(world, id)]) {
    expect(runs).toHaveLength(4); // a new one each thirty days, three of them
    for (const { history } of runs) {
      expect(instantOf(history.events.at(-1)) - instantOf(history.events[0])).toBeLessThan(longestRunMs + day);
      expect(history.events.length).toBeLessThan(100);
      expect(personalDataIn(history)).toEqual([]);
    }
  }
  keep(cohort[1], 'outreachCohort/asleepForThirtyDays');
  keep(mailbox[0], 'mailboxSender/continued');
  keep(mailbox[3], 'mailboxSender/finished');
}, 60_000);

function instantOf(event: object | undefined): number {
  const { eventTime } = event as { eventTime: { seconds: string } };
  return Number(eventTime.seconds) * 1000;
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  for (const patient = AbortSignal.timeout(30_000); !(await isSo()); await sleep(100)) {
    if (patient.aborted) throw new Error('It does not come to that.');
  }
}
