import { lockLaunch, stopSending, workOf } from './launches.ts';
import { want } from './outbox.ts';
import type { Database, Tx } from './transaction.ts';
import { sequenceWork } from './workflowIds.ts';

// Pausing, going on and stopping are one short transaction whatever the launch's size: its row and the stop that the claim and the wire gate
// obey. What follows from it for each of a hundred thousand people is settled a few hundred at a time, so that nobody's opt-out waits for it.

const page = 500;

/** Stops everything of the launch up to the wire; people keep their place and remaining delay. False when it was not running. */
export async function pauseLaunch(tx: Tx, launchId: string, byUser: string | null): Promise<boolean> {
  const paused = await tx.run(
    `update launches set state = 'paused', paused_at = decorum.now() where id = $1 and state in ('enrolling', 'running')`,
    [launchId],
  );
  if (paused === 0) return false;
  await stopSending(tx, launchId, 'pause', 'launch_paused', byUser);
  await settleNext(tx, launchId);
  return true;
}

/** Goes on where it was paused: every date moves by the length of the pause, and nothing counts as late because of it. */
export async function resumeLaunch(tx: Tx, launchId: string): Promise<boolean> {
  const resuming = await tx.run(
    `update launches set resuming_at = coalesce(resuming_at, decorum.now()) where id = $1 and state = 'paused'`,
    [launchId],
  );
  if (resuming === 0) return false;
  await settleNext(tx, launchId);
  return true;
}

/** Ends the launch for good: what is planned is cancelled, everybody in it is stopped. */
export async function stopLaunch(tx: Tx, launchId: string, byUser: string | null): Promise<boolean> {
  const stopped = await tx.run(
    `update launches set state = 'stopped', ended_at = decorum.now(), resuming_at = null
     where id = $1 and state in ('enrolling', 'running', 'paused')`,
    [launchId],
  );
  if (stopped === 0) return false;
  await stopSending(tx, launchId, 'pause', 'launch_stopped', byUser);
  await settleNext(tx, launchId);
  return true;
}

/**
 * One of the three, and all that follows from it. What another one left to be done comes first: who pauses a launch that is being resumed
 * pauses it as a whole. If this process dies half-way the launch's workflow does the rest.
 */
export async function steer<Result>(
  db: Database,
  tenantId: string,
  launchId: string,
  act: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const settle = async () => {
    while (await db.inTenant(tenantId, (tx) => settleNext(tx, launchId)));
  };
  await settle();
  const result = await db.inTenant(tenantId, act);
  await settle();
  return result;
}

/** Does the next few hundred people's part of a pause, a resumption or a stop; answers whether more are left. */
export async function settleNext(tx: Tx, launchId: string): Promise<boolean> {
  const launch = await lockLaunch(tx, launchId);
  if (!launch) return false;
  const { state, pausedAt, resumingAt } = launch;
  let isLeft = false;
  if (state === 'stopped') isLeft = await stopNext(tx, launchId);
  else if (state === 'paused' && pausedAt && resumingAt) isLeft = await resumeNext(tx, launchId, { pausedAt, resumingAt });
  else if (state === 'paused') isLeft = await holdNext(tx, launchId);
  if (isLeft) await want(tx, [sequenceWork(tx.tenantId, launchId)]);
  return isLeft;
}

/** Whether everybody in the launch has what its last pause, resumption or stop means for them. */
export async function isSettled(tx: Tx, launchId: string): Promise<boolean> {
  const left = await tx.rows(
    `select from launches l where l.id = $1 and (
       l.resuming_at is not null
       or (l.state = 'paused' and exists (select from sends where launch_id = $1 and state = 'planned'))
       or (l.state = 'stopped' and exists (select from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused'))))`,
    [launchId],
  );
  return left.length === 0;
}

/** Held, so that a long queue of a paused launch does not stand in front of the mailbox's other work. */
async function holdNext(tx: Tx, launchId: string): Promise<boolean> {
  const held = await tx.run(
    `update sends set state = 'held', because = 'paused'
     where id in (select id from sends where launch_id = $1 and state = 'planned' order by id limit ${page} for update)`,
    [launchId],
  );
  return held === page;
}

/** The next cohort's dates; with the last one the launch runs again. */
async function resumeNext(
  tx: Tx,
  launchId: string,
  { pausedAt, resumingAt }: { pausedAt: Date; resumingAt: Date },
): Promise<boolean> {
  const [next] = await tx.rows<{ cohort: number; isLast: boolean }>(
    `with ahead as (
       select distinct e.cohort from enrolments e join launches l on l.tenant_id = e.tenant_id and l.id = e.launch_id
       where l.id = $1 and e.state in ('waiting', 'queued', 'paused') and e.cohort > l.resumed_through)
     select min(cohort) as cohort, count(*) = 1 as "isLast" from ahead having count(*) > 0`,
    [launchId],
  );
  if (next) await moveDates(tx, launchId, { cohort: next.cohort, pausedAt, resumingAt });
  if (next && !next.isLast) return true;
  await tx.run(`delete from sending_stops where scope_id = $1 and kind = 'pause'`, [launchId]);
  await tx.run(
    `update launches set paused_at = null, resuming_at = null, resumed_through = 0, state = case when exists (
       select from launch_lists where launch_id = $1 and not done) then 'enrolling' else 'running' end where id = $1`,
    [launchId],
  );
  await want(tx, await workOf(tx, launchId));
  return false;
}

async function moveDates(
  tx: Tx,
  launchId: string,
  { cohort, pausedAt, resumingAt }: { cohort: number; pausedAt: Date; resumingAt: Date },
): Promise<void> {
  const values = [launchId, cohort, pausedAt, resumingAt];
  await tx.run(
    `update sends set state = 'planned', because = nullif(because, 'paused'), expires_at = null,
       due_at = greatest(due_at, $3) + ($4::timestamptz - $3::timestamptz)
     where id in (
       select s.id from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       where e.launch_id = $1 and e.cohort = $2 and e.state in ('waiting', 'queued', 'paused')
         and (s.state = 'planned' or (s.state = 'held' and s.because = 'paused')) order by s.id for update of s)`,
    values,
  );
  await tx.run(
    `update enrolments set next_at = greatest(next_at, $3) + ($4::timestamptz - $3::timestamptz)
     where launch_id = $1 and cohort = $2 and state = 'waiting'`,
    values,
  );
  // Whoever was paused meanwhile is so from now on, so that no hour counts for both pauses; at work then is due at once.
  await tx.run(
    `update enrolments set paused_at = $4, next_at = greatest(nullif(next_at, paused_at), $3) + ($4::timestamptz - $3::timestamptz)
     where launch_id = $1 and cohort = $2 and state = 'paused' and paused_at >= $3`,
    values,
  );
  await tx.run(`update launches set resumed_through = $2 where id = $1`, [launchId, cohort]);
}

async function stopNext(tx: Tx, launchId: string): Promise<boolean> {
  const people = await tx.rows<{ id: string }>(
    `select id from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused') order by id limit ${page}`,
    [launchId],
  );
  const ids = people.map(({ id }) => id);
  const isLast = ids.length < page;
  await tx.run(
    `update sends set state = 'cancelled', because = 'launch_stopped'
     where id in (select id from sends where launch_id = $1 and ($3 or enrolment_id = any($2)) and state in ('planned', 'held', 'claimed')
                  order by id for update)`,
    [launchId, ids, isLast],
  );
  await tx.run(
    `with people as (select id from enrolments where id = any($1) and state in ('waiting', 'queued', 'paused') order by id for update),
          stopped as (
            update enrolments set state = 'stopped', because = 'launch_stopped', next_at = null, paused_at = null, resume_at = null, ended_at = decorum.now()
            where id in (select id from people) returning id, step)
     insert into enrolment_events (tenant_id, enrolment_id, kind, step, because, by_user)
     select decorum.tenant(), id, 'stop', step, 'launch_stopped', (select by_user from sending_stops where scope_id = $2 and kind = 'pause')
     from stopped`,
    [ids, launchId],
  );
  await tx.run(
    `update tasks set state = 'cancelled', done_at = decorum.now() where state in ('open', 'not_cleared') and kind in ('manual', 'call')
     and enrolment_id in (select id from enrolments where launch_id = $1 and ($3 or id = any($2)))`,
    [launchId, ids, isLast],
  );
  if (isLast) await want(tx, await workOf(tx, launchId));
  return !isLast;
}
