import { legalNow, recent } from './legalNow.ts';

/**
 * P11, from the other end than the proof of each batch: what began lately, and whether its recipient had been suppressed by then. A request
 * without an answer binds a minute after it was made.
 */
export const messagesAfterSuppression = `
  select s.tenant_id as "tenantId", s.id as subject,
    jsonb_build_object('batchId', b.id, 'askedAt', b.asked_at, 'answeredAt', b.answered_at, 'begunAt', s.handed_at) as facts
  from tenants t
  -- Fences: each message by itself, each suppression by its key. Joined freely, it was planned to read all suppressions for each message.
  cross join lateral (
    select tenant_id, id, sequence_id, on_unknown, state, address_hash, domain_hash, wire_until, handed_at
    from sends where tenant_id = t.id and handed_at is not null and ${recent('handed_at')} offset 0) as s
  cross join lateral (
    select batch_id from suppressions where tenant_id = s.tenant_id and subject_hash = any (array[s.address_hash, s.domain_hash])
      and channel in ('email', 'all') and scope_id in (s.tenant_id, s.sequence_id) offset 0) as x
  cross join lateral (
    select id, asked_at, answered_at from suppression_batches where tenant_id = s.tenant_id and id = x.batch_id offset 0) as b
  where s.on_unknown = 'show' and (s.state in ('sent', 'unknown') or s.state = 'handing' and s.wire_until < clock_timestamp())
    and s.handed_at > coalesce(b.answered_at, b.asked_at + interval '1 minute' * t.clock_factor)`;

export const handingTooLong = `
  select tenant_id as "tenantId", id as subject, jsonb_build_object('wireUntil', wire_until) as facts
  from sends where state = 'handing' and wire_until < clock_timestamp() - interval '2 minutes'`;

/** Of the registry's data the date of the data counts, not of the download. */
export const registriesStale = `
  select r.tenant_id as "tenantId", r.list || ' ' || r.area_code as subject, jsonb_build_object('dataOn', r.data_on) as facts
  from call_registries r join tenants t on t.id = r.tenant_id where r.data_on < (${legalNow} at time zone 'UTC')::date - 31`;

/** What became of the day's synthetic opt-outs; and workspaces that have had none for longer than a day. */
export const canariesUnheard = `
  select tenant_id as "tenantId", 'canary of ' || day as subject,
    jsonb_build_object('askedAt', asked_at, 'answeredAt', answered_at, 'answer', answer) as facts
  from auditor_canaries c
  where c.day >= (clock_timestamp() at time zone 'UTC')::date - 7 and c.honoured_at is null and case
    when answered_at is null then asked_at < clock_timestamp() - interval '10 minutes'
    when answered_at < clock_timestamp() - interval '15 minutes' then true
    else not exists (
      select from suppressions x where x.tenant_id = c.tenant_id and x.subject_hash = c.subject_hash and x.channel in ('email', 'all') and x.scope_id = c.tenant_id) end
  union all
  select t.id, 'no canary', jsonb_build_object('last', (select max(c.asked_at) from auditor_canaries c where c.tenant_id = t.id))
  from tenants t where t.kind in ('real', 'demo') and t.created_at < clock_timestamp() - interval '26 hours'
    and not exists (select from account_deletions d where d.tenant_id = t.id and d.state <> 'cancelled')
    and not exists (select from auditor_canaries c where c.tenant_id = t.id and c.asked_at > clock_timestamp() - interval '26 hours')`;
