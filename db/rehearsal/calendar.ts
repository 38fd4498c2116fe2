import type { Tx } from '../transaction.ts';

/** Whose part of a rehearsal is shown; null: everybody's. */
export interface CalendarFilter {
  ownerId: string | null;
  mailboxId: string | null;
  /** Domain of the company's addresses. */
  company: string | null;
}

const fits = `r.rehearsal_id = $1 and ($2::uuid is null or r.owner_id = $2) and ($3::uuid is null or r.mailbox_id = $3)
  and ($4::text is null or r.company_key = $4)`;
const values = (rehearsalId: string, { ownerId, mailboxId, company }: CalendarFilter) => [
  rehearsalId,
  ownerId,
  mailboxId,
  company,
];

export interface CalendarDay {
  /** ISO, on the clock of the zone that was asked for. */
  day: string;
  emails: number;
  tasks: number;
  calls: number;
}

/** The days on which something would happen. */
export function calendarDays(tx: Tx, rehearsalId: string, filter: CalendarFilter, zone: string): Promise<CalendarDay[]> {
  return tx.rows<CalendarDay>(
    `select (r.at at time zone $5)::date as day, count(*) filter (where r.kind = 'email') as emails,
       count(*) filter (where r.kind = 'task') as tasks, count(*) filter (where r.kind = 'call') as calls
     from rehearsed_touches r where ${fits} group by 1 order by 1`,
    [...values(rehearsalId, filter), zone],
  );
}

/** By what the calendar can be cut, each with how much it has: reps, mailboxes, and the companies with the most. */
export async function calendarParts(
  tx: Tx,
  rehearsalId: string,
): Promise<{
  reps: { id: string; name: string; touches: number }[];
  mailboxes: { id: string; address: string; touches: number }[];
  companies: { company: string; touches: number }[];
}> {
  const [reps, mailboxes, companies] = [
    await tx.rows<{ id: string; name: string; touches: number }>(
      `select r.owner_id as id, coalesce(u.name, '') as name, count(*) as touches from rehearsed_touches r
       left join users u on u.tenant_id = r.tenant_id and u.id = r.owner_id where r.rehearsal_id = $1 group by 1, 2 order by 2, 1`,
      [rehearsalId],
    ),
    await tx.rows<{ id: string; address: string; touches: number }>(
      `select r.mailbox_id as id, coalesce(m.address, '') as address, count(*) as touches from rehearsed_touches r
       left join mailboxes m on m.tenant_id = r.tenant_id and m.id = r.mailbox_id where r.rehearsal_id = $1 group by 1, 2 order by 2, 1`,
      [rehearsalId],
    ),
    await tx.rows<{ company: string; touches: number }>(
      `select company_key as company, count(*) as touches from rehearsed_touches where rehearsal_id = $1 and company_key is not null
       group by 1 order by 2 desc, 1 limit 200`,
      [rehearsalId],
    ),
  ];
  return { reps, mailboxes, companies };
}

export interface HoldCount {
  standing: 'blocked' | 'held' | 'stopped' | 'waits';
  because: string;
  people: number;
}

/** How many people each rule holds. */
export function holdCounts(tx: Tx, rehearsalId: string, filter: CalendarFilter): Promise<HoldCount[]> {
  return tx.rows<HoldCount>(
    `select r.standing, r.because, count(distinct r.contact_id) as people from rehearsed_holds r where ${fits}
     group by 1, 2 order by 1, 3 desc, 2`,
    values(rehearsalId, filter),
  );
}

interface Shown {
  contactId: string;
  name: string | null;
  email: string | null;
  company: string | null;
  mailboxId: string;
  ownerId: string;
  step: number;
  key: string;
}
const shown = `r.contact_id as "contactId", nullif(trim(c.first_name || ' ' || c.last_name), '') as name, c.email, r.company_key as company,
  r.mailbox_id as "mailboxId", r.owner_id as "ownerId", r.step`;

export interface ShownTouch extends Shown {
  kind: 'email' | 'task' | 'call';
  at: Date;
}

/** What would happen on a day of the zone's clock, or on all, in order. `after`: instant, contact and step of the last one of the page before. */
export function listTouches(
  tx: Tx,
  rehearsalId: string,
  filter: CalendarFilter & { day: string | null; zone: string },
  page: { after: string[] | undefined; rows: number },
): Promise<ShownTouch[]> {
  const [at = null, contactId = null, step = null] = page.after ?? [];
  return tx.rows<ShownTouch>(
    `select ${shown}, r.kind, r.at, r.at::text as key
     from rehearsed_touches r join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
     where ${fits} and ($5::date is null or (r.at at time zone $6)::date = $5)
       and ($7::timestamptz is null or (r.at, r.contact_id, r.step) > ($7, $8::uuid, $9::int))
     order by r.at, r.contact_id, r.step limit $10`,
    [...values(rehearsalId, filter), filter.day, filter.zone, at, contactId, step, page.rows],
  );
}

export interface ShownHold extends Shown {
  standing: HoldCount['standing'];
  because: string;
  sinceAt: Date;
  /** When it goes after all; null: not in the weeks that were rehearsed. */
  goesAt: Date | null;
}

/** Who is held, oldest first, in the order of the primary key where equal. */
export function listHolds(
  tx: Tx,
  rehearsalId: string,
  filter: CalendarFilter & { standing: HoldCount['standing'] | null; because: string | null },
  page: { after: string[] | undefined; rows: number },
): Promise<ShownHold[]> {
  const [sinceAt = null, contactId = null, step = null, standing = null, because = null] = page.after ?? [];
  return tx.rows<ShownHold>(
    `select ${shown}, r.standing, r.because, r.since_at as "sinceAt", r.since_at::text as key,
       case r.standing when 'waits' then t.at end as "goesAt"
     from rehearsed_holds r join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id
     left join rehearsed_touches t on t.tenant_id = r.tenant_id and t.rehearsal_id = r.rehearsal_id and t.contact_id = r.contact_id and t.step = r.step
     where ${fits} and ($5::text is null or r.standing = $5) and ($6::text is null or r.because = $6)
       and ($7::timestamptz is null or (r.since_at, r.contact_id, r.step, r.standing, r.because) > ($7, $8::uuid, $9::int, $10::text, $11::text))
     order by r.since_at, r.contact_id, r.step, r.standing, r.because limit $12`,
    [...values(rehearsalId, filter), filter.standing, filter.because, sinceAt, contactId, step, standing, because, page.rows],
  );
}
