import type { Audience } from '../../domain/breachNotice.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { breachWork } from '../workflowIds.ts';
import { lockIncident, note } from './incidents.ts';
import { settleNoticeAt } from './planning.ts';

export interface Hold {
  id: string;
  kind: 'law_enforcement' | 'risk_of_harm' | 'encryption';
  audiences: Audience[];
  /** None: everywhere. */
  states: string[];
  untilAt: Date | null;
  reason: string;
  authority: string;
  documentName: string | null;
  askedBy: string;
  askedAt: Date;
  confirmedBy: string | null;
  confirmedAt: Date | null;
}

const columns = `id, kind, audiences, states, until_at as "untilAt", reason, authority, document_name as "documentName",
  asked_by as "askedBy", asked_at as "askedAt", confirmed_by as "confirmedBy", confirmed_at as "confirmedAt"`;

/** A law-enforcement hold in force that covers the person `p` of breach_people. */
export const personIsHeld = `exists (select from breach_holds h where h.tenant_id = p.tenant_id and h.incident_id = p.incident_id and h.kind = 'law_enforcement'
  and h.confirmed_at is not null and h.until_at > decorum.now() and 'users' = any(h.audiences) and (cardinality(h.states) = 0 or p.state = any(h.states)))`;

export function listHolds(tx: Tx, incidentId: string): Promise<Hold[]> {
  return tx.rows<Hold>(`select ${columns} from breach_holds where incident_id = $1 order by asked_at, id`, [incidentId]);
}

export async function askForHold(
  tx: Tx,
  incidentId: string,
  hold: Pick<Hold, 'kind' | 'audiences' | 'states' | 'reason' | 'authority' | 'documentName' | 'askedBy'> & {
    untilAt: string | null;
    document: Buffer | null;
  },
): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into breach_holds (tenant_id, incident_id, kind, audiences, states, until_at, reason, authority, document_name, document, asked_by)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
    [
      incidentId,
      hold.kind,
      hold.audiences,
      hold.states,
      hold.untilAt,
      hold.reason,
      hold.authority,
      hold.documentName,
      hold.document,
      hold.askedBy,
    ],
  );
  const { document: _, ...named } = hold;
  await note(tx, incidentId, 'hold_asked', hold.askedBy, { holdId: id, ...named });
  return id;
}

/**
 * A second officer puts it in force. A law-enforcement hold suspends the clocks that its document names until its date; a decision not to
 * notify waives the lines of its states, and our own promise only when it names everybody.
 */
export async function confirmHold(
  tx: Tx,
  incidentId: string,
  holdId: string,
  byUser: string,
): Promise<'confirmed' | 'same_officer' | 'not_open' | 'not_found'> {
  const incident = await lockIncident(tx, incidentId);
  const [hold] = await tx.rows<Hold>(`select ${columns} from breach_holds where id = $1 and incident_id = $2 for update`, [
    holdId,
    incidentId,
  ]);
  if (!incident || !hold) return 'not_found';
  if (hold.confirmedAt || incident.state === 'closed') return 'not_open';
  if (hold.askedBy === byUser) return 'same_officer';
  await tx.run(`update breach_holds set confirmed_by = $2, confirmed_at = decorum.now() where id = $1`, [holdId, byUser]);
  await note(tx, incidentId, 'hold_confirmed', byUser, { holdId, kind: hold.kind });
  if (hold.kind === 'law_enforcement') await suspend(tx, incidentId, hold);
  else await waive(tx, incidentId, hold);
  await settleNoticeAt(tx, incidentId);
  await want(tx, [breachWork(tx.tenantId, incidentId)]);
  return 'confirmed';
}

const named = `incident_id = $1 and audience = any($2) and (cardinality($3::text[]) = 0 or state = any($3))`;

/** The suspended clocks go on, where they stood, when the hold ends. */
async function suspend(tx: Tx, incidentId: string, { audiences, states, untilAt }: Hold): Promise<void> {
  const { ms } = await tx.row<{ ms: number }>(
    `select greatest(0, ceil(extract(epoch from $1::timestamptz - decorum.now()) * 1000))::float8 as ms`,
    [untilAt],
  );
  await tx.run(
    `update obligations set due_at = due_at + $4 * interval '1 millisecond'
     where state = 'open' and kind like 'breach.%' and subject_id in (select id from breach_lines where ${named})`,
    [incidentId, audiences, states, ms],
  );
  await tx.run(
    `update breach_lines set due_at = due_at + $4 * interval '1 millisecond', suspended_ms = suspended_ms + $4 where ${named}`,
    [incidentId, audiences, states, ms],
  );
  if (audiences.includes('users') && states.length === 0) {
    await tx.run(`update breach_incidents set suspended_ms = suspended_ms + $2 where id = $1`, [incidentId, ms]);
  }
}

async function waive(tx: Tx, incidentId: string, { id, kind, audiences, states }: Hold): Promise<void> {
  await tx.run(
    `update obligations set state = 'waived', evidence = $4
     where state = 'open' and kind like 'breach.%' and subject_id in (select id from breach_lines where ${named})`,
    [incidentId, audiences, states, JSON.stringify({ holdId: id, because: kind })],
  );
}
