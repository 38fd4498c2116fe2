import type { Definition } from '../domain/sequence.ts';
import { type Wish, want } from './outbox.ts';
import type { Tx } from './transaction.ts';
import { mailboxWork, sequenceWork } from './workflowIds.ts';

export type LaunchState = 'enrolling' | 'running' | 'paused' | 'stopped' | 'finished';

export interface NewLaunch {
  sequenceId: string;
  version: number;
  listIds: readonly string[];
  mailboxIds: readonly string[];
  /** The same key launches once, at once or a week later. */
  requestKey: string;
  reEnter: 'once' | 'if_not_active' | 'any_time';
  createdBy: string;
}

export interface Launch {
  id: string;
  sequenceId: string;
  version: number;
  state: LaunchState;
  definition: Definition;
  reEnter: NewLaunch['reEnter'];
  pausedAt: Date | null;
}

/** Makes the launch, or answers the one that the same request made before. */
export async function createLaunch(tx: Tx, launch: NewLaunch): Promise<{ id: string; isNew: boolean }> {
  const [made] = await tx.rows<{ id: string }>(
    `insert into launches (tenant_id, sequence_id, version, request_key, re_enter, created_by)
     values (decorum.tenant(), $1, $2, $3, $4, $5)
     on conflict (tenant_id, request_key) do nothing returning id`,
    [launch.sequenceId, launch.version, launch.requestKey, launch.reEnter, launch.createdBy],
  );
  if (!made) {
    const { id } = await tx.row<{ id: string }>(`select id from launches where request_key = $1`, [launch.requestKey]);
    return { id, isNew: false };
  }
  await tx.run(
    `insert into launch_mailboxes (tenant_id, launch_id, mailbox_id) select decorum.tenant(), $1, unnest($2::uuid[]) on conflict do nothing`,
    [made.id, launch.mailboxIds],
  );
  await addLists(tx, made.id, launch.listIds);
  return { id: made.id, isNew: true };
}

/** Adds lists to a launch, or takes a list up again for the people who joined it since. */
export async function addLists(tx: Tx, launchId: string, listIds: readonly string[]): Promise<void> {
  await tx.run(
    `insert into launch_lists (tenant_id, launch_id, list_id) select distinct decorum.tenant(), $1::uuid, unnest($2::uuid[])
     on conflict (tenant_id, launch_id, list_id) do update set done = false, enrolled_through = null`,
    [launchId, listIds],
  );
  await tx.run(`update launches set state = 'enrolling', ended_at = null where id = $1 and state in ('running', 'finished')`, [
    launchId,
  ]);
  await want(tx, [sequenceWork(tx.tenantId, launchId)]);
}

/** The launch with the words that it runs, its state locked until the transaction ends; `share` lets other readers in. */
export async function lockLaunch(tx: Tx, launchId: string, lock: 'update' | 'share' = 'update'): Promise<Launch | null> {
  const [launch] = await tx.rows<Launch>(
    `select l.id, l.sequence_id as "sequenceId", l.version, l.state, l.re_enter as "reEnter", l.paused_at as "pausedAt", v.definition
     from launches l join sequence_versions v using (tenant_id, sequence_id, version)
     where l.id = $1 for ${lock} of l`,
    [launchId],
  );
  return launch ?? null;
}

/** Stops everything of the launch up to the wire; people keep their place and remaining delay. False when it was not running. */
export async function pauseLaunch(tx: Tx, launchId: string, byUser: string | null): Promise<boolean> {
  const paused = await tx.run(
    `update launches set state = 'paused', paused_at = decorum.now() where id = $1 and state in ('enrolling', 'running')`,
    [launchId],
  );
  if (paused === 0) return false;
  await stopSending(tx, launchId, 'pause', 'launch_paused', byUser);
  // Held, so that a long queue of a paused launch does not stand in front of the mailbox's other work.
  await tx.run(`update sends set state = 'held', because = 'paused' where launch_id = $1 and state = 'planned'`, [launchId]);
  return true;
}

/** Goes on where it was paused: every date moves by the length of the pause, and nothing counts as late because of it. */
export async function resumeLaunch(tx: Tx, launchId: string): Promise<boolean> {
  const launch = await lockLaunch(tx, launchId);
  if (launch?.state !== 'paused') return false;
  await tx.run(`delete from sending_stops where scope_id = $1 and kind = 'pause'`, [launchId]);
  await tx.run(
    `update enrolments set next_at = greatest(next_at, $2) + (decorum.now() - $2) where launch_id = $1 and state = 'waiting'`,
    [launchId, launch.pausedAt],
  );
  // Whoever was paused meanwhile is so from now on, so that no hour counts for both pauses; at work then is due at once.
  await tx.run(
    `update enrolments set paused_at = decorum.now(), next_at = greatest(nullif(next_at, paused_at), $2) + (decorum.now() - $2)
     where launch_id = $1 and state = 'paused' and paused_at >= $2`,
    [launchId, launch.pausedAt],
  );
  await tx.run(
    `update sends set state = 'planned', because = nullif(because, 'paused'), expires_at = null,
       due_at = greatest(due_at, $2) + (decorum.now() - $2)
     where launch_id = $1 and (state = 'planned' or (state = 'held' and because = 'paused'))`,
    [launchId, launch.pausedAt],
  );
  await tx.run(
    `update launches set paused_at = null, state = case when exists (
       select from launch_lists where launch_id = $1 and not done) then 'enrolling' else 'running' end where id = $1`,
    [launchId],
  );
  await want(tx, await workOf(tx, launchId));
  return true;
}

/** Ends the launch for good: what is planned is cancelled, everybody in it is stopped. */
export async function stopLaunch(tx: Tx, launchId: string, byUser: string | null): Promise<boolean> {
  const stopped = await tx.run(
    `update launches set state = 'stopped', ended_at = decorum.now() where id = $1 and state in ('enrolling', 'running', 'paused')`,
    [launchId],
  );
  if (stopped === 0) return false;
  await stopSending(tx, launchId, 'pause', 'launch_stopped', byUser);
  await tx.run(
    `update sends set state = 'cancelled', because = 'launch_stopped'
     where id in (select id from sends where launch_id = $1 and state in ('planned', 'held', 'claimed') order by id for update)`,
    [launchId],
  );
  await tx.run(
    `with people as (select id from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused') order by id for update),
          stopped as (
            update enrolments set state = 'stopped', because = 'launch_stopped', next_at = null, paused_at = null, resume_at = null, ended_at = decorum.now()
            where id in (select id from people) returning id, step)
     insert into enrolment_events (tenant_id, enrolment_id, kind, step, because, by_user)
     select decorum.tenant(), id, 'stop', step, 'launch_stopped', $2 from stopped`,
    [launchId, byUser],
  );
  await tx.run(
    `update tasks set state = 'cancelled', done_at = decorum.now() where state in ('open', 'not_cleared') and kind in ('manual', 'call')
     and enrolment_id in (select id from enrolments where launch_id = $1)`,
    [launchId],
  );
  await want(tx, await workOf(tx, launchId));
  return true;
}

/** Marks the end when nobody in the launch is open and no list is left to enrol; false otherwise. */
export async function finishLaunch(tx: Tx, launchId: string): Promise<boolean> {
  const finished = await tx.run(
    `update launches set state = 'finished', ended_at = decorum.now()
     where id = $1 and state = 'running'
       and not exists (select from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused'))
       and not exists (select from launch_lists where launch_id = $1 and not done)`,
    [launchId],
  );
  return finished > 0;
}

/** A stop that the claim and the wire gate obey from its commit on. `scopeId`: the tenant, a mailbox, launch, enrolment or contact. */
export async function stopSending(
  tx: Tx,
  scopeId: string,
  kind: 'pause' | 'freeze' | 'hold',
  because: string,
  byUser: string | null,
): Promise<void> {
  await tx.run(
    `insert into sending_stops (tenant_id, scope_id, kind, because, by_user) values (decorum.tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, scope_id, kind) do update set because = excluded.because`,
    [scopeId, kind, because, byUser],
  );
}

/** Every workflow that works on the launch. */
async function workOf(tx: Tx, launchId: string): Promise<Wish[]> {
  const cohorts = await tx.rows<Wish>(
    `select workflow_id as "workflowId", workflow_type as "workflowType", task_queue as "taskQueue", args
     from outbox where workflow_id like 'cohort/' || decorum.tenant() || '/' || $1 || '/%' and state = 'open'`,
    [launchId],
  );
  const mailboxes = await tx.rows<{ id: string }>(`select mailbox_id as id from launch_mailboxes where launch_id = $1`, [
    launchId,
  ]);
  return [sequenceWork(tx.tenantId, launchId), ...cohorts, ...mailboxes.map(({ id }) => mailboxWork(tx.tenantId, id))];
}
