import { finishTask } from '../../db/tasks.ts';
import { applyEvents } from '../../db/enrolments.ts';
import { BUSINESS_HOURS } from '../../domain/sendWindow.ts';
import { openingAfter } from '../../law/openings.ts';
import { pauseSequence, progress, resumeSequence } from '../../workflows/outreachSequence.ts';
import { stage } from '../../workflows/suppression.ts';
import { emailStep } from '../builders/sequence.ts';
import { type Campaign, newCampaign, type Person, unsubscribe } from './campaign.ts';
import { allRuns, keep, personalDataIn, runsOf } from './histories.ts';
import { businessDaysAfter, isBusinessDay, localIn } from './localClock.ts';
import { startWorld, type World } from './world.ts';

const day = 24 * 60 * 60 * 1000;
const monday = '2026-11-16T13:00:00Z'; // 08:00 in New York, ten days before Thanksgiving

interface Sent {
  enrolmentId: string;
  contactId: string;
  step: number;
  at: Date;
  countedAt: Date;
}

const zones = [
  'America/New_York',
  'America/New_York',
  'America/New_York',
  'America/New_York',
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/Los_Angeles',
  'America/Phoenix',
  'Pacific/Honolulu',
  'America/Anchorage',
];
const texas = ['America/Chicago', 'America/Denver']; // a state with two zones: both must be open

describe('forty-five days of a sequence', () => {
  let world: World;
  let campaign: Campaign;
  let sent: Sent[];
  let opened: { person: Person; batchId: string; askedAt: Date };
  let answered: Person; // replies after the first message
  let slow: { person: Person; doneAt: Date }; // whose task is done only before Christmas
  let paused: { from: Date; to: Date; before: Map<string, Date>; after: Map<string, Date> };
  const sleeps: { workflow: Date; record: Date | null }[] = [];

  beforeAll(async () => {
    world = await startWorld({ at: monday });
    campaign = await newCampaign(world, {
      window: BUSINESS_HOURS,
      lists: [[...zones.map((zone) => ({ zone })), { zone: null, state: 'TX' }]],
      mailbox: { kind: 'rep', cap: 6, rampStart: 2, rampStep: 1, gapSeconds: 90, jitterSeconds: 180 },
      steps: [
        emailStep({ subject: 'Hello Zelda' }),
        emailStep({ id: 'nudge', after: { businessDays: 3 }, subject: '', text: 'Any thoughts?' }),
        {
          id: 'look',
          kind: 'task',
          after: { days: 1 },
          branches: { done: 'last' },
          title: 'Look at their site',
          instructions: '',
        },
        emailStep({ id: 'skipped', after: { hours: 1 }, subject: '', text: 'Any thoughts on this?' }),
        emailStep({ id: 'last', after: { businessDays: 5 }, subject: '', text: 'Any thoughts at all?' }),
      ],
    });
    await world.rest();

    const person = (n: number): Person => {
      const found = campaign.people[n];
      if (!found) throw new Error(`The campaign has no person ${n}.`);
      return found;
    };
    await world.passUntil('2026-11-19T15:00:00Z');
    await notice();
    const [reached] = await allSent();
    const first = campaign.people.find(({ id }) => id === reached?.contactId);
    if (!first) throw new Error('Nobody has been written to in three days.');
    opened = { person: first, askedAt: await world.now(), batchId: await unsubscribe(world, campaign, first) };
    await world.rest();

    await world.passUntil('2026-11-20T20:00:00Z');
    const handle = world.client.workflow.getHandle(`outreach/${campaign.tenantId}/${campaign.launchId}`);
    expect(await handle.executeUpdate(pauseSequence)).toBe(true);
    const [from, before] = [await world.now(), await waitingDates()];
    await world.passUntil('2026-11-24T14:00:00Z');
    expect(await handle.executeUpdate(resumeSequence)).toBe(true);
    paused = { from, before, to: await world.now(), after: await waitingDates() };
    await world.rest();

    answered = campaign.people.find(({ id }) => id !== first.id && id !== person(0).id) ?? person(1);
    const late = campaign.people.find(({ id }) => id !== first.id && id !== answered.id) ?? person(0);
    for (
      let today = new Date('2026-11-25T14:00:00Z');
      today < new Date('2026-12-31T14:00:00Z');
      today = new Date(today.getTime() + day)
    ) {
      await world.passUntil(today);
      await notice();
      if (today.toISOString().startsWith('2026-12-01')) await reply(answered);
      await doTasks(today < new Date('2026-12-18T00:00:00Z') ? late : null);
      if (today.toISOString().startsWith('2026-12-18')) slow = { person: late, doneAt: await world.now() };
      await world.rest();
    }
    sent = await allSent();
  }, 170_000);
  afterAll(() => world.end());

  /** Notes until when the cohort's workflow and its row say that it sleeps. */
  async function notice(): Promise<void> {
    const workflowId = `cohort/${campaign.tenantId}/${campaign.launchId}/1`;
    const [row] = await world.ask<{ until: Date | null; state: string }>(
      `select sleeps_until as until, state from outbox where workflow_id = $1`,
      [workflowId],
    );
    if (row?.state !== 'open' || !row.until) return;
    const events = (await world.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
    const last = events.findLast(({ timerStartedEventAttributes: timer }) => timer);
    const { seconds, nanos } = last?.timerStartedEventAttributes?.startToFireTimeout ?? {};
    const started = Number(last?.eventTime?.seconds ?? 0) * 1000 + (last?.eventTime?.nanos ?? 0) / 1e6;
    const fires = new Date(started + Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6);
    sleeps.push({ workflow: world.legal(fires), record: row.until });
  }

  const allSent = () =>
    world.ask<Sent>(
      `select enrolment_id as "enrolmentId", contact_id as "contactId", step, sent_at as at, counted_at as "countedAt"
       from sends where launch_id = $1 and state = 'sent' order by sent_at`,
      [campaign.launchId],
    );
  async function waitingDates(): Promise<Map<string, Date>> {
    const rows = await world.ask<{ id: string; at: Date }>(
      `select id, next_at as at from enrolments where launch_id = $1 and state = 'waiting'`,
      [campaign.launchId],
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }
  async function doTasks(except: Person | null): Promise<void> {
    const open = await world.ask<{ id: string }>(
      `select id from tasks where kind = 'manual' and state = 'open' and contact_id is distinct from $1`,
      [except?.id ?? null],
    );
    for (const { id } of open) {
      const end = { outcome: 'done', note: 'Hello Zelda', byUser: campaign.repId };
      expect(await world.db.inTenant(campaign.tenantId, (tx) => finishTask(tx, id, end, openingAfter))).toBe('done');
    }
  }
  async function reply(person: Person): Promise<void> {
    await world.db.inTenant(campaign.tenantId, async (tx) => {
      const { id, step } = await tx.row<{ id: string; step: number }>(`select id, step from enrolments where contact_id = $1`, [
        person.id,
      ]);
      await applyEvents(tx, [{ enrolmentId: id, event: { kind: 'replied', step } }], openingAfter);
    });
  }
  const zonesOf = ({ zone }: Person): string[] => (zone === null ? texas : [zone]);
  const personOf = (id: string): Person => campaign.people.find((person) => person.id === id) as Person;

  test("each message leaves within its person's window, on a business day", () => {
    expect(sent.length).toBeGreaterThan(25);
    const outside = sent.flatMap(({ contactId, at }) =>
      zonesOf(personOf(contactId))
        .map((zone) => ({ zone, ...localIn(zone, at) }))
        .filter(({ date, time }) => !isBusinessDay(date) || time < '08:30' || time >= '17:30'),
    );
    expect(outside).toEqual([]);
  });

  test('the cap, its ramp and the gap hold in every rolling 24 hours', () => {
    const days = new Set<string>();
    for (const [n, { countedAt }] of sent.entries()) {
      const today = countedAt.toISOString().slice(0, 10);
      const earlier = [...days].filter((other) => other < today).length;
      const within = sent.filter(
        (other) => other.countedAt <= countedAt && other.countedAt.getTime() > countedAt.getTime() - day,
      );
      expect(within.length).toBeLessThanOrEqual(Math.min(6, 2 + earlier));
      days.add(today);
      const before = sent[n - 1];
      if (before) expect(countedAt.getTime() - before.countedAt.getTime()).toBeGreaterThanOrEqual(180_000); // 90 s and half of the jitter
    }
    expect(sent.slice(0, 3).map(({ at }) => at.toISOString().slice(0, 10))).toEqual(['2026-11-16', '2026-11-16', '2026-11-17']);
  });

  test("business days skip weekends and Thanksgiving, each on the person's own calendar", () => {
    const follow = sent.filter(({ step }) => step === 1);
    expect(follow.length).toBeGreaterThan(8);
    for (const { enrolmentId, contactId, at } of follow) {
      const first = sent.find((other) => other.enrolmentId === enrolmentId && other.step === 0) as Sent;
      const [zone = ''] = zonesOf(personOf(contactId));
      const earliest = businessDaysAfter(localIn(zone, first.at).date, 3);
      expect(localIn(zone, at).date >= earliest).toBe(true);
    }
  });

  test('five business days from 18 December pass over Christmas, to the minute', () => {
    const last = sent.find(({ contactId, step }) => contactId === slow.person.id && step === 4) as Sent;
    const [zone = ''] = zonesOf(slow.person);
    const [from, to] = [localIn(zone, slow.doneAt), localIn(zone, last.at)];
    const opens = from.time < '08:30' ? '08:30' : from.time;
    expect(to).toEqual({ date: '2026-12-28', weekday: 'Mon', time: opens });
  });

  test('a done task branches over the step between', () => {
    expect(new Set(sent.map(({ step }) => step))).toEqual(new Set([0, 1, 4]));
  });

  test('nothing leaves during a pause, and every date moves by its length', () => {
    expect(sent.filter(({ at }) => at > paused.from && at < paused.to)).toEqual([]);
    const length = paused.to.getTime() - paused.from.getTime();
    const later = [...paused.before].filter(([, at]) => at > paused.from);
    expect(later.length).toBeGreaterThan(3);
    for (const [id, at] of later) {
      const shift = (paused.after.get(id)?.getTime() ?? 0) - at.getTime();
      expect(Math.abs(shift - length)).toBeLessThan(5_000); // the update's own way to the record
    }
  });

  test('an opt-out ends everything at once, and its obligation is met long before it is due', async () => {
    const { person, batchId, askedAt } = opened;
    expect(sent.filter(({ contactId, at }) => contactId === person.id && at > askedAt)).toEqual([]);
    const [enrolment] = await world.ask(`select state, because from enrolments where contact_id = $1`, [person.id]);
    expect(enrolment).toEqual({ state: 'stopped', because: 'unsubscribed' });

    const [obligation] = await world.ask<{
      state: string;
      dueAt: Date;
      metAt: Date;
      evidence: { begunAfter: number; enrolments: number };
    }>(`select state, due_at as "dueAt", met_at as "metAt", evidence from obligations where subject_id = $1`, [batchId]);
    expect(obligation).toMatchObject({ state: 'met', evidence: { begunAfter: 0, enrolments: 1, subjects: 1 } });
    // Ten business days after 19 November without Thanksgiving: 4 December is the last one, in New York.
    expect(obligation?.dueAt.toISOString()).toBe('2026-12-05T05:00:00.000Z');
    expect((obligation?.metAt.getTime() ?? 0) - askedAt.getTime()).toBeLessThan(60_000);
    const handle = world.client.workflow.getHandle(`suppression/${campaign.tenantId}/${batchId}`);
    expect(await handle.query(stage)).toBe('closed');
    const { status, closeTime } = await handle.describe();
    expect(status.name).toBe('COMPLETED');
    expect(Math.abs(world.legal(closeTime as Date).getTime() - (obligation?.metAt.getTime() ?? 0))).toBeLessThan(10_000);
  });

  test('a reply ends the sequence', async () => {
    const [enrolment] = await world.ask(`select state, because from enrolments where contact_id = $1`, [answered.id]);
    expect(enrolment).toEqual({ state: 'stopped', because: 'replied' });
    expect(sent.filter(({ contactId, at }) => contactId === answered.id && at > new Date('2026-12-01T14:00:00Z'))).toEqual([]);
  });

  test('the server got each message once, and no other', () => {
    const got = world.sink.records.map(({ ids }) => `${ids.enrolment}/${ids.step}`);
    expect([...got].sort()).toEqual(sent.map(({ enrolmentId, step }) => `${enrolmentId}/${step}`).sort());
    expect(new Set(got).size).toBe(got.length);
  });

  test('the workflow sleeps until the instant that the record names', () => {
    expect(sleeps.length).toBeGreaterThan(5);
    for (const { workflow, record } of sleeps)
      expect(Math.abs(workflow.getTime() - (record?.getTime() ?? 0))).toBeLessThan(5_000);
  });

  test('the launch ends when nobody in it is open, and its workflows with it', async () => {
    const [launch] = await world.ask<{ state: string; endedAt: Date }>(
      `select state, ended_at as "endedAt" from launches where id = $1`,
      [campaign.launchId],
    );
    expect(launch?.state).toBe('finished');
    const handle = world.client.workflow.getHandle(`outreach/${campaign.tenantId}/${campaign.launchId}`);
    const { status, closeTime } = await handle.describe();
    expect(status.name).toBe('COMPLETED');
    expect(Math.abs(world.legal(closeTime as Date).getTime() - (launch?.endedAt.getTime() ?? 0))).toBeLessThan(10_000);
    const [counted] = await world.ask<{ finished: number; stopped: number }>(
      `select count(*) filter (where state = 'finished') as finished, count(*) filter (where state = 'stopped') as stopped
       from enrolments where launch_id = $1`,
      [campaign.launchId],
    );
    expect(await handle.query(progress)).toMatchObject({ state: 'finished', open: 0, blocked: 0, ...counted });
    expect(await world.ask(`select workflow_id from outbox where state = 'open'`)).toEqual([]);
  });

  test('no run is older than thirty days, and the next one goes on', async () => {
    const sequence = await runsOf(world, `outreach/${campaign.tenantId}/${campaign.launchId}`);
    const cohort = await runsOf(world, `cohort/${campaign.tenantId}/${campaign.launchId}/1`);
    for (const runs of [sequence, cohort]) {
      expect(runs.map(({ history }) => history.events.at(-1)?.eventType)).toEqual([
        'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
        'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      ]);
    }
    keep(sequence[0], 'outreachSequence/pausedResumedContinued');
    keep(sequence[1], 'outreachSequence/finished');
    keep(cohort[0], 'outreachCohort/fortyDaysContinued');
    keep(cohort[1], 'outreachCohort/finished');
    keep((await runsOf(world, `mailbox/${campaign.tenantId}/${campaign.mailboxId}`))[0], 'mailboxSender/cappedAndRamped');
    keep((await runsOf(world, `suppression/${campaign.tenantId}/${opened.batchId}`))[0], 'suppression/oneClick');
  });

  test('no history holds personal data, and none is long', async () => {
    for (const { workflowId, history } of await allRuns(world, campaign.tenantId)) {
      expect({ workflowId, found: personalDataIn(history) }).toEqual({ workflowId, found: [] });
      expect(history.events.length).toBeLessThan(2_100);
    }
  });
});
