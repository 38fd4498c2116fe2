import { businessDays } from './calendar.ts';
import { recent } from './legalNow.ts';

/** The table of the law as it lies in its file, cell by cell, and the version under which obligations name it. */
export interface BreachTable {
  rows: unknown;
  version: string;
}

const period = (cell: string, unit: string) =>
  `case when ${cell} like '% ${unit}' then split_part(trim(${cell}), ' ', 1)::int end`;

/**
 * The dates of the states' own laws after a breach, from the table of the law (`$3`, its version `$4`) and the facts that each obligation
 * names: days of UTC, counted from the day after, to the end of the last; hours to the instant; no later than the users' notice, which is
 * due in 72 hours, where the law says so. What ends with that notice comes forward with it; everything else is neither earlier nor later,
 * but for what law enforcement asks. Obligations under another version of the table are its own auditor's.
 */
export const breachDatesThatDiffer = `
  with ${businessDays},
  law as (
    select * from jsonb_to_recordset($3::jsonb) as r(state text, valid_from text, valid_to text, sector_regulators text,
      regulator_days text, regulator_days_unit text, regulator_days_from text, regulator_not_after_consumer_notice text,
      consumer_days text, consumer_days_from text, credit_bureaus_within text, credit_bureaus_from text)),
  lines as (
    select o.tenant_id, o.id, o.kind, o.due_at, l.key, l.suspended_ms, split_part(l.key, '/', 2) as state, split_part(l.key, '/', 3) as recipient,
      (o.basis ->> 'discoveredAt')::timestamptz as discovered,
      coalesce(o.basis ->> 'determinedAt', o.basis ->> 'discoveredAt')::timestamptz as determined,
      (o.basis ->> 'discoveredAt')::timestamptz + interval '72 hours' as notice
    from obligations o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id left join tenants t on t.id = o.tenant_id
    where o.kind in ('breach.users', 'breach.regulators', 'breach.bureaus') and l.key not like 'promise%' and o.basis ->> 'lawVersion' = $4
      and (o.state = 'open' or $2::float8 is null or o.recorded_at > clock_timestamp() - make_interval(secs => $2) or ${recent('o.met_at')})
      and (o.basis ? 'revision' or not exists (
        select from breach_events e where e.tenant_id = l.tenant_id and e.incident_id = l.incident_id and e.kind = 'facts'))),
  clocks as (
    select n.*, c.* from lines n
    left join law on law.state = n.state and (n.discovered at time zone 'UTC')::date
      between coalesce(nullif(law.valid_from, '')::date, '-infinity') and coalesce(nullif(law.valid_to, '')::date, 'infinity')
    left join lateral (
      select nullif(law.consumer_days, '')::int as days, null::int as hours, 'calendar' as unit, law.consumer_days_from as begins, false as with_notice
        where n.kind = 'breach.users'
      union all
      select nullif(law.regulator_days, '')::int, null, law.regulator_days_unit, law.regulator_days_from,
          law.regulator_not_after_consumer_notice in ('statute', 'before', 'policy')
        where n.kind = 'breach.regulators' and position(n.recipient in split_part(law.sector_regulators, '|', 1)) = 0
      union all
      select ${period(`split_part(law.sector_regulators, '|', 3)`, 'days%')}, ${period(`split_part(law.sector_regulators, '|', 3)`, 'hours%')},
          'calendar', trim(split_part(law.sector_regulators, '|', 4)), false
        where n.kind = 'breach.regulators' and position(n.recipient in split_part(law.sector_regulators, '|', 1)) > 0
      union all
      select ${period('law.credit_bureaus_within', 'days')}, ${period('law.credit_bureaus_within', 'hours')}, 'calendar', law.credit_bureaus_from,
          law.credit_bureaus_within = ''
        where n.kind = 'breach.bureaus') as c on true),
  begun as (
    select c.*, case c.begins when 'discovery' then c.discovered when 'determination' then c.determined when 'consumer_notice' then c.notice end as begun
    from clocks c),
  recomputed as (
    select b.*, least(case when b.with_notice then b.notice end, case
        when b.hours is not null then b.begun + make_interval(hours => b.hours)
        when b.days = 0 and b.begins = 'consumer_notice' then b.notice
        when b.unit = 'business' then (last.day + 1)::timestamp at time zone 'UTC'
        else ((b.begun at time zone 'UTC')::date + b.days + 1)::timestamp at time zone 'UTC' end) as right_at
    from begun b
    left join calendar first on first.day = (b.begun at time zone 'UTC')::date
    left join calendar last on last.is_business and last.count = first.count + b.days)
  select r.tenant_id as "tenantId", r.id as subject,
    jsonb_build_object('kind', r.kind, 'line', r.key, 'dueAt', r.due_at, 'rightAt', r.right_at) as facts
  from recomputed r
  where r.right_at is null or r.due_at >= r.right_at + (r.suspended_ms + 1) * interval '1 millisecond'
    or r.due_at <= r.right_at - interval '1 millisecond' and r.right_at <> r.notice`;
