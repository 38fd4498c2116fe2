import { hoursAfter, REMINDER_HOURS } from '../../domain/breachClock.ts';
import { beginLook, closeWork, endLook } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { personIsHeld } from './holds.ts';
import { findIncident, type Incident } from './incidents.ts';
import { linesToMail } from './lines.ts';
import { isGathering } from './scopes.ts';

/** What is due in an incident now, in the order in which it is done. */
export interface Due {
  gather: boolean;
  remind: boolean;
  mailRegulators: boolean;
  send: boolean;
}

export interface Look extends Due {
  /** Real milliseconds until something else is due; null: until the record changes. */
  waitMs: number | null;
  ended: boolean;
}

const againMs = 60_000;
const nothing: Due = { gather: false, remind: false, mailRegulators: false, send: false };

export async function lookAtIncident(tx: Tx, incidentId: string): Promise<Look> {
  const { workflowId } = breachWork(tx.tenantId, incidentId);
  await beginLook(tx, workflowId);
  const incident = await findIncident(tx, incidentId);
  if (!incident || incident.state === 'closed') {
    return { ...nothing, waitMs: null, ended: await closeWork(tx, workflowId) };
  }
  const due = await dueNow(tx, incident);
  const next = await nextInstant(tx, incident);
  await endLook(tx, workflowId, next.at);
  // A regulator's server that did not take the notice is asked again: its clock runs, whoever is at fault.
  const waitMs = due.mailRegulators ? Math.min(next.waitMs ?? againMs, againMs) : next.waitMs;
  return { ...due, waitMs, ended: false };
}

/** What is due now: asked by the workflow, and by the second road when the workflow does not answer. */
export async function dueNow(tx: Tx, incident: Incident): Promise<Due> {
  const { isTime, isAnybodyFree } = await tx.row<{ isTime: boolean; isAnybodyFree: boolean }>(
    `select coalesce(i.notice_at <= decorum.now(), false) as "isTime", exists (
       select from breach_people p where p.incident_id = i.id and p.notice in ('waiting', 'sending')
         and coalesce(p.leased_until <= clock_timestamp(), true) and not ${personIsHeld}) as "isAnybodyFree"
     from breach_incidents i where i.id = $1`,
    [incident.id],
  );
  return {
    gather: await isGathering(tx, incident.id),
    remind: (await remindersDue(tx, incident)).length > 0,
    mailRegulators: isTime && (await linesToMail(tx, incident.id)).length > 0,
    send: isTime && isAnybodyFree,
  };
}

/** Hours of the reminders that are due and have not gone; none once the notice has begun. */
export async function remindersDue(tx: Tx, incident: Incident): Promise<number[]> {
  if (incident.noticeStartedAt) return [];
  const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
  const gone = await tx.rows<{ hour: number }>(
    `select (detail ->> 'hour')::int as hour from breach_events where incident_id = $1 and kind = 'reminder'`,
    [incident.id],
  );
  return REMINDER_HOURS.filter((hour) => reminderAt(incident, hour) <= now && !gone.some((reminder) => reminder.hour === hour));
}

const reminderAt = ({ facts, compression }: Incident, hour: number): Date =>
  new Date(hoursAfter(facts.discoveredAt, hour, compression));

/** The next instant of the legal clock at which something may be due, and the pause before a failed attempt is made again. */
async function nextInstant(tx: Tx, incident: Incident): Promise<{ at: Date | null; waitMs: number | null }> {
  const reminders = incident.noticeStartedAt ? [] : REMINDER_HOURS.map((hour) => reminderAt(incident, hour));
  return tx.row(
    `select a.at, case when a.at is null and r.ms is null then null else least(decorum.wait_ms(a.at), r.ms) end as "waitMs"
     from (select min(at) as at from (
         select unnest($2::timestamptz[]) as at
         union all select notice_at from breach_incidents where id = $1
         union all select until_at from breach_holds where incident_id = $1 and kind = 'law_enforcement' and confirmed_at is not null) as instants
       where at > decorum.now()) as a,
       (select min(greatest(100, ceil(extract(epoch from p.leased_until - clock_timestamp()) * 1000)))::float8 as ms from breach_people p
        where p.incident_id = $1 and p.notice in ('waiting', 'sending') and p.leased_until > clock_timestamp()) as r`,
    [incident.id, reminders],
  );
}
