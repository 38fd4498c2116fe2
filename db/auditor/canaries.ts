import type { Database } from '../transaction.ts';

export interface DueCanary {
  tenantId: string;
  /** UTC. */
  day: string;
}

/** Workspaces whose synthetic opt-out of the day has not been answered yet, those never asked first. */
export function dueCanaries(watcher: Database, most: number): Promise<DueCanary[]> {
  return watcher.lookUp<DueCanary>(
    `select t.id as "tenantId", d.day from (select (clock_timestamp() at time zone 'UTC')::date as day) d, tenants t
     left join auditor_canaries c on c.tenant_id = t.id and c.day = (clock_timestamp() at time zone 'UTC')::date
     where t.kind in ('real', 'demo') and c.answered_at is null
       and not exists (select from account_deletions d where d.tenant_id = t.id and d.state <> 'cancelled')
     order by c.asked_at nulls first, t.id limit $1`,
    [most],
  );
}

/** Writes down that it is asked for, before it is: a process that dies in between leaves a request without an answer. */
export async function noteAsked(watcher: Database, { tenantId, day }: DueCanary, subjectHash: Buffer): Promise<void> {
  await watcher.lookUp(
    `insert into auditor_canaries (tenant_id, day, subject_hash) values ($1, $2, $3) on conflict (tenant_id, day) do nothing`,
    [tenantId, day, subjectHash],
  );
}

/** `answer`: the status, or why there was none. Only 200 says that the opt-out is in force. */
export async function noteAnswer(watcher: Database, { tenantId, day }: DueCanary, answer: string): Promise<void> {
  await watcher.lookUp(
    `update auditor_canaries set answer = $3, answered_at = case when $3 = '200' then clock_timestamp() end where tenant_id = $1 and day = $2`,
    [tenantId, day, answer],
  );
}

/** Marks those whose suppression is in force as the gate at the wire asks for it (db/wire.ts), whose batch was answered and whose promise is kept, all three read from the record. */
export async function noteHonoured(watcher: Database): Promise<number> {
  const honoured = await watcher.lookUp(
    `update auditor_canaries c set honoured_at = clock_timestamp()
     where c.answered_at is not null and c.honoured_at is null and exists (
       select from suppressions x
       join suppression_batches b on b.tenant_id = x.tenant_id and b.id = x.batch_id and b.answered_at is not null
       join obligations o on o.tenant_id = b.tenant_id and o.subject_id = b.id and o.kind = 'suppression.honoured' and o.state = 'met'
       where x.tenant_id = c.tenant_id and x.subject_hash = c.subject_hash and x.channel in ('email', 'all') and x.scope_id = c.tenant_id)
     returning c.tenant_id`,
    [],
  );
  return honoured.length;
}
