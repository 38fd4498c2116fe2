import type { Tx } from './transaction.ts';

export const taskKinds = ['manual', 'call', 'reply', 'forward_failed', 'unknown_outcome', 'soft_bounces'] as const;
export const taskStates = ['open', 'not_cleared', 'done', 'cancelled'] as const;

/** Something for a user to do, with what one must know to do it. */
export interface ShownTask {
  id: string;
  kind: (typeof taskKinds)[number];
  state: (typeof taskStates)[number];
  ownerId: string;
  outcome: string | null;
  note: string;
  dueAt: Date;
  dueKey: string;
  createdAt: Date;
  doneAt: Date | null;
  contactId: string;
  contactName: string | null;
  contactEmail: string | null;
  contactPhone: string | null;
  company: string | null;
  enrolmentId: string;
  launchId: string;
  sequenceName: string;
  /** Of the sequence's step, as the launch has it. */
  step: { id: string; kind: string; title?: string; instructions?: string; subject?: string } | null;
  /** What came in, of a task that it made. */
  inbound: { kind: string; subject: string; body: string; receivedAt: string } | null;
}

const columns = `t.id, t.kind, t.state, t.owner_id as "ownerId", t.outcome, t.note, t.due_at as "dueAt", t.due_at::text as "dueKey",
  t.created_at as "createdAt", t.done_at as "doneAt", t.contact_id as "contactId",
  nullif(trim(c.first_name || ' ' || c.last_name), '') as "contactName", c.email as "contactEmail", c.phone as "contactPhone",
  nullif(c.company_name, '') as company, t.enrolment_id as "enrolmentId", e.launch_id as "launchId", q.name as "sequenceName",
  v.definition -> 'steps' -> t.step as step,
  case when i.id is not null then jsonb_build_object('kind', i.kind, 'subject', i.subject, 'body', i.body, 'receivedAt', i.received_at) end as inbound`;
const from = `tasks t
  join enrolments e on e.tenant_id = t.tenant_id and e.id = t.enrolment_id
  join sequences q on q.tenant_id = e.tenant_id and q.id = e.sequence_id
  join sequence_versions v on v.tenant_id = e.tenant_id and v.sequence_id = e.sequence_id and v.version = e.version
  left join contacts c on c.tenant_id = t.tenant_id and c.id = t.contact_id
  left join inbound_messages i on i.tenant_id = t.tenant_id and i.id = t.inbound_id`;

/** What is due first comes first; `ownerId` null: everybody's. Calls to listed numbers are no work any more, before their task is closed. */
export async function listTasks(
  tx: Tx,
  filter: { ownerId: string | null; states: readonly ShownTask['state'][]; kind: ShownTask['kind'] | null },
  page: { after: string[] | undefined; rows: number },
): Promise<ShownTask[]> {
  return tx.rows<ShownTask>(
    `select ${columns} from ${from}
     where ($1::uuid is null or t.owner_id = $1) and t.state = any($2) and ($3::text is null or t.kind = $3)
       and not (t.kind = 'call' and t.state in ('open', 'not_cleared') and exists (select from do_not_call d where d.number_hash = t.number_hash))
       and ($4::timestamptz is null or (t.due_at, t.id) > ($4, $5::uuid))
     order by t.due_at, t.id limit $6`,
    [filter.ownerId, filter.states, filter.kind, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findTask(tx: Tx, taskId: string): Promise<ShownTask | undefined> {
  const [task] = await tx.rows<ShownTask>(`select ${columns} from ${from} where t.id = $1`, [taskId]);
  return task;
}
