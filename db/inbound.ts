import type { Place } from '../domain/opening.ts';
import { applyEvents, type NextOpening } from './enrolments.ts';
import { want } from './outbox.ts';
import { judgePolicyBounces } from './mailboxHealth.ts';
import { countSoftBounces } from './outcomes.ts';
import type { Tx } from './transaction.ts';
import { mailboxWork } from './workflowIds.ts';

export type InboundKind = 'reply' | 'auto_reply' | 'stop_request' | 'bounce_hard' | 'bounce_soft' | 'bounce_policy' | 'complaint';

/** What is known of the person whose enrolment a message names. */
export interface Addressee {
  enrolmentId: string;
  contactId: string;
  mailboxId: string;
  ownerId: string;
  place: Place;
  phone: string | null;
  /** Of every address that the enrolment wrote to or would write to next. */
  addressHashes: Buffer[];
  /** Of the address that the step's message went to; null when no message of that step is on record. */
  writtenTo: Buffer | null;
  /** The legal instant. */
  now: Date;
}

/** Null: there is no such enrolment any more. */
export async function findAddressee(tx: Tx, enrolmentId: string, step: number): Promise<Addressee | null> {
  const [addressee] = await tx.rows<Addressee>(
    `select e.id as "enrolmentId", e.contact_id as "contactId", e.mailbox_id as "mailboxId", m.owner_id as "ownerId", decorum.now() as now, c.phone,
       json_build_object('zone', c.zone, 'state', coalesce(c.state, ''), 'country', coalesce(c.country, '')) as place,
       array(select h.hash from (select c.address_hash as hash union select s.address_hash from sends s where s.enrolment_id = e.id) as h
             where h.hash is not null order by h.hash) as "addressHashes",
       (select s.address_hash from sends s where s.enrolment_id = e.id and s.step = $2) as "writtenTo"
     from enrolments e
     join mailboxes m on m.tenant_id = e.tenant_id and m.id = e.mailbox_id
     left join contacts c on c.tenant_id = e.tenant_id and c.id = e.contact_id
     where e.id = $1`,
    [enrolmentId, step],
  );
  return addressee ?? null;
}

export interface NewInbound {
  kind: InboundKind;
  /** The same for a message that is handed in twice. */
  sourceHash: Buffer;
  /** Which step's message it answers. */
  step: number;
  fromAddress: string;
  subject: string;
  /** The person's own words, without the quoted text. */
  words: string;
  /** The whole message, when the rep is to get it; null: it is only kept on record. */
  forwarded: Buffer | null;
  /** Of an automatic answer: when the person may be written to again. */
  resumeAt: Date | null;
}

/**
 * Writes a message down and lets it act on its enrolment, once however often it is handed in. Suppressions are not among what it does:
 * they have a protocol of their own (db/suppressions.ts), which begins when this has committed.
 */
export async function recordInbound(tx: Tx, addressee: Addressee, message: NewInbound, nextOpening: NextOpening): Promise<void> {
  const { enrolmentId, contactId, mailboxId } = addressee;
  const [recorded] = await tx.rows<{ id: string }>(
    `insert into inbound_messages (tenant_id, enrolment_id, contact_id, source_hash, kind, step, from_address, subject, body, raw, forward)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, case when $9::bytea is null then 'none' else 'due' end)
     on conflict (tenant_id, source_hash) do nothing returning id`,
    [
      enrolmentId,
      contactId,
      message.sourceHash,
      message.kind,
      message.step,
      storable(message.fromAddress),
      storable(message.subject),
      storable(message.words),
      message.forwarded,
    ],
  );
  if (!recorded) return;
  await proveArrival(tx, addressee, message.step, nextOpening);
  if (message.forwarded) await show(tx, addressee, recorded.id, message.step);
  switch (message.kind) {
    case 'reply':
      return replied(tx, { enrolmentId, step: message.step, byUser: null }, nextOpening);
    case 'auto_reply':
      await applyEvents(
        tx,
        [{ enrolmentId, event: { kind: 'pause', because: 'auto_reply' }, resumeAt: message.resumeAt }],
        nextOpening,
      );
      return;
    case 'bounce_hard':
      await tx.run(`update sends set because = 'bounced_later' where enrolment_id = $1 and step = $2 and state = 'sent'`, [
        enrolmentId,
        message.step,
      ]);
      return;
    case 'bounce_soft':
      return bouncedSoftly(tx, enrolmentId, message.step, nextOpening);
    case 'bounce_policy':
      return judgePolicyBounces(tx, mailboxId);
    case 'stop_request':
    case 'complaint':
      return; // the suppression stops the enrolment, and everything else to that person
  }
}

/** A rep has had the answer by another road (a call, a colleague). False: there is no such enrolment, or it is marked already. */
export async function markReply(tx: Tx, enrolmentId: string, byUser: string, nextOpening: NextOpening): Promise<boolean> {
  const [marked] = await tx.rows<{ step: number }>(
    `insert into inbound_messages (tenant_id, enrolment_id, contact_id, source_hash, kind, step)
     select e.tenant_id, e.id, e.contact_id, sha256(convert_to('marked by hand ' || e.id || ' ' || answered.step, 'UTF8')), 'reply', answered.step
     from enrolments e cross join lateral (
       select coalesce(max(s.step), e.step) as step from sends s where s.enrolment_id = e.id and s.state in ('sent', 'unknown')) as answered
     where e.id = $1 on conflict (tenant_id, source_hash) do nothing returning step`,
    [enrolmentId],
  );
  if (!marked) return false;
  await replied(tx, { enrolmentId, step: marked.step, byUser }, nextOpening);
  return true;
}

/** Stops the enrolment, or leads it on where the sequence has a branch for replies; then nothing of the step that was left may still go. */
async function replied(
  tx: Tx,
  { enrolmentId, step, byUser }: { enrolmentId: string; step: number; byUser: string | null },
  nextOpening: NextOpening,
): Promise<void> {
  await applyEvents(tx, [{ enrolmentId, event: { kind: 'replied', step }, byUser }], nextOpening);
  await tx.run(
    `update sends set state = 'cancelled', because = 'replied'
     where id in (select s.id from sends s join enrolments e on e.tenant_id = s.tenant_id and e.id = s.enrolment_id
                  where e.id = $1 and s.step <> e.step and s.state in ('planned', 'held', 'claimed') order by s.id for update of s)`,
    [enrolmentId],
  );
  await tx.run(
    `update tasks t set state = 'cancelled', done_at = decorum.now() from enrolments e
     where e.id = $1 and t.enrolment_id = e.id and t.step <> e.step and t.kind in ('manual', 'call') and t.state in ('open', 'not_cleared')`,
    [enrolmentId],
  );
}

/** An answer to a message whose outcome was unknown: it has arrived, and nobody need settle it. */
async function proveArrival(tx: Tx, { enrolmentId }: Addressee, step: number, nextOpening: NextOpening): Promise<void> {
  const [settled] = await tx.rows<{ id: string }>(
    `update sends set state = 'sent', because = 'answered', sent_at = coalesce(sent_at, handed_at, decorum.now())
     where enrolment_id = $1 and step = $2 and state = 'unknown' returning id`,
    [enrolmentId, step],
  );
  if (!settled) return;
  await tx.run(
    `update tasks set state = 'done', outcome = 'sent', done_at = decorum.now() where send_id = $1 and kind = 'unknown_outcome' and state = 'open'`,
    [settled.id],
  );
  await applyEvents(tx, [{ enrolmentId, event: { kind: 'outcome', step, outcome: 'sent' } }], nextOpening);
}

/** A task for the mailbox's owner, who also gets the message itself by mail. */
async function show(
  tx: Tx,
  { contactId, enrolmentId, mailboxId, ownerId }: Addressee,
  inboundId: string,
  step: number,
): Promise<void> {
  await tx.run(
    `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, inbound_id, due_at)
     values (decorum.tenant(), 'reply', $1, $2, $3, $4, $5, decorum.now()) on conflict do nothing`,
    [ownerId, contactId, enrolmentId, step, inboundId],
  );
  await want(tx, [mailboxWork(tx.tenantId, mailboxId)]);
}

async function bouncedSoftly(tx: Tx, enrolmentId: string, step: number, nextOpening: NextOpening): Promise<void> {
  const sends = await tx.rows<{ id: string }>(`select id from sends where enrolment_id = $1 and step = $2`, [enrolmentId, step]);
  const tired = await countSoftBounces(
    tx,
    sends.map(({ id }) => id),
  );
  if (tired.size > 0) await applyEvents(tx, [{ enrolmentId, event: { kind: 'pause', because: 'soft_bounces' } }], nextOpening);
}

/** PostgreSQL's text has no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '');
}
