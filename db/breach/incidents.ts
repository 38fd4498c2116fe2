import type { IncidentFacts } from '../../domain/breachFacts.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';

export interface Incident {
  id: string;
  title: string;
  isDrill: boolean;
  /** A drill's clocks run so many times faster. */
  compression: number;
  facts: IncidentFacts;
  revision: number;
  state: 'open' | 'closed';
  noticeAt: Date | null;
  noticeBecause: 'default' | 'approved' | null;
  noticeStartedAt: Date | null;
  suspendedMs: number;
  openedBy: string;
  openedAt: Date;
  closedAt: Date | null;
}

export type EventKind =
  | 'opened'
  | 'facts'
  | 'scope'
  | 'plan'
  | 'words'
  | 'approved'
  | 'hold_asked'
  | 'hold_confirmed'
  | 'reminder'
  | 'notice_started'
  | 'notice_finished'
  | 'regulator_mailed'
  | 'filed'
  | 'settled'
  | 'alarm'
  | 'closed';

export interface IncidentEvent {
  id: number;
  at: Date;
  kind: EventKind;
  byUser: string | null;
  detail: Record<string, unknown>;
}

const columns = `id, title, is_drill as "isDrill", compression, facts, revision, state, notice_at as "noticeAt", notice_because as "noticeBecause",
  notice_started_at as "noticeStartedAt", suspended_ms as "suspendedMs", opened_by as "openedBy", opened_at as "openedAt", closed_at as "closedAt"`;

export async function findIncident(tx: Tx, incidentId: string): Promise<Incident | undefined> {
  const [incident] = await tx.rows<Incident>(`select ${columns} from breach_incidents where id = $1`, [incidentId]);
  return incident;
}

/** The incident, locked until the end of the transaction: whatever decides about its notice does so one after the other. */
export async function lockIncident(tx: Tx, incidentId: string): Promise<Incident | undefined> {
  const [incident] = await tx.rows<Incident>(`select ${columns} from breach_incidents where id = $1 for update`, [incidentId]);
  return incident;
}

/** Newest first; `after`: when the last one of the page before was opened, and its id. */
export async function listIncidents(
  tx: Tx,
  page: { after: string[] | undefined; rows: number },
): Promise<(Incident & { openedKey: string })[]> {
  return tx.rows<Incident & { openedKey: string }>(
    `select ${columns}, opened_at::text as "openedKey" from breach_incidents
     where ($1::timestamptz is null or (opened_at, id) < ($1, $2::uuid)) order by opened_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** Adds to the record of the incident; nothing in it is ever changed. */
export async function note(
  tx: Tx,
  incidentId: string,
  kind: EventKind,
  byUser: string | null,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await tx.run(
    `insert into breach_events (tenant_id, incident_id, kind, by_user, detail) values (decorum.tenant(), $1, $2, $3, $4)`,
    [incidentId, kind, byUser, JSON.stringify(detail)],
  );
}

export function listEvents(tx: Tx, incidentId: string): Promise<IncidentEvent[]> {
  return tx.rows<IncidentEvent>(
    `select id, at, kind, by_user as "byUser", detail from breach_events where incident_id = $1 order by id`,
    [incidentId],
  );
}

/** Opens an incident: the clock has been running since the discovery. Answers its id. */
export async function openIncident(
  tx: Tx,
  incident: Pick<Incident, 'title' | 'isDrill' | 'compression' | 'facts' | 'openedBy'>,
): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into breach_incidents (tenant_id, title, is_drill, compression, facts, opened_by)
     values (decorum.tenant(), $1, $2, $3, $4, $5) returning id`,
    [incident.title, incident.isDrill, incident.compression, JSON.stringify(incident.facts), incident.openedBy],
  );
  await note(tx, id, 'opened', incident.openedBy, { ...incident.facts });
  await want(tx, [breachWork(tx.tenantId, id)]);
  return id;
}

/** Adds or corrects facts; the record keeps who said what and when, and why where a date may move later by it. */
export async function changeFacts(
  tx: Tx,
  incident: Incident,
  change: { facts: Partial<IncidentFacts>; reason: string; byUser: string },
): Promise<void> {
  await tx.run(`update breach_incidents set facts = facts || $2, revision = revision + 1 where id = $1`, [
    incident.id,
    JSON.stringify(change.facts),
  ]);
  await note(tx, incident.id, 'facts', change.byUser, { ...change.facts, ...(change.reason && { reason: change.reason }) });
  await want(tx, [breachWork(tx.tenantId, incident.id)]);
}

/** False while a promise of the incident is open: whoever closes it would stop its clock. */
export async function closeIncident(tx: Tx, incidentId: string, byUser: string): Promise<boolean> {
  const [open] = await tx.rows(
    `select from obligations o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id
     where l.incident_id = $1 and o.state = 'open' limit 1`,
    [incidentId],
  );
  if (open) return false;
  await tx.run(`update breach_incidents set state = 'closed', closed_at = decorum.now() where id = $1 and state = 'open'`, [
    incidentId,
  ]);
  await note(tx, incidentId, 'closed', byUser);
  await want(tx, [breachWork(tx.tenantId, incidentId)]);
  return true;
}
