import type { Audience } from '../../domain/breachNotice.ts';
import { closeObligation } from '../obligation.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { type Incident, note } from './incidents.ts';

export interface Line {
  id: string;
  key: string;
  audience: Audience;
  state: string;
  recipient: string;
  due: string;
  dueAt: Date;
  strictlyBefore: boolean;
  withNotice: boolean;
  conditional: boolean;
  isDoubtful: boolean;
  citation: string;
  channel: string;
  content: string;
  lawVersion: string;
  email: string | null;
  filedAt: Date | null;
  filedBy: string | null;
  filedNote: string | null;
  receiptName: string | null;
  /** Of its obligation; `late` also while it is open past its due instant, because nobody may read that as kept. */
  standing: 'open' | 'met' | 'late' | 'waived' | 'void';
  metAt: Date | null;
}

const columns = `l.id, l.key, l.audience, l.state, l.recipient, l.due, o.due_at as "dueAt", l.strictly_before as "strictlyBefore",
  l.with_notice as "withNotice", l.conditional, l.is_doubtful as "isDoubtful", l.citation, l.channel, l.content, l.law_version as "lawVersion",
  l.email, l.filed_at as "filedAt", l.filed_by as "filedBy", l.filed_note as "filedNote", l.receipt_name as "receiptName",
  case when o.state = 'open' and o.due_at < decorum.now() then 'late' else o.state end as standing, o.met_at as "metAt"`;
const from = `breach_lines l join obligations o on o.tenant_id = l.tenant_id and o.subject_id = l.id and o.kind like 'breach.%'`;

/** What is due first comes first. */
export function listLines(tx: Tx, incidentId: string): Promise<Line[]> {
  return tx.rows<Line>(`select ${columns} from ${from} where l.incident_id = $1 order by o.due_at, l.key`, [incidentId]);
}

export async function findLine(tx: Tx, incidentId: string, lineId: string): Promise<Line | undefined> {
  const [line] = await tx.rows<Line>(`select ${columns} from ${from} where l.incident_id = $1 and l.id = $2`, [
    incidentId,
    lineId,
  ]);
  return line;
}

/** Where a regulator takes its notice by e-mail: it is then mailed just before the users. */
export async function setEmail(tx: Tx, incidentId: string, lineId: string, email: string | null): Promise<void> {
  await tx.run(`update breach_lines set email = $3 where incident_id = $1 and id = $2`, [incidentId, lineId, email]);
  await want(tx, [breachWork(tx.tenantId, incidentId)]);
}

export interface Filing {
  byUser: string | null;
  note: string;
  receipt: { name: string; bytes: Buffer } | null;
  evidence: Record<string, unknown>;
}

/** Somebody outside has been told: the line's promise closes, met or late. False when it was closed before. */
export async function fileLine(tx: Tx, incident: Incident, lineId: string, filing: Filing): Promise<boolean> {
  const { receipt } = filing;
  const filed = await tx.run(
    `update breach_lines set filed_at = decorum.now(), filed_by = $3, filed_note = $4, receipt_name = $5, receipt = $6
     where incident_id = $1 and id = $2 and filed_at is null`,
    [incident.id, lineId, filing.byUser, filing.note, receipt?.name ?? null, receipt?.bytes ?? null],
  );
  if (filed === 0) return false;
  const { key, audience } = await tx.row<{ key: string; audience: Audience }>(
    `select key, audience from breach_lines where id = $1`,
    [lineId],
  );
  const kind = incident.isDrill ? 'breach.drill' : (`breach.${audience}` as const);
  const standing = await closeObligation(tx, kind, lineId, { incidentId: incident.id, ...filing.evidence });
  await note(tx, incident.id, filing.byUser === null ? 'regulator_mailed' : 'filed', filing.byUser, {
    line: key,
    standing,
    ...(receipt && { receipt: receipt.name }),
  });
  return true;
}

export async function readReceipt(
  tx: Tx,
  incidentId: string,
  lineId: string,
): Promise<{ name: string; bytes: Buffer } | undefined> {
  const [receipt] = await tx.rows<{ name: string; bytes: Buffer }>(
    `select receipt_name as name, receipt as bytes from breach_lines where incident_id = $1 and id = $2 and receipt is not null`,
    [incidentId, lineId],
  );
  return receipt;
}

/** Clocks that end no later than the users' notice come forward with it: an unfiled one is late from here on, and holds nobody. */
export async function bringForward(tx: Tx, incidentId: string): Promise<void> {
  await tx.run(
    `update obligations set due_at = least(due_at, decorum.now())
     where state = 'open' and kind like 'breach.%' and subject_id in (
       select id from breach_lines where incident_id = $1 and audience <> 'users' and (with_notice or strictly_before))`,
    [incidentId],
  );
}

/** Lines that go by e-mail and have not gone; those of the users are not among them. */
export function linesToMail(tx: Tx, incidentId: string): Promise<Line[]> {
  return tx.rows<Line>(
    `select ${columns} from ${from}
     where l.incident_id = $1 and l.audience <> 'users' and l.email is not null and l.filed_at is null and o.state = 'open'
       and not exists (select from breach_holds h where h.tenant_id = l.tenant_id and h.incident_id = l.incident_id and h.kind = 'law_enforcement'
                       and h.confirmed_at is not null and h.until_at > decorum.now() and l.audience = any(h.audiences)
                       and (cardinality(h.states) = 0 or l.state = any(h.states)))
     order by l.key`,
    [incidentId],
  );
}
