import type { Place } from '../domain/opening.ts';
import type { Definition } from '../domain/sequence.ts';
import { definitionsOf, type VersionKey } from './definitions.ts';
import { spelled, unindexed } from './few.ts';
import type { Tx } from './transaction.ts';

/** Real milliseconds until the mailbox has something to do; null: when something new is planned. */
export async function nextWorkMs(tx: Tx, mailboxId: string): Promise<number | null> {
  const [work] = await tx.rows<{ waitMs: number | null }>(
    `select case when m.state = 'paused' then null else decorum.wait_ms(greatest(m.next_send_at, work.due)) end as "waitMs"
     from mailboxes m, (
       select min(s.due_at) as due from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       where s.mailbox_id = $1 and s.state = 'planned' and e.state = 'queued'
         and not exists (select from sending_stops b where b.scope_id in (s.tenant_id, s.mailbox_id, s.launch_id, s.enrolment_id, s.contact_id))) as work
     where m.id = $1 and work.due is not null`,
    [mailboxId],
  );
  return work?.waitMs ?? null;
}

/**
 * Real milliseconds until a mailbox that is at its limit may have room: the oldest counted message leaves the rolling 24 hours, the ramp
 * rises with a new day, or a waiting message's window closes and it needs its next one.
 */
export async function nextRoomMs(tx: Tx, mailboxId: string): Promise<number | null> {
  const { waitMs } = await tx.row<{ waitMs: number | null }>(
    `select decorum.wait_ms(least(
       (select min(counted_at) + interval '24 hours' from sends where mailbox_id = $1 and state in ('claimed', 'handing', 'sent', 'unknown')
          and counted_at > decorum.now() - interval '24 hours'),
       case when (select ramp_start is not null from mailboxes where id = $1)
         then date_trunc('day', decorum.now() at time zone 'UTC') at time zone 'UTC' + interval '1 day' end,
       (select min(expires_at) from sends where mailbox_id = $1 and ${spelled('state')} = 'planned' and expires_at > decorum.now()))) as "waitMs"`,
    [mailboxId],
  );
  return waitMs;
}

/**
 * A planned row is looked at again after so long, also in a window that stays open: what a limit keeps back must not grow late, since late
 * is only what nobody looked at. Less than the day after which work is late.
 */
export const longestPlan = '12 hours';

/** Rows whose window closes while the mailbox has no room: they must not grow late, so they are given their next window. */
export async function giveNextWindow(
  tx: Tx,
  rows: readonly { id: string; opensAt: Date | null; closesAt: Date | null }[],
): Promise<void> {
  await tx.run(
    `update sends s set
       state = case when w."opensAt" is null then 'held' else 'planned' end,
       because = case when w."opensAt" is null then 'window_never_opens' when w."opensAt" > decorum.now() then coalesce(s.because, 'window') else s.because end,
       due_at = coalesce(w."opensAt", s.due_at), expires_at = least(w."closesAt", w."opensAt" + interval '${longestPlan}')
     from jsonb_to_recordset($1::jsonb) as w(id uuid, "opensAt" timestamptz, "closesAt" timestamptz)
     where s.id = w.id and s.state = 'planned'`,
    [JSON.stringify(rows)],
  );
}

/** A row whose window has closed or was never computed. */
export interface Expired {
  id: string;
  place: Place;
  definition: Definition;
}

export const mostOutOfWindow = 500;

/** Planned rows of the mailbox, at most so many, whose window has closed or was never computed. */
export async function outOfWindow(tx: Tx, mailboxId: string): Promise<Expired[]> {
  // Two questions, so that each reads its part of sends_expiring; joined by an "or" they read all that is planned.
  const expired = (condition: string) =>
    `(select id from sends where mailbox_id = $1 and ${spelled('state')} = 'planned' and due_at <= decorum.now() and due_at > decorum.now() - interval '24 hours'
        and ${condition} limit ${mostOutOfWindow})`;
  const rows = await tx.rows<Omit<Expired, 'definition'> & VersionKey>(
    `select s.id, json_build_object('zone', c.zone, 'state', coalesce(c.state, ''), 'country', coalesce(c.country, '')) as place,
       e.sequence_id as "sequenceId", e.version
     from (select id from (${expired('expires_at is null')} union all ${expired('expires_at <= decorum.now()')}) as expired order by id limit ${mostOutOfWindow}) as x
     cross join lateral (select id, enrolment_id, contact_id from sends where id = x.id and ${unindexed('state')} = 'planned' for update skip locked) as s
     cross join lateral (select sequence_id, version from enrolments where id = s.enrolment_id offset 0) as e
     left join lateral (select zone, state, country from contacts where id = s.contact_id offset 0) as c on true`,
    [mailboxId],
  );
  const definitionOf = await definitionsOf(tx, rows);
  return rows.map((row) => ({ id: row.id, place: row.place, definition: definitionOf(row) }));
}

/** Whether anybody in the mailbox's care may still get a message, or one is on its way. */
export async function hasOpenWork(tx: Tx, mailboxId: string): Promise<boolean> {
  const { open } = await tx.row<{ open: boolean }>(
    `select exists (select from enrolments e where e.mailbox_id = $1 and ${spelled('e.state')} in ('waiting', 'queued', 'paused'))
       or exists (select from sends s where s.mailbox_id = $1 and s.state in ('claimed', 'handing')) as open`,
    [mailboxId],
  );
  return open;
}
