import type { EnrolmentEvent } from '../../domain/enrolment.ts';
import { applyEvents, type NextOpening } from '../enrolments.ts';
import { fullMailboxes, heldBy } from '../timeline.ts';
import type { Tx } from '../transaction.ts';

/** A cohort of the copy and when the first of its people is due. */
export interface CohortDue {
  launchId: string;
  cohort: number;
  at: Date;
}

/** Whether the tenant is a rehearsal, where nothing may leave. */
export async function isRehearsal(tx: Tx): Promise<boolean> {
  return (await tx.row<{ is: boolean }>(`select decorum.is_rehearsal(decorum.tenant()) as is`)).is;
}

/** The copy's instant. It stands still; null: there is no copy (any more). */
export async function copyNow(tx: Tx): Promise<Date | null> {
  const [copy] = await tx.rows<{ at: Date }>(
    `select clock_legal_from as at from tenants where id = decorum.tenant() and kind = 'rehearsal'`,
  );
  return copy?.at ?? null;
}

/** Sets the copy's clock forward. */
export async function jumpTo(tx: Tx, at: Date): Promise<void> {
  await tx.run(
    `update tenants set clock_legal_from = greatest(clock_legal_from, $1) where id = decorum.tenant() and kind = 'rehearsal'`,
    [at],
  );
}

/** Nobody else works on the copy: what a turn that died left at its wire is planned again. */
export async function takeUpAgain(tx: Tx): Promise<void> {
  await tx.run(
    `update sends set state = 'planned', claim_id = null, wire_until = null, handed_at = null where state in ('claimed', 'handing')`,
  );
}

/** Of every launch that runs: what its cohorts' workflows would sleep until. */
export function cohortsDue(tx: Tx): Promise<CohortDue[]> {
  return tx.rows<CohortDue>(
    `select e.launch_id as "launchId", e.cohort, 
       date_trunc('milliseconds', min(case e.state when 'waiting' then e.next_at else e.resume_at end) + interval '999 microseconds') as at -- no less
     from enrolments e join launches l on l.tenant_id = e.tenant_id and l.id = e.launch_id
     where (e.state = 'waiting' or e.state = 'paused' and e.resume_at is not null) and l.state in ('enrolling', 'running')
     group by 1, 2 order by 1, 2`,
  );
}

/** Whether anybody in the launch is still to be written to, or to be called. */
export async function isUnderWay(tx: Tx, launchId: string): Promise<boolean> {
  const { open } = await tx.row<{ open: boolean }>(
    `select exists (select from enrolments where launch_id = $1 and state in ('waiting', 'queued', 'paused')) as open`,
    [launchId],
  );
  return open;
}

/**
 * Does what people would do, as far as anybody can say: a task is done when it is due, and nobody picks up a call. Nobody answers,
 * nobody opts out.
 */
export async function finishDueTasks(tx: Tx, nextOpening: NextOpening): Promise<number> {
  const tasks = await tx.rows<{ enrolmentId: string; step: number; kind: 'manual' | 'call' }>(
    `update tasks set state = 'done', outcome = case kind when 'call' then 'no_answer' else 'done' end, done_at = decorum.now()
     where state in ('open', 'not_cleared') and kind in ('manual', 'call') and due_at <= decorum.now() and step is not null
     returning enrolment_id as "enrolmentId", step, kind`,
  );
  await applyEvents(
    tx,
    tasks.map(({ enrolmentId, step, kind }) => {
      const event: EnrolmentEvent = { kind: 'outcome', step, outcome: kind === 'call' ? 'no_answer' : 'done' };
      return { enrolmentId, event };
    }),
    nextOpening,
  );
  return tasks.length;
}

/** Notes who waits now, and for which rule: asked at the end of each day that has no room for everybody. */
export async function noteWaiting(tx: Tx, rehearsalId: string, launchId: string): Promise<void> {
  await tx.run(
    `with ${fullMailboxes}
     insert into rehearsed_holds (tenant_id, rehearsal_id, contact_id, step, standing, because, mailbox_id, owner_id, company_key, since_at)
     select s.tenant_id, $1::uuid, s.contact_id, s.step, 'waits', ${heldBy}, s.mailbox_id, m.owner_id, s.company_key, decorum.now()
     from sends s
     join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
     join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id
     left join full_mailbox f on f.id = m.id
     where s.launch_id = $2 and s.state = 'planned' and exists (select from contacts c where c.id = s.contact_id)
     on conflict do nothing`,
    [rehearsalId, launchId],
  );
}
