import type { EnrolmentEvent } from '../domain/enrolment.ts';
import { isOneOfFew, unindexed } from './few.ts';
import { applyEvents, type NextOpening } from './enrolments.ts';
import { pauseMailbox } from './mailboxHealth.ts';
import { type SuppressionRequest, writeSuppression } from './suppressions.ts';
import { prepared, type Sql, type Tx } from './transaction.ts';

/** What became of a message at the gate or behind it. */
export type Verdict =
  | 'sent'
  | 'unknown' // the answer was lost after the body may have been complete: never repeated for outreach
  | 'retry' // nothing was accepted: again a little later
  | 'hard_bounce'
  | 'soft_bounce'
  | 'policy' // about the mailbox, never about the person
  | 'authentication'
  | 'unrenderable'; // a variable has no value for this person

export interface Outcome {
  sendId: string;
  enrolmentId: string;
  step: number;
  verdict: Verdict;
  answerCode?: number;
  answerClass?: string;
  messageId?: string;
}

/** A mailbox with so many failed log-ins in a row is paused, and its rep told. */
const authenticationFailures = 3;
/** An address that is full or busy on so many days is asked about. */
const softBounceDays = 3;
const mostAttempts = 20;

/**
 * Writes outcomes down and lets each enrolment go on by them, in the caller's transaction. Every transition is a compare-and-set on
 * the row's state, so that an outcome written twice counts once.
 */
export async function recordOutcomes(
  tx: Tx,
  mailboxId: string,
  outcomes: readonly Outcome[],
  rules: { nextOpening: NextOpening; deadline: SuppressionRequest['deadline'] },
): Promise<void> {
  const of = (...verdicts: Verdict[]) => outcomes.filter(({ verdict }) => verdicts.includes(verdict));
  const sent = await markSent(tx, of('sent'));
  const unknown = await markUnknown(tx, of('unknown'));
  const refused = await markRefused(tx, of('hard_bounce'), rules.deadline);
  const putOff = await putBack(
    tx,
    of('retry', 'policy', 'authentication'),
    `least(interval '5 minutes' * power(2, least(attempts, 10)), interval '4 hours')`,
  );
  const bounced = await putBack(tx, of('soft_bounce'), `interval '1 day'`);
  await hold(tx, of('unrenderable'));
  const tired = await countSoftBounces(tx, [...bounced]);

  const events = new Map<string, EnrolmentEvent>();
  for (const { sendId, enrolmentId, step } of outcomes) {
    if (sent.has(sendId)) events.set(enrolmentId, { kind: 'outcome', step, outcome: 'sent' });
    if (unknown.has(sendId)) events.set(enrolmentId, { kind: 'unknown', step });
    if (refused.has(sendId)) events.set(enrolmentId, { kind: 'stop', because: 'bounced' });
    if (tired.has(sendId)) events.set(enrolmentId, { kind: 'pause', because: 'soft_bounces' });
  }
  await applyEvents(
    tx,
    [...events].map(([enrolmentId, event]) => ({ enrolmentId, event })),
    rules.nextOpening,
  );
  await judgeMailbox(
    tx,
    mailboxId,
    outcomes.filter(({ sendId }) => sent.has(sendId) || putOff.has(sendId)),
  );
}

/** Changes the rows that are in one of the states `from`, and answers the states that they had. */
const settle = (set: string, from: string): string =>
  `with o as (select o.*, s.before from jsonb_to_recordset($1::jsonb) as o("sendId" uuid, "answerCode" int, "answerClass" text, "messageId" text)
     cross join lateral (select state as before from sends where id = o."sendId" and ${unindexed('state')} in (${from}) for update) as s
     where ${isOneOfFew('o."sendId"')})
   update sends s set ${set} from o where s.id = o."sendId" returning s.id, o.before`;

const settleSent = prepared(
  settle(
    `state = 'sent', because = null, sent_at = decorum.now(), recorded_at = clock_timestamp(), message_id = o."messageId",
       answer_code = o."answerCode", answer_class = 'accepted', wire_until = null`,
    `'handing', 'unknown'`,
  ),
);

/** One statement for a batch that went as it should: the task of a message that was `unknown` is closed only when there was one. */
async function markSent(tx: Tx, outcomes: readonly Outcome[]): Promise<Set<string>> {
  const changed = await statesBefore(tx, outcomes, settleSent);
  const settled = [...changed].filter(([, before]) => before === 'unknown').map(([id]) => id);
  if (settled.length > 0) {
    await tx.run(
      `update tasks set state = 'done', outcome = 'sent', done_at = decorum.now() where send_id = any($1) and kind = 'unknown_outcome' and state = 'open'`,
      [settled],
    );
  }
  return new Set(changed.keys());
}

async function markUnknown(tx: Tx, outcomes: readonly Outcome[]): Promise<Set<string>> {
  const marked = await update(
    tx,
    outcomes,
    `state = 'unknown', because = 'answer_lost', recorded_at = clock_timestamp(), message_id = coalesce(o."messageId", s.message_id), wire_until = null`,
    `'handing'`,
  );
  await openUnknownTasks(tx, [...marked]);
  return marked;
}

/** A task for the rep to settle each unknown outcome. */
export async function openUnknownTasks(tx: Tx, sendIds: readonly string[]): Promise<void> {
  if (sendIds.length === 0) return;
  await tx.run(
    `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, send_id, due_at)
     select s.tenant_id, 'unknown_outcome', m.owner_id, s.contact_id, s.enrolment_id, s.step, s.id, decorum.now()
     from sends s join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id where s.id = any($1) on conflict do nothing`,
    [sendIds],
  );
}

/** The address is dead: the message ends, and so does everything else to that address. */
async function markRefused(tx: Tx, outcomes: readonly Outcome[], deadline: SuppressionRequest['deadline']): Promise<Set<string>> {
  const refused = await update(
    tx,
    outcomes,
    `state = 'refused', because = 'hard_bounce', recorded_at = clock_timestamp(), answer_code = o."answerCode", answer_class = o."answerClass", wire_until = null`,
    `'handing', 'claimed'`, // RCPT is refused before the gate
  );
  if (refused.size === 0) return refused;
  const addresses = await tx.rows<{ hash: Buffer; enrolmentId: string }>(
    `select address_hash as hash, enrolment_id as "enrolmentId" from sends where id = any($1) order by address_hash`,
    [[...refused]],
  );
  for (const { hash, enrolmentId } of addresses) {
    await writeSuppression(tx, {
      subjects: [{ hash, kind: 'address' }],
      channel: 'email',
      basis: 'bounce',
      enrolmentId,
      deadline,
    });
  }
  return refused;
}

/** Nothing was accepted: the row is planned again after `delay`, which may refer to the attempts so far. */
function putBack(tx: Tx, outcomes: readonly Outcome[], delay: string): Promise<Set<string>> {
  return update(
    tx,
    outcomes,
    `state = case when s.attempts + 1 >= ${mostAttempts} then 'held' else 'planned' end, because = 'retry', attempts = s.attempts + 1,
     due_at = decorum.now() + ${delay.replaceAll('attempts', 's.attempts')}, answer_code = o."answerCode", answer_class = o."answerClass", wire_until = null, handed_at = null, claim_id = null`,
    `'handing', 'claimed'`,
  );
}

async function hold(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  await update(tx, outcomes, `state = 'held', because = 'unrenderable', claim_id = null`, `'claimed'`);
}

async function update(tx: Tx, outcomes: readonly Outcome[], set: string, from: string): Promise<Set<string>> {
  return new Set((await statesBefore(tx, outcomes, settle(set, from))).keys());
}

async function statesBefore(tx: Tx, outcomes: readonly Outcome[], statement: Sql): Promise<Map<string, string>> {
  if (outcomes.length === 0) return new Map();
  const inOrder = outcomes.toSorted((a, b) => (a.sendId < b.sendId ? -1 : 1)); // of the locks
  const changed = await tx.rows<{ id: string; before: string }>(statement, [JSON.stringify(inOrder)]);
  return new Map(changed.map(({ id, before }) => [id, before]));
}

/** Notes today for the person of each message that bounced softly; answers the messages whose person has had too many such days. */
export async function countSoftBounces(tx: Tx, sendIds: readonly string[]): Promise<Set<string>> {
  if (sendIds.length === 0) return new Set();
  await tx.run(
    `insert into soft_bounces (tenant_id, contact_id, day) select tenant_id, contact_id, (decorum.now() at time zone 'UTC')::date
     from sends where id = any($1) order by contact_id on conflict do nothing`,
    [sendIds],
  );
  const tired = await tx.rows<{ id: string }>(
    `select s.id from sends s where s.id = any($1) and (select count(*) from soft_bounces b where b.contact_id = s.contact_id) >= ${softBounceDays}`,
    [sendIds],
  );
  await tx.run(
    `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, due_at)
     select s.tenant_id, 'soft_bounces', m.owner_id, s.contact_id, s.enrolment_id, s.step, decorum.now()
     from sends s join mailboxes m on m.tenant_id = s.tenant_id and m.id = s.mailbox_id where s.id = any($1)
       and not exists (select from tasks t where t.enrolment_id = s.enrolment_id and t.kind = 'soft_bounces' and t.state = 'open')`,
    [tired.map(({ id }) => id)],
  );
  return new Set(tired.map(({ id }) => id));
}

/** Policy answers and failed log-ins, as far as they were not written down before, are about the mailbox: it pauses, and its people keep their place. */
async function judgeMailbox(tx: Tx, mailboxId: string, outcomes: readonly Outcome[]): Promise<void> {
  const failed = outcomes.filter(({ verdict }) => verdict === 'authentication').length;
  if (failed > 0) {
    const { failures } = await tx.row<{ failures: number }>(
      `update mailboxes set authentication_failures = authentication_failures + 1 where id = $1 returning authentication_failures as failures`,
      [mailboxId],
    );
    if (failures >= authenticationFailures) await pauseMailbox(tx, mailboxId, 'authentication', null);
  } else if (outcomes.some(({ verdict }) => verdict === 'sent')) {
    await tx.run(`update mailboxes set authentication_failures = 0 where id = $1 and authentication_failures > 0`, [mailboxId]);
  }
  if (outcomes.some(({ verdict }) => verdict === 'policy')) await pauseMailbox(tx, mailboxId, 'policy', null);
}
