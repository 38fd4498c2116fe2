import { type Change, type EnrolmentEvent, type EnrolmentState, react } from '../domain/enrolment.ts';
import type { Opening, Place } from '../domain/opening.ts';
import type { Delay } from '../domain/delay.ts';
import type { Definition } from '../domain/sequence.ts';
import { definitionsOf } from './definitions.ts';
import { eachOf, isOneOfFew, spelled, unindexed } from './few.ts';
import { want, wakeBefore, type Wish } from './outbox.ts';
import { prepared, type Tx } from './transaction.ts';
import { cohortWork, mailboxWork, sequenceWork } from './workflowIds.ts';

/** When the next step may begin: `delay` after `from` and then the first opening; null: the window never opens. */
export type NextOpening = (definition: Definition, place: Place, delay: Delay, from: Date) => Opening | null;

interface Row {
  id: string;
  place: Place;
  launchId: string;
  cohort: number;
  mailboxId: string;
  state: EnrolmentState;
  step: number;
  because: string | null;
  nextAt: Date | null;
  pausedAt: Date | null;
  resumeAt: Date | null;
  now: Date;
  sequenceId: string;
  version: number;
}

/** More people than the transactions that run at an instant end. */
const nearTheEnd = 200;

export interface Reaction {
  enrolmentId: string;
  event: EnrolmentEvent;
  byUser?: string | null;
  /** Of a pause that ends by itself. */
  resumeAt?: Date | null;
}

const lockPeople = prepared(`
  select e.id, e.launch_id as "launchId", e.cohort, e.mailbox_id as "mailboxId", e.state, e.step, e.because, e.next_at as "nextAt",
    e.paused_at as "pausedAt", e.resume_at as "resumeAt", e.sequence_id as "sequenceId", e.version, decorum.now() as now,
    json_build_object('zone', c.zone, 'state', coalesce(c.state, ''), 'country', coalesce(c.country, '')) as place
  from ${eachOf('$1')} cross join lateral (select * from enrolments where id = each.id for update) as e
  left join lateral (select zone, state, country from contacts where id = e.contact_id offset 0) as c on true`);

/**
 * Lets events act on their enrolments: the rule is domain/enrolment.ts, this writes what it says and wakes whoever waits for it.
 * Locks in id order. Answers the ids that changed.
 */
export async function applyEvents(tx: Tx, reactions: readonly Reaction[], nextOpening: NextOpening): Promise<Set<string>> {
  if (reactions.length === 0) return new Set();
  const rows = await tx.rows<Row>(lockPeople, [[...new Set(reactions.map(({ enrolmentId }) => enrolmentId))].sort()]);
  const definitionOf = await definitionsOf(tx, rows);
  const found = new Map(rows.map((row) => [row.id, row]));
  const changes = reactions.flatMap(({ enrolmentId, event, byUser, resumeAt }) => {
    const row = found.get(enrolmentId);
    const definition = row && definitionOf(row);
    const change = row && definition ? react(row, event, definition) : null;
    if (!row || !definition || !change) return [];
    found.delete(enrolmentId); // one event an enrolment and call
    const after = written(row, change, (delay) => nextOpening(definition, row.place, delay, row.now), resumeAt ?? null);
    return [{ row, event, byUser: byUser ?? null, written: after }];
  });
  if (changes.length === 0) return new Set();
  await write(tx, changes);
  await wake(tx, changes);
  return new Set(changes.map(({ row }) => row.id));
}

interface Written {
  state: EnrolmentState;
  step: number;
  because: string | null;
  nextAt: Date | null;
  pausedAt: Date | null;
  resumeAt: Date | null;
  endedAt: Date | null;
}
type Changed = { row: Row; event: EnrolmentEvent; byUser: string | null; written: Written };

function written(row: Row, change: Change, openingAfter: (delay: Delay) => Opening | null, resumeAt: Date | null): Written {
  const still = { step: row.step, nextAt: null, pausedAt: null, resumeAt: null, endedAt: null, because: null };
  if (change.state === 'waiting' || change.state === 'still_paused') {
    const opening = openingAfter(change.after);
    if (!opening) return { ...still, state: 'stopped', because: 'window_never_opens', endedAt: row.now };
    const next = { ...still, step: change.step, nextAt: opening.at };
    if (change.state === 'waiting') return { ...next, state: 'waiting' };
    return { ...next, state: 'paused', because: row.because, pausedAt: row.pausedAt, resumeAt: row.resumeAt };
  }
  // A pause keeps the date, so that what is left of the delay can be taken up again.
  if (change.state === 'paused') return { ...still, ...change, nextAt: row.nextAt ?? row.now, pausedAt: row.now, resumeAt };
  return { ...still, ...change, endedAt: row.now };
}

/**
 * One statement, however many people: what a message that has simply gone costs is counted in statements. Whoever has ended has nothing
 * on its way: planned messages go, tasks close. What is at the wire the gate decides.
 */
async function write(tx: Tx, changes: readonly Changed[]): Promise<void> {
  await tx.run(writeChanges, [
    JSON.stringify(
      changes.map(({ row, event, byUser, written }) => ({
        id: row.id,
        ...written,
        answered: event.kind === 'outcome' ? event.outcome : event.kind === 'replied' ? 'replied' : null,
        sent: event.kind === 'outcome' && event.outcome === 'sent',
        kind: event.kind === 'outcome' ? event.outcome : event.kind,
        byUser,
        fromStep: row.step,
      })),
    ),
  ]);
}

const writeChanges = prepared(`
  with change as (select * from jsonb_to_recordset($1::jsonb) as c(id uuid, state text, step int, because text, "nextAt" timestamptz,
                    "pausedAt" timestamptz, "resumeAt" timestamptz, "endedAt" timestamptz, answered text, sent boolean, kind text, "byUser" uuid, "fromStep" int)
                  where ${isOneOfFew('c.id')}),
  moved as (
    update enrolments e set state = c.state, step = c.step, because = c.because, next_at = c."nextAt", paused_at = c."pausedAt",
      resume_at = c."resumeAt", ended_at = c."endedAt", answered = coalesce(c.answered, e.answered),
      last_sent_at = case when c.sent then decorum.now() else e.last_sent_at end
    from change c where e.id = c.id),
  ended as (select id, because from change where "endedAt" is not null),
  unsent as (
    select s.id, c.because from ended c
    cross join lateral (select id from sends where enrolment_id = c.id and ${unindexed('state')} in ('planned', 'held', 'claimed') offset 0) as s order by s.id),
  cancelled as (
    update sends s set state = 'cancelled', because = u.because
    from (select u.* from unsent u cross join lateral (select from sends where id = u.id and ${unindexed('state')} in ('planned', 'held', 'claimed') for update) as locked) as u
    where s.id = u.id),
  undone as (
    update tasks t set state = 'cancelled', done_at = decorum.now() from ended c
    where t.enrolment_id = c.id and t.state in ('open', 'not_cleared') and t.kind in ('manual', 'call'))
  insert into enrolment_events (tenant_id, enrolment_id, kind, step, because, by_user)
  select decorum.tenant(), id, kind, "fromStep", because, "byUser" from change`);

async function wake(tx: Tx, changes: readonly Changed[]): Promise<void> {
  const cohorts = new Map<string, { launchId: string; cohort: number; ended: boolean; at: Date | null }>();
  for (const { row, written } of changes) {
    const key = `${row.launchId}/${row.cohort}`;
    const seen = cohorts.get(key) ?? { launchId: row.launchId, cohort: row.cohort, ended: false, at: null };
    const at = written.nextAt && written.state === 'waiting' ? written.nextAt : written.resumeAt;
    seen.ended ||= written.endedAt !== null;
    if (at && (!seen.at || at < seen.at)) seen.at = at;
    cohorts.set(key, seen);
  }
  await wakeBefore(
    tx,
    [...cohorts.values()].flatMap(({ launchId, cohort, at }) =>
      at ? [{ workflowId: cohortWork(tx.tenantId, launchId, cohort).workflowId, at }] : [],
    ),
  );
  const shrunk = [...cohorts.values()].filter(({ ended }) => ended);
  if (shrunk.length === 0) return;
  const near = await tx.rows<Cohort>(nearlyEmpty, [JSON.stringify(shrunk)]);
  if (near.length > 0) await tellTheEmptied(tx, near);
}

interface Cohort {
  launchId: string;
  cohort: number;
}

const isOpen = (state: string): string => `${state} in ('waiting', 'queued', 'paused')`;

/** From the newest entries of the index: the oldest are of people who have ended. */
const newestOpen = (whose: string, offset = 0): string =>
  `select true from enrolments o where ${whose} and ${isOpen('o.state')} order by o.launch_id desc, o.cohort desc offset ${offset} limit 1`;

/** Of cohorts, the ones in which few people are open. */
const nearlyEmpty = prepared(`
  select c."launchId", c.cohort from jsonb_to_recordset($1::jsonb) as c("launchId" uuid, cohort int)
  where (${newestOpen('o.launch_id = c."launchId" and o.cohort = c.cohort', nearTheEnd)}) is null`);

/**
 * A cohort, a launch and a mailbox end when nobody in them is open: tells the ones that have just lost their last. One at a time: of two
 * transactions that end the last two people at the same instant each would leave it to the other.
 */
async function tellTheEmptied(tx: Tx, cohorts: readonly Cohort[]): Promise<void> {
  await inTurn(
    tx,
    cohorts.map(({ launchId, cohort }) => cohortWork(tx.tenantId, launchId, cohort)),
  );
  const empty = await tx.rows<Cohort & { isLast: boolean; mailboxIds: string[] }>(
    `select c."launchId", c.cohort, (${newestOpen('o.launch_id = c."launchId"')}) is null as "isLast",
       array(select distinct mailbox_id from enrolments e where e.launch_id = c."launchId" and e.cohort = c.cohort) as "mailboxIds"
     from jsonb_to_recordset($1::jsonb) as c("launchId" uuid, cohort int)
     where (${newestOpen('o.launch_id = c."launchId" and o.cohort = c.cohort')}) is null`,
    [JSON.stringify(cohorts)],
  );
  await want(tx, [
    ...empty.map(({ launchId, cohort }) => cohortWork(tx.tenantId, launchId, cohort)),
    ...(await idle(tx, [...new Set(empty.flatMap(({ mailboxIds }) => mailboxIds))])),
    ...empty.flatMap(({ launchId, isLast }) => (isLast ? [sequenceWork(tx.tenantId, launchId)] : [])),
  ]);
}

/** Of mailboxes, the ones that work and in whose care nobody is open any more, so that none sleeps on until its run is old. */
async function idle(tx: Tx, mailboxIds: readonly string[]): Promise<Wish[]> {
  if (mailboxIds.length === 0) return [];
  await inTurn(
    tx,
    mailboxIds.map((id) => mailboxWork(tx.tenantId, id)),
  );
  const open = await tx.rows<{ id: string }>(
    `select m.id from unnest($1::uuid[]) as m(id)
     where exists (select from enrolments o where o.mailbox_id = m.id and ${isOpen(spelled('o.state'))})
       or not exists (select from outbox where workflow_id = 'mailbox/' || decorum.tenant() || '/' || m.id and state = 'open')`,
    [mailboxIds],
  );
  const busy = new Set(open.map(({ id }) => id));
  return mailboxIds.filter((id) => !busy.has(id)).map((id) => mailboxWork(tx.tenantId, id));
}

async function inTurn(tx: Tx, works: readonly Wish[]): Promise<void> {
  await tx.run(`select from outbox where workflow_id = any($1) order by workflow_id for no key update`, [
    works.map(({ workflowId }) => workflowId),
  ]);
}

/**
 * Takes a paused person up again, with what was left of the delay; of a launch that is itself paused, what was left when it was. False
 * when the person was not paused.
 */
export async function resumeEnrolment(tx: Tx, enrolmentId: string, byUser: string | null): Promise<boolean> {
  const [resumed] = await tx.rows<{ launchId: string; cohort: number; nextAt: Date }>(
    `with pause as (
       select e.id, least(e.paused_at, p.paused_at) as began_at, coalesce(p.paused_at, decorum.now()) as ended_at,
         nullif(e.next_at, e.paused_at) as next_at -- the same: was at work, and is due at once
       from enrolments e join launches l on l.tenant_id = e.tenant_id and l.id = e.launch_id
       cross join lateral (select case when e.cohort > l.resumed_through then l.paused_at end as paused_at) as p -- its cohort goes on already
       where e.id = $1 and e.state = 'paused' and e.because <> 'unknown_outcome' for update of e)
     update enrolments e set state = 'waiting', because = null, paused_at = null, resume_at = null,
       next_at = greatest(p.next_at, p.began_at) + (p.ended_at - p.began_at)
     from pause p where e.id = p.id
     returning e.launch_id as "launchId", e.cohort, e.next_at as "nextAt"`,
    [enrolmentId],
  );
  if (!resumed) return false;
  await tx.run(
    `insert into enrolment_events (tenant_id, enrolment_id, kind, by_user) values (decorum.tenant(), $1, 'resume', $2)`,
    [enrolmentId, byUser],
  );
  await wakeBefore(tx, [{ ...cohortWork(tx.tenantId, resumed.launchId, resumed.cohort), at: resumed.nextAt }]);
  return true;
}
