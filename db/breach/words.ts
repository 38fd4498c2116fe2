import { createHash } from 'node:crypto';
import { type Audience, type Notice, type NoticeFacts, writeNotice } from '../../domain/breachNotice.ts';
import type { Tx } from '../transaction.ts';
import type { Incident } from './incidents.ts';
import { note } from './incidents.ts';
import { residentsOf } from './scopes.ts';

/** What the incident's notices are written from, as of now. */
export async function noticeFacts(tx: Tx, incident: Incident): Promise<NoticeFacts> {
  const residents = await residentsOf(tx, incident.id);
  const tenant = await tx.row<{ company: string; postalAddress: string; delayedByPolice: boolean }>(
    `select name as company, postal_address as "postalAddress", exists (
       select from breach_holds where incident_id = $2 and kind = 'law_enforcement' and confirmed_at is not null) as "delayedByPolice"
     from tenants where id = $1`,
    [tx.tenantId, incident.id],
  );
  const people = Object.values(residents).reduce((sum, count) => sum + count, 0);
  return { ...incident.facts, ...tenant, people, residents, isDrill: incident.isDrill };
}

/** The notice as an officer has written it, or as the facts write it. */
export async function noticeWords(
  tx: Tx,
  incidentId: string,
  audience: Audience,
  place: string,
  facts: NoticeFacts,
): Promise<Notice & { isEdited: boolean }> {
  const [edited] = await tx.rows<Notice>(
    `select subject, body as text from breach_words where incident_id = $1 and audience = $2 and place = $3`,
    [incidentId, audience, place],
  );
  return edited ? { ...edited, isEdited: true } : { ...writeNotice(audience, place, facts), isEdited: false };
}

/** Keeps an officer's words; null takes them back. What was approved was another text, so it must be approved again. */
export async function writeWords(
  tx: Tx,
  incident: Incident,
  letter: { audience: Audience; place: string; words: Notice | null; byUser: string },
): Promise<void> {
  const { audience, place, words, byUser } = letter;
  const key = [incident.id, audience, place];
  if (words) {
    await tx.run(
      `insert into breach_words (tenant_id, incident_id, audience, place, subject, body, changed_by) values (decorum.tenant(), $1, $2, $3, $4, $5, $6)
       on conflict (tenant_id, incident_id, audience, place) do update set subject = excluded.subject, body = excluded.body, changed_by = excluded.changed_by`,
      [...key, words.subject, words.text, byUser],
    );
  } else await tx.run(`delete from breach_words where incident_id = $1 and audience = $2 and place = $3`, key);
  await tx.run(`update breach_incidents set revision = revision + 1 where id = $1`, [incident.id]);
  await note(tx, incident.id, 'words', byUser, { audience, place, ...words });
}

export interface Letter extends Notice {
  id: string;
  madeAt: Date;
}

/** The notice as it goes out, kept for good as what was said. */
export async function keepLetter(tx: Tx, incidentId: string, audience: Audience, place: string, words: Notice): Promise<Letter> {
  const { subject, text } = words;
  const hash = createHash('sha256').update(`${subject}\n\n${text}`).digest();
  await tx.run(
    `insert into breach_letters (tenant_id, incident_id, audience, place, text_hash, subject, body) values (decorum.tenant(), $1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, incident_id, audience, place, text_hash) do nothing`,
    [incidentId, audience, place, hash, subject, text],
  );
  return tx.row<Letter>(
    `select id, subject, body as text, made_at as "madeAt" from breach_letters
     where incident_id = $1 and audience = $2 and place = $3 and text_hash = $4`,
    [incidentId, audience, place, hash],
  );
}
