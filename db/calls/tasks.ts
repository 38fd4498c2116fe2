import type { Callee, CallingSwitches } from '../../domain/callJudgment.ts';
import type { CallingWindow } from '../../domain/callingWindow.ts';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import type { NextOpening } from '../enrolments.ts';
import type { Tx } from '../transaction.ts';
import { closeListed } from './doNotCall.ts';
import { readSwitches } from './switches.ts';

export interface WindowRules {
  numberHash(e164: string): Buffer;
  window(callee: Callee, at: Date, switches: CallingSwitches): CallingWindow;
  /** Version of the rule table. */
  table: string;
  nextOpening: NextOpening;
}

interface Unwindowed {
  id: string;
  phone: string | null;
  state: string;
  country: string;
  zone: string | null;
  at: Date;
}

/**
 * Gives the call tasks that a cohort has just opened their number and their window, with the rules that it follows from. It guides the
 * rep; what allows the call is the clearance. A number that is on the internal list is closed again, and its person goes on.
 */
export async function windowCalls(tx: Tx, launchId: string, cohort: number, rules: WindowRules): Promise<void> {
  const tasks = await tx.rows<Unwindowed>(
    `select t.id, c.phone, coalesce(c.state, '') as state, coalesce(c.country, '') as country, c.zone, t.due_at as at
     from tasks t join enrolments e on e.tenant_id = t.tenant_id and e.id = t.enrolment_id
     left join contacts c on c.tenant_id = t.tenant_id and c.id = t.contact_id
     where e.launch_id = $1 and e.cohort = $2 and e.state = 'queued' and t.kind = 'call' and t.state = 'not_cleared' and t.window_basis is null
     order by t.id for update of t`,
    [launchId, cohort],
  );
  if (tasks.length === 0) return;
  await writeWindows(tx, tasks, rules);
  await closeListed(tx, rules.nextOpening);
}

/** The window of one task from `at` on: for a call back. Null: there is no call to be made of this task. */
export async function rewindow(tx: Tx, taskId: string, at: Date | null, rules: WindowRules): Promise<CallingWindow | null> {
  const [task] = await tx.rows<Unwindowed>(
    `select t.id, c.phone, coalesce(c.state, '') as state, coalesce(c.country, '') as country, c.zone, coalesce($2, decorum.now()) as at
     from tasks t left join contacts c on c.tenant_id = t.tenant_id and c.id = t.contact_id
     where t.id = $1 and t.kind = 'call' and t.state in ('open', 'not_cleared') for update of t`,
    [taskId, at],
  );
  if (!task) return null;
  const [window] = await writeWindows(tx, [task], rules);
  return window ?? null;
}

async function writeWindows(tx: Tx, tasks: readonly Unwindowed[], rules: WindowRules): Promise<CallingWindow[]> {
  const switches = await readSwitches(tx);
  const windowed = tasks.map(({ id, phone, state, country, zone, at }) => {
    const number = phone === null ? null : phoneNumber(phone);
    const window = rules.window({ number, state, country, zone }, at, switches);
    return { id, number, window, at };
  });
  await tx.run(
    `update tasks t set number_hash = decode(w.hash, 'hex'), opens_at = w."opensAt", closes_at = w."closesAt", window_basis = w.basis
     from jsonb_to_recordset($1::jsonb) as w(id uuid, hash text, "opensAt" timestamptz, "closesAt" timestamptz, basis jsonb) where t.id = w.id`,
    [
      JSON.stringify(
        windowed.map(({ id, number, window, at }) => ({
          id,
          hash: number === null ? null : rules.numberHash(number).toString('hex'),
          opensAt: window.allowed ? at : (window.opensAt?.toString() ?? null),
          closesAt: window.closesAt?.toString() ?? null,
          basis: { zones: window.zones, states: window.states, table: rules.table, because: window.reason },
        })),
      ),
    ],
  );
  return windowed.map(({ window }) => window);
}

/** Puts a call off: the task is one to be cleared again, due at `at`. */
export async function callBack(tx: Tx, taskId: string, at: Date, note: string): Promise<void> {
  await tx.run(
    `update tasks set state = 'not_cleared', due_at = $2, note = case when $3 = '' then note else $3 end where id = $1 and kind = 'call'`,
    [taskId, at, note],
  );
}

export interface QueuedCall {
  taskId: string;
  opensAt: Date | null;
  closesAt: Date | null;
  isOpen: boolean;
  because: string;
  zones: string[];
  states: string[];
  table: string | null;
  dueAt: Date;
}

/**
 * A rep's calls: what may be made now, the window that closes soonest first, then the rest by when it opens. Whoever is on the internal
 * list is left out here already, before their task is closed.
 */
export async function listCalls(tx: Tx, ownerId: string, rows: number): Promise<QueuedCall[]> {
  return tx.rows<QueuedCall>(
    `select * from (
       select id as "taskId", opens_at as "opensAt", closes_at as "closesAt", due_at as "dueAt",
         coalesce(due_at <= decorum.now() and opens_at <= decorum.now() and closes_at > decorum.now(), false) as "isOpen",
         coalesce(window_basis ->> 'because', '') as because, coalesce(window_basis -> 'zones', '[]') as zones,
         coalesce(window_basis -> 'states', '[]') as states, window_basis ->> 'table' as table
       from tasks t where owner_id = $1 and kind = 'call' and state in ('open', 'not_cleared')
         and not exists (select from do_not_call d where d.number_hash = t.number_hash)) as calls
     order by "isOpen" desc, case when "isOpen" then "closesAt" else "opensAt" end nulls last, "taskId" limit $2`,
    [ownerId, rows],
  );
}

/** Closed windows of a rep's calls, to be computed anew: the next look at the queue. */
export async function passedWindows(tx: Tx, ownerId: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select id from tasks where owner_id = $1 and kind = 'call' and state in ('open', 'not_cleared')
       and (window_basis is null or closes_at <= decorum.now() or closes_at is null and opens_at is null) order by id limit 200`,
    [ownerId],
  );
  return rows.map(({ id }) => id);
}

export interface TaskCallee {
  contactId: string;
  ownerId: string;
  callee: Callee;
  /** Since when the person is known by this number, at the earliest. */
  knownSince: Date | null;
}

/** The callee of a task; null when it is no call that is to be made. */
export async function calleeOf(tx: Tx, taskId: string): Promise<TaskCallee | null> {
  const [found] = await tx.rows<Omit<TaskCallee, 'callee'> & Omit<Callee, 'number'> & { phone: string | null }>(
    `select t.contact_id as "contactId", t.owner_id as "ownerId", c.phone, coalesce(c.state, '') as state, coalesce(c.country, '') as country, c.zone, c.created_at as "knownSince"
     from tasks t left join contacts c on c.tenant_id = t.tenant_id and c.id = t.contact_id
     where t.id = $1 and t.kind = 'call' and t.state in ('open', 'not_cleared')`,
    [taskId],
  );
  if (!found) return null;
  const { phone, state, country, zone, ...whose } = found;
  return { ...whose, callee: { number: phone === null ? null : phoneNumber(phone), state, country, zone } };
}
