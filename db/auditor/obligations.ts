import { businessDays } from './calendar.ts';
import { legalNow, recent } from './legalNow.ts';

const identified = `o.tenant_id as "tenantId", o.id as subject`;

/** What a legal hold keeps from being erased is not late. */
export const obligationsOverdue = `
  select ${identified}, jsonb_build_object('kind', o.kind, 'dueAt', o.due_at, 'workflowId', o.workflow_id) as facts
  from obligations o left join tenants t on t.id = o.tenant_id where o.state = 'open' and o.due_at < ${legalNow}
    and not ((o.kind like 'deletion.%' or o.kind = 'billing.deleted')
      and exists (select from legal_holds h where h.tenant_id = o.tenant_id and h.released_at is null))
    and not (o.kind = 'person.erased'
      and exists (select from erasures e where e.tenant_id = o.tenant_id and e.id = o.subject_id and e.state = 'held'))`;

/** Those that are kept as they are made, or by a Schedule, have no row in the outbox: their workflow's name has no tenant. */
export const obligationsWithoutWorkflow = `
  select ${identified}, jsonb_build_object('kind', o.kind, 'workflowId', o.workflow_id) as facts
  from obligations o where o.state = 'open' and o.workflow_id like '%/%'
    and not exists (select from outbox w where w.tenant_id = o.tenant_id and w.workflow_id = o.workflow_id and w.state = 'open')`;

/** A dead address is nobody's request: its batch owes nothing. A breach owes what its lines say. */
export const workflowsWithoutObligation = `
  select b.tenant_id as "tenantId", 'suppression/' || b.tenant_id || '/' || b.id as subject, jsonb_build_object('askedAt', b.asked_at) as facts
  from suppression_batches b
  where b.done_at is null and b.source <> 'bounce'
    and not exists (select from obligations o where o.tenant_id = b.tenant_id and o.subject_id = b.id and o.kind = 'suppression.honoured')
  union all
  select d.tenant_id, 'deletion/' || d.tenant_id || '/' || d.id, jsonb_build_object('state', d.state)
  from account_deletions d
  where d.state in ('frozen', 'purging', 'purged')
    and 2 > (select count(*) from obligations o where o.tenant_id = d.tenant_id and o.subject_id = d.id and o.kind in ('deletion.live', 'deletion.backups'))
  union all
  select e.tenant_id, 'erasure/' || e.tenant_id || '/' || e.id, jsonb_build_object('state', e.state)
  from erasures e
  where not exists (select from obligations o where o.tenant_id = e.tenant_id and o.subject_id = e.id and o.kind = 'person.erased')
  union all
  select l.tenant_id, 'breach/' || l.tenant_id || '/' || l.incident_id, jsonb_build_object('line', l.id)
  from breach_lines l
  where not exists (select from obligations o where o.tenant_id = l.tenant_id and o.subject_id = l.id and o.kind like 'breach.%')`;

/**
 * Due dates worked out anew from `basis`, in SQL and by nobody's rules but these: days begin where they begin last and end in New York (16 CFR
 * 316.5 and our own promises), 30 for data that were asked for, for a person and for an account (P8, P7), 60 for the backups; seven years and
 * 30 days for a billing record (P7); 31 of UTC for a registry's data (P12); a day to put backups right (P5); a call is cleared before it
 * begins (P12); users hear of a breach within 72 hours of its discovery, and what law enforcement asks for (P6). What each state asks for after
 * a breach is looked at beside (breachLines.ts). Then whether what has closed lately closed as its instants say.
 */
export const dueDatesThatDiffer = `
  with ${businessDays},
  looked_at as (
    select o.* from obligations o left join tenants t on t.id = o.tenant_id
    where o.state = 'open' or $2::float8 is null or o.recorded_at > clock_timestamp() - make_interval(secs => $2) or ${recent('o.met_at')}),
  recomputed as (
    select o.*, case
        when o.kind in ('suppression.honoured', 'do_not_call.honoured', 'abuse.appeal') then (last.day + 1)::timestamp at time zone 'America/New_York'
        when o.kind in ('export.ready', 'person.erased') then (first.day + 31)::timestamp at time zone 'America/New_York'
        when o.kind = 'deletion.live' then (received.day + 31)::timestamp at time zone 'America/New_York'
        when o.kind = 'deletion.backups' then (received.day + 61)::timestamp at time zone 'America/New_York'
        when o.kind = 'billing.deleted' then (seven.years + 1)::timestamp at time zone 'Etc/GMT+12' + interval '720 hours'
        when o.kind = 'registry.fresh' then ((o.basis ->> 'dataOn')::date + 31)::timestamp at time zone 'UTC'
        when o.kind = 'backup.sound' then o.started_at + interval '24 hours'
        when o.kind = 'call.cleared' then (o.basis ->> 'at')::timestamptz end as right_at
    from looked_at o
    left join calendar first on first.day = ((o.basis ->> 'receivedAt')::timestamptz at time zone 'Pacific/Honolulu')::date
    left join calendar last on last.is_business and last.count = first.count + (o.basis ->> 'businessDays')::int
    -- Where the account is the day may have been the next one already; further east than that no state lies.
    left join lateral (select (o.basis ->> 'receivedDate')::date as day) as received
      on received.day between first.day and ((o.basis ->> 'receivedAt')::timestamptz at time zone 'Atlantic/Bermuda')::date
    left join lateral (select (day + interval '7 years')::date + (extract(day from day + interval '7 years') < extract(day from day))::int as years
                       from (select (o.basis ->> 'occurredOn')::date as day) as occurred) as seven on true
    where o.kind in ('suppression.honoured', 'do_not_call.honoured', 'abuse.appeal', 'export.ready', 'person.erased', 'deletion.live',
      'deletion.backups', 'billing.deleted', 'registry.fresh', 'backup.sound', 'call.cleared'))
  select ${identified}, jsonb_build_object('kind', o.kind, 'dueAt', o.due_at, 'rightAt', o.right_at) as facts
  from recomputed o where o.due_at is distinct from o.right_at
  union all
  select ${identified}, jsonb_build_object('kind', o.kind, 'dueAt', o.due_at, 'discoveredAt', o.basis ->> 'discoveredAt')
  from looked_at o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id
  where o.kind = 'breach.users' and l.key like 'promise%'
    and o.due_at > (o.basis ->> 'discoveredAt')::timestamptz + interval '72 hours' + l.suspended_ms * interval '1 millisecond'
    and (o.basis ? 'revision' or not exists (
      select from breach_events e where e.tenant_id = l.tenant_id and e.incident_id = l.incident_id and e.kind = 'facts'))
  union all
  select ${identified}, jsonb_build_object('kind', o.kind, 'state', o.state, 'startedAt', o.started_at, 'dueAt', o.due_at, 'metAt', o.met_at)
  from looked_at o
  where o.due_at < o.started_at or o.state = 'met' and o.met_at > o.due_at or o.state = 'late' and o.met_at <= o.due_at`;
