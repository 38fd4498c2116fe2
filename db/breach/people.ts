import type { Tx } from '../transaction.ts';
import { closeToldLines } from './sending.ts';
import { type Incident, note } from './incidents.ts';

export const noticeStates = [
  'waiting',
  'sending',
  'sent',
  'refused',
  'bounced',
  'post',
  'unreachable',
  'told_otherwise',
] as const;
export type NoticeState = (typeof noticeStates)[number];

export interface AffectedPerson {
  personId: string;
  kind: 'contact' | 'user';
  name: string | null;
  email: string | null;
  state: string;
  notice: NoticeState;
  attempts: number;
  answer: string | null;
  messageId: string | null;
  sentAt: Date | null;
  note: string | null;
}

const columns = `p.person_id as "personId", p.kind, coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), u.name) as name,
  coalesce(c.canonical_email, u.email) as email, p.state, p.notice, p.attempts, p.answer, p.message_id as "messageId", p.sent_at as "sentAt", p.note`;
const from = `breach_people p
  left join contacts c on p.kind = 'contact' and c.tenant_id = p.tenant_id and c.id = p.person_id
  left join users u on p.kind = 'user' and u.tenant_id = p.tenant_id and u.id = p.person_id`;

/** By id; `after` is the last one of the page before. */
export function listPeople(
  tx: Tx,
  incidentId: string,
  notices: readonly NoticeState[],
  page: { after: string | null; rows: number },
): Promise<AffectedPerson[]> {
  return tx.rows<AffectedPerson>(
    `select ${columns} from ${from} where p.incident_id = $1 and p.notice = any($2) and ($3::uuid is null or p.person_id > $3)
     order by p.person_id limit $4`,
    [incidentId, notices, page.after, page.rows],
  );
}

/**
 * A notice came back: an officer must find another way. `answer`: what the report said; null when an officer says so. A report may be
 * faster than the record of what was sent.
 */
export async function markBounced(
  tx: Tx,
  incidentId: string,
  personId: string,
  how: { byUser: string | null; answer: string | null },
): Promise<boolean> {
  const marked = await tx.run(
    `update breach_people set notice = 'bounced', answer = coalesce($3, answer)
     where incident_id = $1 and person_id = $2 and notice in ('sent', 'sending')`,
    [incidentId, personId, how.answer],
  );
  if (marked > 0) await note(tx, incidentId, 'settled', how.byUser, { personId, notice: 'bounced' });
  return marked > 0;
}

/** An officer has told the person by other means: a letter, a telephone call, another address. False when nobody had to. */
export async function tellOtherwise(
  tx: Tx,
  incident: Incident,
  personId: string,
  how: { note: string; byUser: string },
): Promise<boolean> {
  const told = await tx.run(
    `update breach_people set notice = 'told_otherwise', note = $3, sent_at = decorum.now()
     where incident_id = $1 and person_id = $2 and notice in ('refused', 'bounced', 'post', 'unreachable')`,
    [incident.id, personId, how.note],
  );
  if (told === 0) return false;
  await note(tx, incident.id, 'settled', how.byUser, { personId, notice: 'told_otherwise' });
  await closeToldLines(tx, incident);
  return true;
}

export interface PostalAddress {
  personId: string;
  name: string;
  /** Under whatever heading the contact's file had it, in one line. */
  street: string;
  city: string;
  state: string;
  postalCode: string;
  country: string;
}

/** The next people for the mail house: those who must not or cannot be told by e-mail. */
export function listForPost(tx: Tx, incidentId: string, after: string | null, rows: number): Promise<PostalAddress[]> {
  return tx.rows<PostalAddress>(
    `select p.person_id as "personId", coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), u.name, '') as name,
       coalesce((select string_agg(trim(e.value), ', ' order by h.at) from unnest($4::text[]) with ordinality as h(heading, at)
         join jsonb_each_text(c.extra) as e on regexp_replace(lower(e.key), '[^a-z0-9]+', ' ', 'g') = h.heading where trim(e.value) <> ''), '') as street,
       coalesce(c.city, '') as city, coalesce(c.state, '') as state, coalesce(c.postal_code, '') as "postalCode", coalesce(c.country, '') as country
     from ${from} where p.incident_id = $1 and p.notice in ('refused', 'bounced', 'post', 'unreachable') and ($2::uuid is null or p.person_id > $2)
     order by p.person_id limit $3`,
    [incidentId, after, rows, streetHeadings],
  );
}

/** A person's street is no field of ours; where a file had it, it is kept under its heading. The first line before the second. */
const streetHeadings = [
  'street, street address, street address 1, street 1, address, address line 1, address 1, mailing street, mailing address',
  'contact address, home address, person street, primary street, strasse, rue, direccion',
  'street address 2, street 2, address line 2, address 2, apartment, suite, unit',
].flatMap((headings) => headings.split(', '));
