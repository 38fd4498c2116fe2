import type { NewLaunch } from '../launches.ts';
import { closeWork, want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { rehearsalWork } from '../workflowIds.ts';

export const rehearsalStates = ['copying', 'playing', 'done', 'cancelled'] as const;

/** A launch that is played through before it is launched, and what came of it. */
export interface Rehearsal extends Omit<NewLaunch, 'requestKey' | 'listIds' | 'mailboxIds'> {
  id: string;
  listIds: string[];
  mailboxIds: string[];
  copyId: string;
  sequenceName: string;
  weeks: number;
  state: (typeof rehearsalStates)[number];
  cancelAsked: boolean;
  launchId: string | null;
  fromAt: Date;
  /** Where its weeks end. */
  untilAt: Date;
  reachedAt: Date | null;
  people: number;
  messages: number;
  tasks: number;
  blocked: number;
  unfinished: number;
  createdAt: Date;
  createdKey: string;
  endedAt: Date | null;
}

const columns = `r.id, r.copy_id as "copyId", r.sequence_id as "sequenceId", q.name as "sequenceName", r.version, r.list_ids as "listIds",
  r.mailbox_ids as "mailboxIds", r.re_enter as "reEnter", r.weeks, r.state, r.cancel_asked as "cancelAsked", r.launch_id as "launchId",
  r.from_at as "fromAt", r.from_at + make_interval(weeks => r.weeks) as "untilAt", r.reached_at as "reachedAt", r.people, r.messages,
  r.tasks, r.blocked, r.unfinished, r.created_by as "createdBy", r.created_at as "createdAt", r.created_at::text as "createdKey",
  r.ended_at as "endedAt"`;
const joined = `rehearsals r join sequences q on q.tenant_id = r.tenant_id and q.id = r.sequence_id`;

/** Wants a rehearsal; null when the user has one that still plays. */
export async function beginRehearsal(tx: Tx, plan: Omit<NewLaunch, 'requestKey'> & { weeks: number }): Promise<string | null> {
  const [begun] = await tx.rows<{ id: string }>(
    // Its copy has the same id, so that it is found and erased also when this row has gone with its sequence.
    `insert into rehearsals (tenant_id, id, copy_id, sequence_id, version, list_ids, mailbox_ids, re_enter, weeks, created_by)
     select decorum.tenant(), new.id, new.id, $1, $2, $3, $4, $5, $6, $7 from (select gen_random_uuid() as id) as new
     on conflict (tenant_id, created_by) where state in ('copying', 'playing') do nothing returning id`,
    [plan.sequenceId, plan.version, plan.listIds, plan.mailboxIds, plan.reEnter, plan.weeks, plan.createdBy],
  );
  if (!begun) return null;
  await want(tx, [rehearsalWork(tx.tenantId, begun.id)]);
  return begun.id;
}

export async function findRehearsal(tx: Tx, rehearsalId: string): Promise<Rehearsal | undefined> {
  const [rehearsal] = await tx.rows<Rehearsal>(`select ${columns} from ${joined} where r.id = $1`, [rehearsalId]);
  return rehearsal;
}

/** Newest first. */
export function listRehearsals(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<Rehearsal[]> {
  return tx.rows<Rehearsal>(
    `select ${columns} from ${joined} where $1::timestamptz is null or (r.created_at, r.id) < ($1, $2::uuid)
     order by r.created_at desc, r.id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** Asks it to end where it is; false when it has ended. */
export async function cancelRehearsal(tx: Tx, rehearsalId: string): Promise<boolean> {
  const asked = await tx.run(`update rehearsals set cancel_asked = true where id = $1 and state in ('copying', 'playing')`, [
    rehearsalId,
  ]);
  return asked > 0;
}

/** Those that play with a person in their copy; one that is being copied may have anybody. */
export async function rehearsalsWith(tx: Tx, contactId: string): Promise<string[]> {
  const playing = await tx.rows<{ id: string; copyId: string; isWhole: boolean }>(
    `select id, copy_id as "copyId", state = 'playing' as "isWhole" from rehearsals where state in ('copying', 'playing') order by id`,
  );
  const found: string[] = [];
  for (const { id, copyId, isWhole } of playing) {
    await tx.run(`select set_config('decorum.tenant', $1, true)`, [copyId]); // as eraseCopy looks behind that wall
    const inCopy = await tx.rows(`select from contacts where id = $1`, [contactId]);
    await tx.run(`select set_config('decorum.tenant', $1, true)`, [tx.tenantId]);
    if (!isWhole || inCopy.length > 0) found.push(id);
  }
  return found;
}

/** Forgets what came of one that has ended; false when it plays. */
export async function forgetRehearsal(tx: Tx, rehearsalId: string): Promise<boolean> {
  return (await tx.run(`delete from rehearsals where id = $1 and state in ('done', 'cancelled')`, [rehearsalId])) > 0;
}

/** How far it has come. */
export async function noteReached(tx: Tx, rehearsalId: string, reachedAt: Date): Promise<void> {
  await tx.run(`update rehearsals set reached_at = greatest(reached_at, $2) where id = $1 and state = 'playing'`, [
    rehearsalId,
    reachedAt,
  ]);
}

/** The copy is gone: says so, and closes the row of work. */
export async function endRehearsal(tx: Tx, rehearsalId: string): Promise<void> {
  await tx.run(
    `update rehearsals set state = case when cancel_asked then 'cancelled' else 'done' end, ended_at = decorum.now()
     where id = $1 and state in ('copying', 'playing')`,
    [rehearsalId],
  );
  const { workflowId } = rehearsalWork(tx.tenantId, rehearsalId);
  await tx.run(`update outbox set wanted = false where workflow_id = $1`, [workflowId]);
  await closeWork(tx, workflowId);
}
