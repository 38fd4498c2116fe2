import { compressed, defaultNoticeAt, UNMEASURED_PER_SECOND } from '../../domain/breachClock.ts';
import { movedDue, type PlannedLine, type PlanOf } from '../../domain/breachLines.ts';
import { openObligation } from '../obligation.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { type Incident, lockIncident, note } from './incidents.ts';
import { residentsOf } from './scopes.ts';
import { readSettings } from './settings.ts';

interface StoredLine {
  id: string;
  key: string;
  dueAt: Date;
  suspendedMs: number;
  dropped: boolean;
  state: 'open' | 'met' | 'late' | 'waived' | 'void';
}

/**
 * Brings the plan up to what is known: new duties get their obligation, a date moves earlier by itself and later only with an officer's
 * reason, and a duty goes only so. Then settles when the notice begins.
 */
export async function replan(
  tx: Tx,
  incidentId: string,
  planOf: PlanOf,
  change: { reason: string; byUser: string | null },
): Promise<void> {
  const incident = await lockIncident(tx, incidentId);
  if (!incident || incident.state === 'closed') return;
  const { lawVersion, lines } = planOf(incident.facts, await residentsOf(tx, incidentId));
  const stored = await tx.rows<StoredLine>(
    `select l.id, l.key, l.due_at as "dueAt", l.suspended_ms as "suspendedMs", l.dropped, o.state
     from breach_lines l join obligations o on o.tenant_id = l.tenant_id and o.subject_id = l.id and o.kind like 'breach.%'
     where l.incident_id = $1`,
    [incidentId],
  );
  const byKey = new Map(stored.map((line) => [line.key, line]));
  const changed: Record<string, unknown>[] = [];
  for (const planned of await withGrowth(tx, incident, lines, byKey)) {
    const dueAt = new Date(compressed(planned.dueAt, incident.facts.discoveredAt, incident.compression));
    const line = byKey.get(planned.key);
    if (!line) changed.push({ key: planned.key, dueAt: await addLine(tx, incident, { ...planned, lawVersion }, dueAt) });
    else if (line.dropped) changed.push(await moveLine(tx, incident, line, { ...planned, lawVersion }, dueAt));
    else if (line.state === 'open') {
      const suspended = new Date(dueAt.getTime() + line.suspendedMs);
      const moved = movedDue(suspended, line.dueAt, change.reason);
      if (moved.getTime() !== line.dueAt.getTime())
        changed.push(await moveLine(tx, incident, line, { ...planned, lawVersion }, moved));
    }
  }
  const keys = new Set(lines.map(({ key }) => key));
  for (const line of stored) {
    if (keys.has(line.key.replace(/^promise\/\d+$/, 'promise')) || line.state !== 'open' || change.reason === '') continue;
    await tx.run(`update breach_lines set dropped = true where id = $1`, [line.id]);
    await tx.run(
      `update obligations set state = 'void', evidence = $2 where subject_id = $1 and state = 'open' and kind like 'breach.%'`,
      [line.id, JSON.stringify({ because: 'the facts were corrected', incidentId })],
    );
    changed.push({ key: line.key, dropped: true });
  }
  if (changed.length > 0) await note(tx, incidentId, 'plan', change.byUser, { lawVersion, changed });
  await settleNoticeAt(tx, incidentId);
}

/** People who were found after everybody had been told get a promise of their own: the first one was kept, and stays so. */
async function withGrowth(
  tx: Tx,
  { id }: Incident,
  lines: readonly PlannedLine[],
  stored: ReadonlyMap<string, StoredLine>,
): Promise<PlannedLine[]> {
  const promise = lines.find(({ key }) => key === 'promise');
  const kept = [...stored.values()].filter(({ key, state }) => key.startsWith('promise') && state !== 'open');
  const isOpen = [...stored.values()].some(({ key, state }) => key.startsWith('promise') && state === 'open');
  if (!promise || kept.length === 0 || isOpen || !(await isAnybodyOwed(tx, id))) return [...lines];
  return [...lines, { ...promise, key: `promise/${kept.length + 1}` }];
}

async function isAnybodyOwed(tx: Tx, incidentId: string): Promise<boolean> {
  return (
    (await tx.rows(`select from breach_people where incident_id = $1 and notice in ('waiting', 'sending') limit 1`, [incidentId]))
      .length > 0
  );
}

async function addLine(tx: Tx, incident: Incident, line: PlannedLine & { lawVersion: string }, dueAt: Date): Promise<Date> {
  const { id } = await tx.row<{ id: string }>(
    `insert into breach_lines (tenant_id, incident_id, key, audience, state, recipient, due, due_at, strictly_before, with_notice, conditional,
       is_doubtful, citation, channel, content, law_version, email)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
       (select email from regulator_addresses where state = $4 and recipient = $5)) returning id`,
    [
      incident.id,
      line.key,
      line.audience,
      line.state,
      line.recipient,
      line.due,
      dueAt,
      line.strictlyBefore,
      line.withNotice,
      line.conditional,
      line.isDoubtful,
      line.citation,
      line.channel,
      line.content,
      line.lawVersion,
    ],
  );
  const { discoveredAt, determinedAt } = incident.facts;
  await openObligation(tx, {
    kind: incident.isDrill ? 'breach.drill' : `breach.${line.audience}`,
    citation: line.citation,
    subjectKind: 'breach_line',
    subjectId: id,
    basis: {
      incidentId: incident.id,
      line: line.key,
      due: line.due,
      discoveredAt,
      ...(determinedAt && { determinedAt }),
      revision: incident.revision,
      lawVersion: line.lawVersion,
      ...(incident.isDrill && { drill: true, compression: incident.compression }),
    },
    startedAt: new Date(discoveredAt),
    dueAt,
    workflowId: breachWork(tx.tenantId, incident.id).workflowId,
  });
  return dueAt;
}

async function moveLine(
  tx: Tx,
  { facts: { discoveredAt, determinedAt }, revision }: Incident,
  line: StoredLine,
  planned: PlannedLine & { lawVersion: string },
  dueAt: Date,
): Promise<Record<string, unknown>> {
  await tx.run(
    `update breach_lines set due = $2, due_at = $3, strictly_before = $4, with_notice = $5, law_version = $6, dropped = false where id = $1`,
    [line.id, planned.due, dueAt, planned.strictlyBefore, planned.withNotice, planned.lawVersion],
  );
  await tx.run(
    `update obligations set due_at = $2, state = 'open', evidence = null, basis = basis || $3
     where subject_id = $1 and state in ('open', 'void') and kind like 'breach.%'`,
    [line.id, dueAt, JSON.stringify({ due: planned.due, discoveredAt, determinedAt, revision, lawVersion: planned.lawVersion })],
  );
  return { key: line.key, from: line.dueAt, dueAt };
}

/** When sending begins: approved, at once; else so that the last one has the notice by hour 72. Once it has begun it stays. */
export async function settleNoticeAt(tx: Tx, incidentId: string): Promise<void> {
  const incident = await lockIncident(tx, incidentId);
  if (!incident || incident.noticeStartedAt) return;
  const settings = await readSettings(tx);
  const { people, approvedAt, isWaived, isPlanned } = await tx.row<{
    people: number;
    approvedAt: Date | null;
    isWaived: boolean;
    isPlanned: boolean;
  }>(
    `select (select count(*) from breach_people where incident_id = $1 and notice in ('waiting', 'sending')) as people,
       (select at from breach_approvals where incident_id = $1 and revision = $2 order by at offset $3 limit 1) as "approvedAt",
       exists (select from breach_holds where incident_id = $1 and kind <> 'law_enforcement' and confirmed_at is not null
               and 'users' = any(audiences) and cardinality(states) = 0) as "isWaived",
       exists (select from breach_lines where incident_id = $1 and key like 'promise%' and not dropped) as "isPlanned"`,
    [incidentId, incident.revision, settings.fourEyes ? 1 : 0],
  );
  const { discoveredAt } = incident.facts;
  const unapproved = defaultNoticeAt({ discoveredAt, people, perSecond: settings.perSecond ?? UNMEASURED_PER_SECOND });
  const byDefault = new Date(
    new Date(compressed(unapproved, discoveredAt, incident.compression)).getTime() + incident.suspendedMs,
  );
  const isOff = isWaived || !isPlanned || (approvedAt === null && settings.defaultOffBecause !== null);
  const isApproved = approvedAt !== null && (approvedAt < byDefault || settings.defaultOffBecause !== null);
  await tx.run(`update breach_incidents set notice_at = $2, notice_because = $3 where id = $1`, [
    incidentId,
    isOff ? null : isApproved ? approvedAt : byDefault,
    isOff ? null : isApproved ? 'approved' : 'default',
  ]);
}
