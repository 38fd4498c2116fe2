import { machine } from './invariants.ts';

/**
 * What is wrong with the backups at `$1`, an instant of the wall clock, by the catalogue alone: none for 26 hours, one that cannot be read or
 * is not there, one of more than 30 days, a drill that failed, none for eight days. Nothing where none was ever begun.
 */
export const backupsUnsound = `
  with newest as ( -- also one that was destroyed by now: that none has followed it is the same trouble
    select id, taken_at from backups
    order by state in ('good', 'destroyed') desc, case when state in ('good', 'destroyed') then taken_at end desc, taken_at limit 1),
  drill as (select id, state, ended_at from restore_drills where state <> 'running' order by started_at desc limit 1),
  drilled as (
    (select id, started_at as at from restore_drills where state = 'passed' order by started_at desc limit 1)
    union all
    (select id, taken_at from backups where state = 'good' and not exists (select from restore_drills where state = 'passed') order by taken_at limit 1)),
  troubles (what, id, since) as (
    select 'overdue', id, taken_at + interval '26 hours' from newest
    union all select state, id, taken_at from backups where state in ('unreadable', 'missing')
    union all select 'too_old', id, taken_at + interval '720 hours' from backups where destroyed_at is null
    union all select 'drill_failed', id, ended_at from drill where state = 'failed'
    union all select 'drill_overdue', id, at + interval '192 hours' from drilled)
  select '${machine}'::uuid as "tenantId", what || ' ' || id as subject, jsonb_build_object('since', since) as facts
  from troubles where since <= $1::timestamptz`;
