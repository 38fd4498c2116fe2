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
  /** Of a paused launch that is being taken up again: when its pause ends. */
  resumingAt: Date | null;
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
    `select l.id, l.sequence_id as "sequenceId", l.version, l.state, l.re_enter as "reEnter", l.paused_at as "pausedAt", l.resuming_at as "resumingAt", v.definition
     from launches l join sequence_versions v using (tenant_id, sequence_id, version)
     where l.id = $1 for ${lock} of l`,
    [launchId],
  );
  return launch ?? null;
}

/** From the newest entries of the index: the oldest are of people who have ended. */
const openPeople = `select from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused') order by launch_id desc, cohort desc`;

export async function isAnybodyOpen(tx: Tx, launchId: string): Promise<boolean> {
  return (await tx.rows(`${openPeople} limit 1`, [launchId])).length > 0;
}

/** Marks the end when nobody in the launch is open and no list is left to enrol; false otherwise. */
export async function finishLaunch(tx: Tx, launchId: string): Promise<boolean> {
  const finished = await tx.run(
    `update launches set state = 'finished', ended_at = decorum.now()
     where id = $1 and state = 'running'
       and not exists (${openPeople})
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
     on conflict (tenant_id, scope_id, kind) do update set because = excluded.because, by_user = excluded.by_user`,
    [scopeId, kind, because, byUser],
  );
}

/** Every workflow that works on the launch. */
export async function workOf(tx: Tx, launchId: string): Promise<Wish[]> {
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
