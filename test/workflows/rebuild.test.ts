import { setTimeout as sleep } from 'node:timers/promises';
import { type Campaign, newCampaign, unsubscribe } from './campaign.ts';
import { startWorld, type Watch, type World } from './world.ts';

const hour = 60 * 60 * 1000;

/** Where a workflow is killed: around an activity of its own, the n-th time. */
interface Stage {
  workflow: 'outreach' | 'cohort' | 'mailbox' | 'suppression';
  moment: Parameters<Watch>[0];
  activity: string;
  because: string;
}

const stages: Stage[] = [
  { workflow: 'outreach', moment: 'before', activity: 'lookAtLaunch', because: 'before the first look' },
  { workflow: 'outreach', moment: 'before', activity: 'enrolNext', because: 'before anybody is enrolled' },
  { workflow: 'outreach', moment: 'after', activity: 'enrolNext', because: 'in the middle of enrolling' },
  { workflow: 'cohort', moment: 'before', activity: 'planCohort', because: 'before the first look' },
  { workflow: 'cohort', moment: 'after', activity: 'planCohort', because: 'with the work planned and not yet slept on' },
  { workflow: 'mailbox', moment: 'before', activity: 'lookAtMailbox', because: 'before the first look' },
  { workflow: 'mailbox', moment: 'before', activity: 'sendDue', because: 'before the first claim' },
  { workflow: 'mailbox', moment: 'after', activity: 'sendDue', because: 'after sending, before sleeping' },
  { workflow: 'suppression', moment: 'before', activity: 'cancelNext', because: 'before cancelling' },
  { workflow: 'suppression', moment: 'after', activity: 'cancelNext', because: 'between cancelling and proving' },
  { workflow: 'suppression', moment: 'after', activity: 'proveHonoured', because: 'with the proof recorded' },
];

describe('a workflow that is terminated and rebuilt comes to the same end', () => {
  let world: World;
  let watch: Watch = () => {};
  let undisturbed: object;

  beforeAll(async () => {
    world = await startWorld({ at: '2026-11-16T13:00:00Z', watch: (...seen) => watch(...seen) });
    undisturbed = await life();
    expect(undisturbed).toMatchObject({ launch: 'finished', openWork: 0, obligations: ['met'], twice: [] });
  }, 60_000);
  afterAll(() => world.end());

  /** Six people in three lists get two messages a day apart; one of them opts out in between. What the record and the server saw of it. */
  async function life(
    at: { waiting?: (campaign: Campaign) => Promise<void>; owed?: (campaign: Campaign) => Promise<void> } = {},
  ): Promise<object> {
    const from = world.sink.records.length;
    const campaign = await newCampaign(world, {
      lists: Array.from({ length: 3 }, () => [{ zone: 'America/New_York' }, { zone: 'America/Denver' }]),
    });
    await at.owed?.(campaign);
    await world.rest();
    await world.pass(hour);
    await reached(campaign);
    await at.waiting?.(campaign);
    const [person] = campaign.people;
    if (!person) throw new Error('A campaign has people.');
    await unsubscribe(world, campaign, person);
    await world.dispatcher.deliver();
    await world.rest();
    await world.pass(48 * hour);
    return end(campaign, from);
  }

  /** Everybody has the first message: the opt-out comes in the same place of every life. */
  async function reached({ launchId, people }: Campaign): Promise<void> {
    const patient = AbortSignal.timeout(30_000);
    for (;;) {
      const sent = await world.ask(`select from sends where launch_id = $1 and state = 'sent'`, [launchId]);
      if (sent.length === people.length) return;
      if (patient.aborted) throw new Error(`Only ${sent.length} of ${people.length} people have their first message.`);
      await sleep(20);
    }
  }

  async function end({ tenantId, launchId }: Campaign, from: number): Promise<object> {
    const [launch] = await world.ask<{ state: string }>(`select state from launches where id = $1`, [launchId]);
    const accepted = world.sink.records.slice(from).filter(({ acceptedAtNs }) => acceptedAtNs !== null);
    const keys = accepted.map(({ ids }) => `${ids.enrolment}/${ids.step}`);
    return {
      launch: launch?.state,
      enrolments: await world.ask(
        `select state, because, step, count(*) from enrolments where launch_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
        [launchId],
      ),
      sends: await world.ask(
        `select step, state, because, count(*) from sends where launch_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
        [launchId],
      ),
      accepted: keys.length,
      twice: keys.filter((key, index) => keys.indexOf(key) !== index),
      obligations: (await world.ask<{ state: string }>(`select state from obligations where tenant_id = $1`, [tenantId])).map(
        ({ state }) => state,
      ),
      openWork: (await world.ask(`select from outbox where tenant_id = $1 and state = 'open'`, [tenantId])).length,
    };
  }

  /** Terminates whatever of the kind runs for the tenant. */
  async function terminate(kind: Stage['workflow'], tenantId: string): Promise<number> {
    const known = await world.ask<{ id: string }>(
      `select workflow_id as id from outbox where tenant_id = $1 and workflow_id like $2`,
      [tenantId, `${kind}/%`],
    );
    let terminated = 0;
    for (const { id } of known) if (await world.terminate(id)) terminated += 1;
    return terminated;
  }

  test.each(stages)('$workflow $moment $activity: $because', async ({ workflow, moment, activity }) => {
    let killed = 0;
    watch = async (when, name, [tenantId]) => {
      if (killed > 0 || when !== moment || name !== activity) return;
      killed = await terminate(workflow, String(tenantId));
      await world.dispatcher.rebuild(); // the old run's activity goes on beside the new run, as a worker does that has not heard of it
    };
    try {
      expect(await life()).toEqual(undisturbed);
    } finally {
      watch = () => {};
    }
    expect(killed).toBeGreaterThan(0);
  });

  test.each(['outreach', 'cohort', 'mailbox'] as const)(
    '%s while it waits, and the store is known to be new',
    async (workflow) => {
      const store = `store before ${workflow}`;
      await world.dispatcherDb.noteStore(store);
      const ended = await life({
        waiting: async ({ tenantId }) => {
          expect(await terminate(workflow, tenantId)).toBeGreaterThan(0);
          expect(await world.dispatcherDb.noteStore(`store after ${workflow}`)).toBe(true);
        },
      });
      expect(ended).toEqual(undisturbed);
    },
  );

  test('everything at once, before anything has begun', async () => {
    const ended = await life({
      owed: async ({ tenantId }) => {
        await world.stopWorkers();
        await world.dispatcher.deliver();
        expect(await terminate('outreach', tenantId)).toBe(1);
        await world.dispatcher.rebuild();
        await world.startWorkers();
      },
    });
    expect(ended).toEqual(undisturbed);
  });
});
