import { createHash } from 'node:crypto';
import type { Tx } from '../transaction.ts';
import { listHolds } from './holds.ts';
import { type Incident, listEvents } from './incidents.ts';
import { listLines } from './lines.ts';
import { progressOf } from './sending.ts';

/** What proves how an incident was handled, but for the people, of whom there may be a million. */
export async function evidenceOf(tx: Tx, incident: Incident) {
  const letters = await tx.rows<{ id: string; audience: string; place: string; subject: string; text: string; madeAt: Date }>(
    `select id, audience, place, subject, body as text, made_at as "madeAt" from breach_letters where incident_id = $1 order by made_at, id`,
    [incident.id],
  );
  const approvals = await tx.rows<{ revision: number; byUser: string; at: Date }>(
    `select revision, by_user as "byUser", at from breach_approvals where incident_id = $1 order by at`,
    [incident.id],
  );
  const receipts = await tx.rows<{ line: string; name: string; bytes: Buffer }>(
    `select key as line, receipt_name as name, receipt as bytes from breach_lines where incident_id = $1 and receipt is not null order by key`,
    [incident.id],
  );
  const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
  return {
    madeAt: now,
    incident,
    progress: await progressOf(tx, incident.id),
    timeline: await listEvents(tx, incident.id),
    plan: await listLines(tx, incident.id),
    holds: await listHolds(tx, incident.id),
    approvals,
    letters,
    receipts: receipts.map(({ line, name, bytes }) => ({ line, name, sha256: createHash('sha256').update(bytes).digest('hex') })),
  };
}
export type Evidence = Awaited<ReturnType<typeof evidenceOf>>;

export interface ToldPerson {
  personId: string;
  state: string;
  notice: string;
  letterId: string | null;
  messageId: string | null;
  answer: string | null;
  sentAt: Date | null;
}

/** The proof of each person, by id: without names, which the record of the incident does not keep. */
export function listTold(tx: Tx, incidentId: string, after: string | null, rows: number): Promise<ToldPerson[]> {
  return tx.rows<ToldPerson>(
    `select person_id as "personId", state, notice, letter_id as "letterId", message_id as "messageId", answer, sent_at as "sentAt"
     from breach_people where incident_id = $1 and ($2::uuid is null or person_id > $2) order by person_id limit $3`,
    [incidentId, after, rows],
  );
}
