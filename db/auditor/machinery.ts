import { machine } from './invariants.ts';

const ofTheMachine = `'${machine}'::uuid as "tenantId"`;
const walled = `
  walled as (
    select c.oid, c.relname, c.relrowsecurity and c.relforcerowsecurity as is_forced from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped or c.relname = 'tenants' and a.attrelid = c.oid))`;

/** Row-level security that is on, binds the owner too, and knows the transaction's tenant. */
export const tablesWithoutWall = `
  with ${walled}
  select ${ofTheMachine}, relname as subject, jsonb_build_object('forced', is_forced) as facts from walled w
  where not is_forced or not exists (
    select from pg_policy p where p.polrelid = w.oid and p.polcmd = '*' and pg_get_expr(p.polqual, p.polrelid) like '%decorum.tenant()%')`;

/** A primary or foreign key without the tenant lets a row of one tenant name another's. */
export const keysWithoutTenant = `
  with ${walled},
  keys as (
    select k.conname, k.contype, k.conrelid, k.confrelid,
      array(select a.attname::text from unnest(k.conkey) as n join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n) as columns
    from pg_constraint k join walled w on w.oid = k.conrelid where k.contype in ('p', 'f'))
  select ${ofTheMachine}, k.conrelid::regclass || '.' || k.conname as subject, jsonb_build_object('columns', k.columns) as facts
  from keys k
  where k.conrelid <> 'tenants'::regclass and not 'tenant_id' = any(k.columns)
    and (k.contype = 'p' or k.confrelid in (select oid from walled))
  union all
  select ${ofTheMachine}, w.relname || ' has no primary key', '{}' from walled w
  where not exists (select from keys k where k.conrelid = w.oid and k.contype = 'p')`;

/**
 * Wishes that no dispatcher has taken. A row is told apart by its version: another wish of the same workflow is not the old one still
 * standing there.
 */
export const outboxUndelivered = `
  select tenant_id as "tenantId", workflow_id || '@' || xmin as subject, jsonb_build_object('taskQueue', task_queue, 'openedAt', opened_at) as facts
  from outbox where state = 'open' and wanted and delivered_at is null`;
