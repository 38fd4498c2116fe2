import type { EnrolmentState } from '../domain/enrolment.ts';
import type { Definition } from '../domain/sequence.ts';
import type { LaunchState } from './launches.ts';
import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';

/** A launch as it is shown. */
export interface ShownLaunch {
  id: string;
  sequenceId: string;
  sequenceName: string;
  version: number;
  newestVersion: number;
  reEnter: 'once' | 'if_not_active' | 'any_time';
  state: LaunchState;
  createdBy: string;
  createdAt: Date;
  pausedAt: Date | null;
  endedAt: Date | null;
  people: Partial<Record<EnrolmentState, number>>;
}

const columns = `l.id, l.sequence_id as "sequenceId", q.name as "sequenceName", l.version, q.newest as "newestVersion", l.re_enter as "reEnter",
  l.state, l.created_by as "createdBy", l.created_at as "createdAt", l.paused_at as "pausedAt",
  l.ended_at as "endedAt",
  (select coalesce(jsonb_object_agg(state, n), '{}') from
    (select state, count(*) as n from enrolments e where e.launch_id = l.id group by state) as counts) as people`;

export const launchOrders = {
  launched: { by: 'l.created_at', as: 'timestamptz' },
  sequence: { by: 'lower(q.name)', as: 'text' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export async function listLaunches(
  tx: Tx,
  filter: { state: LaunchState | null; sequenceId: string | null; search: string; sort: Sort<keyof typeof launchOrders> },
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<ShownLaunch>[]> {
  const { key, after, orderBy } = keyset(launchOrders, filter.sort, 'l.id', ['$4', '$5']);
  return tx.rows<Sorted<ShownLaunch>>(
    `select ${columns}, ${key} from launches l join sequences q on q.tenant_id = l.tenant_id and q.id = l.sequence_id
     where ($1::text is null or l.state = $1) and ($2::uuid is null or l.sequence_id = $2) and ($3 = '' or strpos(lower(q.name), lower($3)) > 0)
       and ${after}
     ${orderBy} limit $6`,
    [filter.state, filter.sequenceId, filter.search, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function findLaunch(tx: Tx, launchId: string): Promise<ShownLaunch | undefined> {
  const [launch] = await tx.rows<ShownLaunch>(
    `select ${columns} from launches l join sequences q on q.tenant_id = l.tenant_id and q.id = l.sequence_id where l.id = $1`,
    [launchId],
  );
  return launch;
}

export interface LaunchProgress {
  definition: Definition;
  listIds: string[];
  /** Lists that are still being enrolled. */
  listsLeft: number;
  mailboxIds: string[];
  blocked: Record<string, number>;
  stopped: Record<string, number>;
  paused: Record<string, number>;
  sends: { step: number; state: string; because: string | null; count: number }[];
  tasks: { step: number; state: string; count: number }[];
  /** When the next step of anybody is due. */
  nextAt: Date | null;
}

/** Counted afresh at every reading: the rows are the record, there is no counter that could be wrong. */
export async function launchProgress(tx: Tx, launchId: string): Promise<LaunchProgress> {
  const because = (state: string) =>
    `(select coalesce(jsonb_object_agg(because, n), '{}') from (select coalesce(because, '') as because, count(*) as n
      from enrolments e where e.launch_id = l.id and e.state = '${state}' group by 1) as counts)`;
  const counted = await tx.row<Omit<LaunchProgress, 'sends' | 'tasks'>>(
    `select v.definition,
       array(select list_id from launch_lists x where x.launch_id = l.id order by 1) as "listIds",
       (select count(*) from launch_lists x where x.launch_id = l.id and not done) as "listsLeft",
       array(select mailbox_id from launch_mailboxes x where x.launch_id = l.id order by 1) as "mailboxIds",
       ${because('blocked')} as blocked, ${because('stopped')} as stopped, ${because('paused')} as paused,
       least((select min(next_at) from enrolments e where e.launch_id = l.id and e.state = 'waiting'),
             (select min(due_at) from sends s where s.launch_id = l.id and s.state = 'planned')) as "nextAt"
     from launches l join sequence_versions v using (tenant_id, sequence_id, version) where l.id = $1`,
    [launchId],
  );
  const sends = await tx.rows<LaunchProgress['sends'][number]>(
    `select step, state, because, count(*) as count from sends where launch_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
    [launchId],
  );
  const tasks = await tx.rows<LaunchProgress['tasks'][number]>(
    `select t.step, t.state, count(*) as count from tasks t join enrolments e on e.tenant_id = t.tenant_id and e.id = t.enrolment_id
     where e.launch_id = $1 and t.kind in ('manual', 'call') group by 1, 2 order by 1, 2`,
    [launchId],
  );
  return { ...counted, sends, tasks };
}

/** A person in a launch. */
export interface ShownPerson {
  enrolmentId: string;
  contactId: string;
  name: string | null;
  email: string | null;
  company: string | null;
  mailboxId: string;
  state: EnrolmentState;
  because: string | null;
  step: number;
  nextAt: Date | null;
  resumeAt: Date | null;
  lastSentAt: Date | null;
  endedAt: Date | null;
  sent: number;
  /** Of the message of the step that is at work. */
  sendState: string | null;
  sendBecause: string | null;
  sendDueAt: Date | null;
}

const sent = `(select count(*) from sends s where s.enrolment_id = e.id and s.state in ('sent', 'unknown'))`;

export const peopleOrders = {
  name: { by: `lower(coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), c.email, ''))`, as: 'text' },
  company: { by: `lower(coalesce(c.company_name, ''))`, as: 'text' },
  state: { by: 'e.state', as: 'text' },
  // When the next touch goes or the pause ends; of somebody who has ended, when that was.
  when: {
    by: `coalesce(case e.state when 'waiting' then e.next_at when 'queued' then s.due_at when 'paused' then e.resume_at else e.ended_at end, 'infinity')`,
    as: 'timestamptz',
  },
  messages: { by: sent, as: 'bigint' },
} as const satisfies Orders<string>;

export interface PeopleFilter {
  state: EnrolmentState | null;
  because: string | null;
  search: string;
  /** Null: by their ids, which tells nothing and costs nothing, however many they are. */
  sort: Sort<keyof typeof peopleOrders> | null;
}

const byId = { key: `'' as "sortKey"`, after: `($5::text is null or e.id > $6::uuid)`, orderBy: 'order by e.id' };

/** `after`: key and id of the last one of the page before. */
export async function listPeople(
  tx: Tx,
  launchId: string,
  filter: PeopleFilter,
  page: { after: string[] | undefined; rows: number },
): Promise<Sorted<ShownPerson>[]> {
  const { key, after, orderBy } = filter.sort === null ? byId : keyset(peopleOrders, filter.sort, 'e.id', ['$5', '$6']);
  return tx.rows<Sorted<ShownPerson>>(
    `select e.id as "enrolmentId", e.contact_id as "contactId", nullif(trim(c.first_name || ' ' || c.last_name), '') as name, c.email,
       nullif(c.company_name, '') as company, e.mailbox_id as "mailboxId", e.state, e.because, e.step, e.next_at as "nextAt",
       e.resume_at as "resumeAt", e.last_sent_at as "lastSentAt", e.ended_at as "endedAt",
       ${sent} as sent, s.state as "sendState", s.because as "sendBecause", s.due_at as "sendDueAt", ${key}
     from enrolments e
     left join contacts c on c.tenant_id = e.tenant_id and c.id = e.contact_id
     left join sends s on s.tenant_id = e.tenant_id and s.enrolment_id = e.id and s.step = e.step
     where e.launch_id = $1 and ($2::text is null or e.state = $2) and ($3::text is null or e.because = $3)
       and ($4 = '' or strpos(lower(c.first_name || ' ' || c.last_name || ' ' || coalesce(c.email, '')), lower($4)) > 0)
       and ${after}
     ${orderBy} limit $7`,
    [launchId, filter.state, filter.because, filter.search, page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** What the cursor of a launch's people is made of. */
export function peopleKeys({ sortKey, enrolmentId }: Sorted<ShownPerson>): string[] {
  return [sortKey, enrolmentId];
}

/** Whether the enrolment is one of the launch. */
export async function isInLaunch(tx: Tx, launchId: string, enrolmentId: string): Promise<boolean> {
  return (await tx.rows(`select from enrolments where id = $1 and launch_id = $2`, [enrolmentId, launchId])).length === 1;
}

/** How many different people the lists hold, and which of the lists there are. */
export async function listSizes(tx: Tx, listIds: readonly string[]): Promise<{ found: string[]; people: number }> {
  return tx.row(
    `select array(select id from lists where id = any($1)) as found,
       (select count(distinct contact_id) from list_members where list_id = any($1)) as people`,
    [listIds],
  );
}
