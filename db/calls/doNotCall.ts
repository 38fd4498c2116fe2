import { applyEvents, type NextOpening } from '../enrolments.ts';
import { closeObligation, openObligation } from '../obligation.ts';
import { closeWork, want } from '../outbox.ts';
import type { Database, Tx } from '../transaction.ts';
import { doNotCallWork } from '../workflowIds.ts';

export type DoNotCallBasis = 'disposition' | 'email' | 'form' | 'api' | 'import';

export interface DoNotCall {
  /** Keyed hashes of numbers in E.164. */
  hashes: readonly Buffer[];
  basis: DoNotCallBasis;
  byUser?: string | undefined;
  deadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> };
}

/** Numbers of one statement, as of a suppression. */
const writtenAtOnce = 2_000;
/** Tasks of one transaction. */
const page = 500;

/** Puts numbers on the internal list, and returns when nobody in the tenant is cleared to call them any more and their tasks are closed. */
export async function refuseCalls(
  db: Database,
  tenantId: string,
  request: DoNotCall,
  nextOpening: NextOpening,
): Promise<{ requestId: string; closedTasks: number }> {
  const requestId = await db.inTenant(tenantId, (tx) => writeDoNotCall(tx, request));
  return { requestId, closedTasks: await honourDoNotCall(db, tenantId, requestId, nextOpening) };
}

/**
 * Writes the numbers. From its commit on every clearance and every dialling is refused: both look at the list behind their own commit. The
 * one row of work, however many numbers, is for whoever writes and then dies: its workflow does the second half.
 */
export async function writeDoNotCall(tx: Tx, request: DoNotCall): Promise<string> {
  const { id, askedAt } = await tx.row<{ id: string; askedAt: Date }>(
    `insert into do_not_call_requests (tenant_id, basis, numbers, by_user) values (decorum.tenant(), $1, $2, $3) returning id, asked_at as "askedAt"`,
    [request.basis, request.hashes.length, request.byUser ?? null],
  );
  for (let at = 0; at < request.hashes.length; at += writtenAtOnce) {
    await tx.run(
      `insert into do_not_call (tenant_id, number_hash, request_id) select decorum.tenant(), hash, $2 from unnest($1::bytea[]) as n(hash) order by hash
       on conflict do nothing`,
      [request.hashes.slice(at, at + writtenAtOnce), id],
    );
  }
  const { dueAt, basis } = request.deadline(askedAt);
  await openObligation(tx, {
    kind: 'do_not_call.honoured',
    subjectKind: 'do_not_call_request',
    subjectId: id,
    basis,
    startedAt: askedAt,
    dueAt,
    workflowId: doNotCallWork(tx.tenantId, id).workflowId,
  });
  await want(tx, [doNotCallWork(tx.tenantId, id)]);
  return id;
}

/**
 * The second half, after the commit: takes back what has been cleared and closes the tasks; the people go on with their next step. The
 * row lock on a clearance decides against a dialling that ends at the same instant. Queues leave listed numbers out by themselves. Safe to repeat, and
 * beside itself. Answers how many tasks it closed.
 */
export async function honourDoNotCall(
  db: Database,
  tenantId: string,
  requestId: string,
  nextOpening: NextOpening,
): Promise<number> {
  const withdrawn = await db.inTenant(tenantId, (tx) =>
    tx.run(
      `update clearances set state = 'withdrawn', because = 'do_not_call_request'
       where id in (select c.id from clearances c join do_not_call d on d.number_hash = c.number_hash
                    where c.state in ('cleared', 'dialling') and d.request_id = $1 order by c.id for update of c)`,
      [requestId],
    ),
  );
  let closed = 0;
  for (let more = true; more; ) {
    const tasks = await db.inTenant(tenantId, (tx) => closeListed(tx, nextOpening));
    closed += tasks;
    more = tasks === page;
  }
  await db.inTenant(tenantId, async (tx) => {
    await tx.run(
      `update do_not_call_requests set closed_tasks = closed_tasks + $2, withdrawn_clearances = withdrawn_clearances + $3,
         answered_at = coalesce(answered_at, decorum.now()) where id = $1`,
      [requestId, closed, withdrawn],
    );
    await closeObligation(tx, 'do_not_call.honoured', requestId, { closedTasks: closed, withdrawnClearances: withdrawn });
    const { workflowId } = doNotCallWork(tenantId, requestId);
    await tx.run(`update outbox set wanted = false where workflow_id = $1`, [workflowId]);
    await closeWork(tx, workflowId);
  });
  return closed;
}

/** Closes open call tasks of numbers on the internal list, and leads their people past the step; some hundreds a call. */
export async function closeListed(tx: Tx, nextOpening: NextOpening): Promise<number> {
  const closed = await tx.rows<{ enrolmentId: string; step: number }>(
    `update tasks set state = 'cancelled', outcome = 'do_not_call', done_at = decorum.now()
     where id in (select t.id from tasks t join do_not_call d on d.number_hash = t.number_hash
                  where t.kind = 'call' and t.state in ('open', 'not_cleared') order by t.id limit ${page} for update of t)
     returning enrolment_id as "enrolmentId", step`,
  );
  await applyEvents(
    tx,
    closed.map(({ enrolmentId, step }) => ({ enrolmentId, event: { kind: 'outcome', step, outcome: 'do_not_call' } })),
    nextOpening,
  );
  return closed.length;
}
