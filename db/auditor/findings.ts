import type { Database } from '../transaction.ts';
import { type Invariant, type InvariantName, machine, type Seen } from './invariants.ts';

/**
 * Keeps what a look has seen: new sightings, those that stand since the invariant's patience as findings, and those that are not seen any
 * more as mended; a sighting that goes before it was a finding leaves nothing. `isWhole`: nothing was left out of `seen`.
 */
export async function recordSeen(
  watcher: Database,
  name: InvariantName,
  { mends, patienceSeconds }: Pick<Invariant, 'mends' | 'patienceSeconds'>,
  { seen, isWhole }: { seen: readonly Seen[]; isWhole: boolean },
): Promise<void> {
  await watcher.lookUp(
    `with seen as (select * from jsonb_to_recordset($2::jsonb) as s("tenantId" uuid, subject text, facts jsonb)),
     unseen as (
       select tenant_id, id, raised_at from auditor_findings f
       where $3 and f.invariant = $1 and f.mended_at is null
         and not exists (select from seen s where s."tenantId" = f.tenant_id and s.subject = f.subject)),
     mended as (
       update auditor_findings f set mended_at = clock_timestamp() from unseen u
       where f.tenant_id = u.tenant_id and f.id = u.id and u.raised_at is not null),
     passed as (
       delete from auditor_findings f using unseen u where f.tenant_id = u.tenant_id and f.id = u.id and u.raised_at is null)
     insert into auditor_findings as f (tenant_id, invariant, subject, facts, raised_at)
     select "tenantId", $1, subject, facts, case when $4::float8 = 0 then clock_timestamp() end
     from (select distinct on ("tenantId", subject) * from seen) as once -- what breaks an invariant in two ways is one finding
     on conflict (tenant_id, invariant, subject) where mended_at is null do update set
       last_seen_at = clock_timestamp(), facts = excluded.facts,
       raised_at = coalesce(f.raised_at, case when f.first_seen_at <= clock_timestamp() - make_interval(secs => $4) then clock_timestamp() end)`,
    [name, JSON.stringify(seen), mends && isWhole, patienceSeconds],
  );
}

/** Notes that the invariant was looked at, or why it could not be. */
export async function noteCheck(
  watcher: Database,
  name: InvariantName,
  check: { tookMs: number; failed: string | null },
): Promise<void> {
  await watcher.lookUp(
    `insert into auditor_checks as c (invariant, took_ms, failed, broken)
     select $1, $2, $3, count(*) from auditor_findings where invariant = $1 and raised_at is not null and mended_at is null and settled_at is null
     on conflict (invariant) do update set looked_at = clock_timestamp(), took_ms = excluded.took_ms, failed = excluded.failed, broken = excluded.broken`,
    [name, Math.round(check.tookMs), check.failed],
  );
}

/** Real seconds since the auditor last looked at the invariant; null: never. */
export async function secondsSince(watcher: Database, name: InvariantName): Promise<number | null> {
  const [check] = await watcher.lookUp<{ seconds: number }>(
    `select extract(epoch from clock_timestamp() - looked_at)::float8 as seconds from auditor_checks where invariant = $1 and failed is null`,
    [name],
  );
  return check?.seconds ?? null;
}

export interface Check {
  invariant: string;
  broken: number;
  lookedAt: Date;
  tookMs: number;
  failed: string | null;
}

export function readChecks(watcher: Database): Promise<Check[]> {
  return watcher.lookUp<Check>(
    `select invariant, broken, looked_at as "lookedAt", took_ms as "tookMs", failed from auditor_checks order by invariant`,
    [],
  );
}

/** A tenant's findings under one invariant of which nobody has been told, or not for a day. */
export interface DueAlarm {
  tenantId: string;
  invariant: InvariantName;
  ids: string[];
  subjects: string[];
  /** Found since the last alarm. */
  isNew: boolean;
}

export function dueAlarms(watcher: Database): Promise<DueAlarm[]> {
  return watcher.lookUp<DueAlarm>(
    `select tenant_id as "tenantId", invariant, array_agg(id order by id) as ids, array_agg(subject order by id) as subjects,
       bool_or(alarmed_at is null) as "isNew"
     from auditor_findings
     where raised_at is not null and mended_at is null and settled_at is null
       and (alarmed_at is null or alarmed_at < clock_timestamp() - interval '24 hours')
     group by 1, 2 order by 1, 2`,
    [],
  );
}

export async function markAlarmed(watcher: Database, { tenantId, ids }: DueAlarm): Promise<void> {
  await watcher.lookUp(`update auditor_findings set alarmed_at = clock_timestamp() where tenant_id = $1 and id = any($2)`, [
    tenantId,
    ids,
  ]);
}

/** Of a tenant's finding: the people who must act. The role of the second road asks, behind that tenant's wall. */
export function alarmedPeople(db: Database, tenantId: string): Promise<{ id: string; email: string }[]> {
  if (tenantId === machine) return Promise.resolve([]);
  return db.inTenant(tenantId, (tx) =>
    tx.rows<{ id: string; email: string }>(
      `select id, email from users where role in ('officer', 'operator', 'owner') and deactivated_at is null order by id`,
    ),
  );
}

/** Nothing of the tenant's leaves any more, up to the wire, until somebody has looked (db/auditor/board.ts). */
export async function pauseTenant(db: Database, tenantId: string): Promise<void> {
  await db.inTenant(tenantId, (tx) =>
    tx.run(
      `insert into sending_stops (tenant_id, scope_id, kind, because) values (decorum.tenant(), decorum.tenant(), 'hold', 'auditor')
       on conflict do nothing`,
    ),
  );
}
