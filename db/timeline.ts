import type { Tx } from './transaction.ts';

/** One thing that happened to a person, or that is to come. */
export interface TimelineEntry {
  at: Date | null;
  kind: 'message' | 'task' | 'event' | 'received' | 'suppressed' | 'next';
  what: string;
  step: number | null;
  /** Which of several wordings a message had. */
  variant: string | null;
  /** The rule that holds it, or why it ended. */
  because: string | null;
  enrolmentId: string | null;
  /** Of which it is a part; null for what is about the person as such. */
  launch: { id: string; sequenceName: string } | null;
  /** Of what has not gone yet: the earliest instant at which it may. */
  nextAt: Date | null;
}

/** Everything that a person got, did and has to expect, oldest first; what is to come, last. */
export function timeline(tx: Tx, contactId: string): Promise<TimelineEntry[]> {
  return tx.rows<TimelineEntry>(
    `with ${fullMailboxes}
     select entries.*, case when l.id is not null then jsonb_build_object('id', l.launch_id, 'sequenceName', q.name) end as launch from (
       select coalesce(s.sent_at, s.handed_at) as at, 'message' as kind, s.state as what, s.step, s.variant,
         case when s.state in ('planned', 'held') then ${heldBy} else s.because end as because, s.enrolment_id as "enrolmentId",
         ${heldUntil} as "nextAt"
       from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
       join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id left join full_mailbox f on f.id = m.id
       where s.contact_id = $1
       union all
       select coalesce(t.done_at, t.created_at), 'task', t.kind || ' ' || coalesce(t.outcome, t.state), t.step, null, null, t.enrolment_id, null from tasks t where t.contact_id = $1
       union all
       select v.at, 'event', v.kind, v.step, null, v.because, v.enrolment_id, null from enrolment_events v join enrolments e on e.tenant_id = v.tenant_id and e.id = v.enrolment_id
       where e.contact_id = $1 and v.kind <> 'sent'
       union all
       select i.received_at, 'received', i.kind, i.step, null, null, i.enrolment_id, null from inbound_messages i where i.contact_id = $1
       union all
       select x.asked_at, 'suppressed', x.channel, null, null, x.basis, x.enrolment_id, null from suppressions x
       join contacts c on c.tenant_id = x.tenant_id and x.subject_hash in (c.address_hash, c.domain_hash) where c.id = $1
       union all
       select null, 'next', e.state, e.step, null, e.because, e.id, e.next_at from enrolments e where e.contact_id = $1 and e.state in ('waiting', 'paused')
     ) as entries
     left join enrolments l on l.tenant_id = decorum.tenant() and l.id = entries."enrolmentId"
     left join sequences q on q.tenant_id = l.tenant_id and q.id = l.sequence_id
     order by at nulls last, "nextAt" nulls last`,
    [contactId],
  );
}

const isCounted = `s.state in ('claimed', 'handing', 'sent', 'unknown') and s.counted_at > decorum.now() - interval '24 hours'`;

/**
 * Common table expression `full_mailbox`: the mailboxes that are at their limit of the rolling 24 hours, and when they have room again (the
 * rule is domain/mailboxAllowance.ts): when enough messages are a day old, or the ramp rises with a new day.
 */
export const fullMailboxes = `full_mailbox as materialized (
  select m.id, least(
    (select s.counted_at + interval '24 hours' from sends s where s.mailbox_id = m.id and ${isCounted} order by s.counted_at offset c.counted - a.allowed limit 1),
    case when least(m.cap, m.ramp_start + m.ramp_step * (d.days + 1)) > c.counted
      then date_trunc('day', decorum.now() at time zone 'UTC') at time zone 'UTC' + interval '1 day' end) as until
  from mailboxes m
  cross join lateral (select count(*) as days from mailbox_days d
    where d.mailbox_id = m.id and d.day < (decorum.now() at time zone 'UTC')::date) as d
  cross join lateral (select least(m.cap, m.ramp_start + m.ramp_step * d.days) as allowed) as a
  cross join lateral (select count(*) as counted from sends s where a.allowed is not null and s.mailbox_id = m.id and ${isCounted}) as c
  where c.counted >= a.allowed)`;

/** When a planned message may go: not before it is due, nor before its mailbox's gap is over and its limit has room. */
const whenNext = `greatest(s.due_at, m.next_send_at, f.until)`;

/** The first rule that holds a waiting message `s` of enrolment `e` over mailbox `m`, or `f` when that is full, in the order in which the claim asks them. */
export const heldBy = `coalesce(
  (select b.because from sending_stops b where b.scope_id in (s.tenant_id, s.mailbox_id, s.launch_id, s.enrolment_id, s.contact_id) limit 1),
  case when s.state = 'held' then s.because end,
  case when e.state = 'paused' then 'paused: ' || e.because end,
  case when m.state = 'paused' then 'mailbox: ' || m.paused_because end,
  case when s.due_at > decorum.now() then coalesce(s.because, 'not due yet') end,
  case when f.until is not null then 'limit' end,
  case when m.next_send_at > decorum.now() then 'gap' end,
  'queue')`;
/** When that message may go; null: it waits for a person, not for a time. */
export const heldUntil = `case when s.state = 'planned' and e.state = 'queued' and m.state = 'active' then ${whenNext} end`;

/** A message that has not gone yet, with the rule that holds it. */
export interface Held {
  sendId: string;
  contactId: string;
  contactName: string;
  launchId: string;
  step: number;
  state: 'planned' | 'held';
  because: string;
  /** Null: it waits for a person, not for a time. */
  nextAt: Date | null;
}

/**
 * Why has this not gone yet, and when will it? Of every waiting message the first rule that holds it, in the order in which the claim asks
 * them: a stop, a review, the mailbox, the window, spacing or company, the mailbox's limit, its gap, the queue before it.
 */
export function heldMessages(tx: Tx, page: { launchId: string | null; after: string | null; limit: number }): Promise<Held[]> {
  return tx.rows<Held>(
    `with ${fullMailboxes}
     select s.id as "sendId", s.contact_id as "contactId", coalesce(trim(c.first_name || ' ' || c.last_name), '') as "contactName",
       s.launch_id as "launchId", s.step, s.state,
       ${heldBy} as because, ${heldUntil} as "nextAt"
     from sends s
     join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
     join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id
     left join full_mailbox f on f.id = m.id
     left join contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id
     where s.state in ('planned', 'held') and ($1::uuid is null or s.launch_id = $1) and ($2::uuid is null or s.id > $2)
     order by s.id limit $3`,
    [page.launchId, page.after, page.limit],
  );
}
