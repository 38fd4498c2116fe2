import type { Tx } from './transaction.ts';

export type TaskQueue = 'legal' | 'outreach' | 'mail' | 'bulk';

/** A workflow that has work: one open row in the outbox. Arguments are ids only. */
export interface Wish {
  workflowId: string;
  workflowType: string;
  taskQueue: TaskQueue;
  args: readonly (string | number)[];
}

/**
 * Wants a workflow started or, when it runs, woken; commits with the fact that gives it work. The dispatcher delivers.
 * A workflow that has not yet looked since the last wish is not woken twice.
 */
export async function want(tx: Tx, wishes: readonly Wish[]): Promise<void> {
  if (wishes.length === 0) return;
  // Each once, in id order, so that two transactions that wake the same workflows cannot wait for each other.
  const ordered = [...new Map(wishes.map((wish) => [wish.workflowId, wish])).values()].sort((a, b) =>
    a.workflowId < b.workflowId ? -1 : 1,
  );
  await tx.run(
    `insert into outbox (tenant_id, workflow_id, workflow_type, task_queue, args)
     select decorum.tenant(), w."workflowId", w."workflowType", w."taskQueue", w.args
     from jsonb_to_recordset($1::jsonb) as w("workflowId" text, "workflowType" text, "taskQueue" text, args jsonb)
     on conflict (tenant_id, workflow_id) do update
       set wanted = true, delivered_at = null, state = 'open', closed_at = null,
           opened_at = case when outbox.state = 'closed' then clock_timestamp() else outbox.opened_at end
       where not outbox.wanted or outbox.state = 'closed'`,
    [JSON.stringify(ordered)],
  );
}

/** A workflow that has something to do at `at`, a legal instant. */
export interface Appointment {
  workflowId: string;
  at: Date;
}

/**
 * Wakes workflows that would sleep past their appointment; one that wakes earlier by itself is left asleep. Its row is locked all the same
 * until the caller commits: a look that began meanwhile would not see the appointment, and sleep past it. The lock shuts out looks only.
 */
export async function wakeBefore(tx: Tx, appointments: readonly Appointment[]): Promise<void> {
  if (appointments.length === 0) return;
  const ids = appointments.map(({ workflowId }) => workflowId);
  await tx.run(`select from outbox where workflow_id = any($1) order by workflow_id for key share`, [ids]);
  await tx.run(
    `update outbox set wanted = true, delivered_at = null
     where workflow_id in (select o.workflow_id from outbox o join jsonb_to_recordset($1::jsonb) as a("workflowId" text, at timestamptz) on a."workflowId" = o.workflow_id
                           where o.state = 'open' and not o.wanted and (o.sleeps_until is null or o.sleeps_until > a.at)
                           order by o.workflow_id for no key update of o)`,
    [JSON.stringify(appointments)],
  );
}

/** First act of a look at the record: what is written from now on wakes the workflow again. Waits for whoever is writing an appointment. */
export async function beginLook(tx: Tx, workflowId: string): Promise<void> {
  await tx.run(`select from outbox where workflow_id = $1 for update`, [workflowId]);
  await tx.run(`update outbox set wanted = false, sleeps_until = null where workflow_id = $1`, [workflowId]);
}

/** Last act of a look: until when the workflow sleeps when nothing wakes it. */
export async function endLook(tx: Tx, workflowId: string, sleepsUntil: Date | null): Promise<void> {
  await tx.run(`update outbox set sleeps_until = $2 where workflow_id = $1`, [workflowId, sleepsUntil]);
}

/**
 * Ends the workflow's row; false when somebody gave it new work since it looked, so that it must look again. True also when it has ended
 * already: an activity whose answer was lost is run once more.
 */
export async function closeWork(tx: Tx, workflowId: string): Promise<boolean> {
  const closed = await tx.run(
    `update outbox set state = 'closed', closed_at = coalesce(closed_at, clock_timestamp()) where workflow_id = $1 and not wanted`,
    [workflowId],
  );
  return closed > 0;
}
