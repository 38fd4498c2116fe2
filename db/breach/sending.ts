import { letterOf } from '../../domain/breachNotice.ts';
import { closeObligation } from '../obligation.ts';
import type { Tx } from '../transaction.ts';
import { personIsHeld } from './holds.ts';
import { type Incident, note } from './incidents.ts';
import { bringForward, listLines } from './lines.ts';
import { keepLetter, type Letter, noticeFacts, noticeWords } from './words.ts';

/** Wall clock; a sender that died gives its people back after it. At least once: the same Message-ID tells a repeat. */
const lease = `interval '2 minutes'`;
const mostAttempts = 10;

/** Somebody to be told, with the address as it is now. */
export interface Addressee {
  personId: string;
  name: string;
  email: string | null;
  letterId: string;
  /** To which a notice that comes back is addressed. */
  mailKey: Buffer;
}

export interface Batch {
  people: Addressee[];
  letters: ReadonlyMap<string, Letter>;
}

/** Marks that the users' notice begins; true the first time. */
export async function startNotice(tx: Tx, incident: Incident): Promise<boolean> {
  const started = await tx.run(
    `update breach_incidents set notice_started_at = decorum.now() where id = $1 and notice_started_at is null`,
    [incident.id],
  );
  if (started === 0) return false;
  await note(tx, incident.id, 'notice_started', null, { because: incident.noticeBecause, revision: incident.revision });
  await bringForward(tx, incident.id);
  return true;
}

/**
 * The next people who are owed a notice, leased to the caller: any number of senders take different ones. Their ids are gathered once, as an
 * array: as a subquery they were looked for anew with each person of a table that nobody had counted yet, half a minute for ten thousand.
 */
export async function claimPeople(tx: Tx, incident: Incident, most: number): Promise<Batch> {
  if (incident.facts.mailboxesLeaked && !incident.isDrill) await divertToPost(tx, incident.id);
  const claimed = await tx.rows<{ personId: string; kind: string; state: string; letterId: string | null }>(
    `update breach_people set notice = 'sending', attempts = attempts + 1, leased_until = clock_timestamp() + ${lease}
     where incident_id = $1 and person_id = any(array(
       select p.person_id from breach_people p
       where p.incident_id = $1 and p.notice in ('waiting', 'sending') and coalesce(p.leased_until <= clock_timestamp(), true) and not ${personIsHeld}
       order by p.person_id limit $2 for update of p skip locked))
     returning person_id as "personId", kind, state, letter_id as "letterId"`,
    [incident.id, most],
  );
  if (claimed.length === 0) return { people: [], letters: new Map() };
  const places = [...new Set(claimed.filter(({ letterId }) => letterId === null).map(({ state }) => letterOf(state)))];
  const facts = places.length > 0 ? await noticeFacts(tx, incident) : null;
  for (const place of facts ? places : []) {
    const letter = await keepLetter(tx, incident.id, 'users', place, await noticeWords(tx, incident.id, 'users', place, facts!));
    const ids = claimed.filter((person) => person.letterId === null && letterOf(person.state) === place);
    await tx.run(`update breach_people set letter_id = $2 where incident_id = $1 and person_id = any($3)`, [
      incident.id,
      letter.id,
      ids.map(({ personId }) => personId),
    ]);
  }
  const ids = claimed.map(({ personId }) => personId);
  const people = await tx.rows<Addressee>(
    `select p.person_id as "personId", p.letter_id as "letterId", p.mail_key as "mailKey", coalesce(c.canonical_email, u.email) as email,
       coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), u.name, 'customer') as name
     from breach_people p
     left join contacts c on p.kind = 'contact' and c.tenant_id = p.tenant_id and c.id = p.person_id
     left join users u on p.kind = 'user' and u.tenant_id = p.tenant_id and u.id = p.person_id
     where p.incident_id = $1 and p.person_id = any($2)`,
    [incident.id, ids],
  );
  const letters = await tx.rows<Letter>(
    `select id, subject, body as text, made_at as "madeAt" from breach_letters where id = any($1)`,
    [[...new Set(people.map(({ letterId }) => letterId))]],
  );
  return { people, letters: new Map(letters.map((letter) => [letter.id, letter])) };
}

/** A notice never goes to the mailbox whose credentials leaked: whoever has it would read it first. */
async function divertToPost(tx: Tx, incidentId: string): Promise<void> {
  await tx.run(`update breach_people set notice = 'post' where incident_id = $1 and notice = 'waiting'`, [incidentId]);
}

export type Told =
  | { personId: string; outcome: 'sent'; messageId: string; answer: string }
  | { personId: string; outcome: 'refused' | 'unreachable'; answer: string }
  /** `counts`: the server answered about this message; one that cannot be reached uses nobody's attempts up. */
  | { personId: string; outcome: 'retry'; answer: string; counts: boolean };

/** What became of a batch. Whoever cannot be told after many attempts is for an officer to tell otherwise. */
export async function recordTold(tx: Tx, incidentId: string, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await tx.run(
    `update breach_people p set
       notice = case when t.outcome <> 'retry' then t.outcome when t.counts and p.attempts >= ${mostAttempts} then 'refused' else 'waiting' end,
       leased_until = case when t.outcome = 'retry' then clock_timestamp() + least(interval '10 minutes', power(2, p.attempts) * interval '5 seconds') end,
       attempts = p.attempts - case when t.counts is false then 1 else 0 end,
       message_id = coalesce(t."messageId", p.message_id), answer = t.answer,
       sent_at = case when t.outcome = 'sent' then decorum.now() else p.sent_at end
     from jsonb_to_recordset($2::jsonb) as t("personId" uuid, outcome text, "messageId" text, answer text, counts boolean)
     where p.incident_id = $1 and p.person_id = t."personId" and p.notice = 'sending'`,
    [incidentId, JSON.stringify(told)],
  );
  await tx.run(`update breach_incidents set progressed_at = decorum.now() where id = $1`, [incidentId]);
}

export interface NoticeProgress {
  people: number;
  owed: number;
  sent: number;
  /** Told by other means than e-mail, as an officer recorded. */
  toldOtherwise: number;
  /** For whom an officer must find another way. */
  undone: number;
  firstSentAt: Date | null;
  lastSentAt: Date | null;
}

export function progressOf(tx: Tx, incidentId: string): Promise<NoticeProgress> {
  return tx.row<NoticeProgress>(
    `select count(*) as people, count(*) filter (where notice in ('waiting', 'sending')) as owed, count(*) filter (where notice = 'sent') as sent,
       count(*) filter (where notice = 'told_otherwise') as "toldOtherwise",
       count(*) filter (where notice in ('refused', 'bounced', 'post', 'unreachable')) as undone,
       min(sent_at) as "firstSentAt", max(sent_at) as "lastSentAt"
     from breach_people where incident_id = $1`,
    [incidentId],
  );
}

/** Closes the users' lines for whose people nobody is left to be told; true when none of them is open any more. */
export async function closeToldLines(tx: Tx, incident: Incident): Promise<boolean> {
  const open = (await listLines(tx, incident.id)).filter(
    ({ audience, standing, metAt }) => audience === 'users' && metAt === null && (standing === 'open' || standing === 'late'),
  );
  if (open.length === 0) return true;
  if (!incident.facts.isScopeKnown) return false;
  let left = open.length;
  for (const line of open) {
    const { people, untold, sent, lastSentAt } = await tx.row<{
      people: number;
      untold: number;
      sent: number;
      lastSentAt: Date | null;
    }>(
      `select count(*) as people, count(*) filter (where notice not in ('sent', 'told_otherwise')) as untold,
         count(*) filter (where notice = 'sent') as sent, max(sent_at) as "lastSentAt"
       from breach_people where incident_id = $1 and ($2 = '' or state = $2)`,
      [incident.id, line.state],
    );
    if (people === 0 || untold > 0) continue;
    const evidence = { incidentId: incident.id, people, sent, lastSentAt };
    const standing = await closeObligation(tx, incident.isDrill ? 'breach.drill' : 'breach.users', line.id, evidence);
    await note(tx, incident.id, 'notice_finished', null, { line: line.key, standing, ...evidence });
    left -= 1;
  }
  return left === 0;
}
