import { createHash } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { type Addressee, findAddressee, type InboundKind, type NewInbound, recordInbound } from '../db/inbound.ts';
import { refuseCalls } from '../db/calls/doNotCall.ts';
import { type Basis, suppress } from '../db/suppressions.ts';
import { endOfAbsence } from '../domain/absence.ts';
import { phoneNumber } from '../domain/phoneNumber.ts';
import { openingAfter } from '../law/openings.ts';
import { optOutDeadline } from '../law/optOut.ts';
import { candidateZones } from '../law/zones.ts';
import { addressHasher } from '../providers/keyedHash.ts';
import { type LinkClaims, readLink } from '../providers/linkToken.ts';
import { callRequest, numbersIn } from '../providers/mail/inbound/callRequest.ts';
import { classifyInbound, type Inbound } from '../providers/mail/inbound/classify.ts';
import { type Delivery, NoSuchAddress } from '../providers/mail/inbound/listener.ts';
import { ownWords } from '../providers/mail/inbound/ownWords.ts';
import { type InboundMessage, InboundRefused, parseInbound } from '../providers/mail/inbound/parse.ts';
import type { Dependencies } from './dependencies.ts';
import { takeNoticeBounce } from './noticeBounce.ts';

const MOST_WORDS = 50_000;
const MOST_SUBJECT = 1_000;

type World = Pick<Dependencies, 'db' | 'stops' | 'linkKeys' | 'addressKey'>;

/**
 * Takes a message that came to one of our addresses, and returns when it may be answered with 250: the message is on record with all that
 * follows from it, and where it asks us to stop, no message to that person can begin any more. A wish for no calls is in force, too. It bears repetition: what was cut off half
 * way is completed when the sender tries again. Throws NoSuchAddress and InboundRefused for what would be no better tomorrow.
 */
export async function acceptInbound({ db, stops, linkKeys, addressKey }: World, delivery: Delivery): Promise<void> {
  const [owner] = await db.lookUp<{ tenantId: string; enrolmentId: string }>(
    `select tenant_id as "tenantId", enrolment_id as "enrolmentId" from decorum.find_mail_key($1)`,
    [delivery.mailKey],
  );
  if (!owner && delivery.kind === 'bounce' && (await takeNoticeBounce(db, delivery))) return;
  if (!owner && delivery.kind !== 'unsubscribe') throw new NoSuchAddress();
  const message = await read(delivery);
  // The `mailto:` link has a subject that needs no look-up: it binds when the enrolment, or the whole tenant, has been deleted.
  const link = delivery.kind === 'unsubscribe' ? readLink(linkKeys, message.subject.replaceAll(/\s+/g, '')) : null;
  if (link) await suppressByLink(stops, link);
  if (!owner) {
    if (link) return;
    throw new NoSuchAddress();
  }

  const { tenantId, enrolmentId } = owner;
  const addressee = await db.inTenant(tenantId, (tx) => findAddressee(tx, enrolmentId, delivery.step));
  if (!addressee) throw new NoSuchAddress();
  const { inbound, resumeAt } = judge(message, delivery, addressee);
  const kind = kindOf(inbound);
  if (kind === null) return;
  const record = { ...recordOf(message, delivery, inbound), kind, resumeAt };
  await db.inTenant(tenantId, (tx) => recordInbound(tx, addressee, record, openingAfter));
  const numbers = numbersNotToCall(inbound, addressee);
  if (numbers.length > 0) {
    const hashOf = addressHasher(addressKey, tenantId);
    const request = { hashes: numbers.map((number) => hashOf(number)), basis: 'email' as const, deadline: optOutDeadline };
    await refuseCalls(stops, tenantId, request, openingAfter);
  }

  const basis = delivery.kind === 'unsubscribe' ? 'mailto' : bases[kind];
  const hashes = kind === 'bounce_hard' && addressee.writtenTo ? [addressee.writtenTo] : addressee.addressHashes;
  if (!basis || hashes.length === 0) return;
  await suppress(stops, tenantId, {
    subjects: hashes.map((hash) => ({ hash, kind: 'address' })),
    channel: 'email',
    basis,
    enrolmentId,
    deadline: optOutDeadline,
  });
}

/** The number on record and those that the request names; none when the message asks for no such thing. */
function numbersNotToCall(inbound: Inbound, { phone }: Addressee): string[] {
  const request = inbound.kind === 'reply' || inbound.kind === 'stopRequest' ? callRequest(inbound.words) : null;
  if (request === null) return [];
  return [...new Set([phone ?? '', ...numbersIn(request)].flatMap((text) => phoneNumber(text) ?? []))];
}

const bases: { readonly [kind in InboundKind]?: Basis } = {
  stop_request: 'reply',
  bounce_hard: 'bounce',
  complaint: 'complaint',
};

async function suppressByLink(stops: World['stops'], { tenantId, addressHash, enrolmentId }: LinkClaims): Promise<void> {
  await suppress(stops, tenantId, {
    subjects: [{ hash: addressHash, kind: 'address' }],
    channel: 'email',
    basis: 'mailto',
    enrolmentId,
    deadline: optOutDeadline,
  });
}

/** To unsubscribe the address is enough: a message that we refuse to read must not keep the opt-out from being taken. */
async function read({ kind, raw }: Delivery): Promise<InboundMessage> {
  try {
    return await parseInbound(raw);
  } catch (error) {
    if (kind !== 'unsubscribe' || !(error instanceof InboundRefused)) throw error;
    return await parseInbound(Buffer.alloc(0));
  }
}

function judge(
  message: InboundMessage,
  { kind, envelopeFrom }: Delivery,
  { place, now }: Addressee,
): { inbound: Inbound; resumeAt: Date | null } {
  const words = ownWords(message.text);
  if (kind === 'unsubscribe') return { inbound: { kind: 'stopRequest', words, request: message.subject }, resumeAt: null };
  const { zones } = candidateZones(place);
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  const receivedOn = instant
    .toZonedDateTimeISO(zones[0] ?? 'UTC')
    .toPlainDate()
    .toString();
  const inbound = classifyInbound(message, { receivedOn, envelopeFrom });
  if (inbound.kind !== 'autoReply') return { inbound, resumeAt: null };
  return { inbound, resumeAt: new Date(endOfAbsence(inbound.returnsOn, zones, instant).epochMilliseconds) };
}

/** Null: a delay, a receipt; nothing to keep or to act upon. */
function kindOf(inbound: Inbound): InboundKind | null {
  switch (inbound.kind) {
    case 'reply':
    case 'complaint':
      return inbound.kind;
    case 'stopRequest':
      return 'stop_request';
    case 'autoReply':
      return 'auto_reply';
    case 'bounce':
      return ({ hardBounce: 'bounce_hard', softBounce: 'bounce_soft', policy: 'bounce_policy' } as const)[inbound.severity];
    case 'notice':
      return null;
  }
}

function recordOf(message: InboundMessage, delivery: Delivery, inbound: Inbound): Omit<NewInbound, 'kind' | 'resumeAt'> {
  const isForRep = delivery.kind !== 'unsubscribe' && (inbound.kind === 'reply' || inbound.kind === 'stopRequest');
  return {
    sourceHash: sourceHash(message, delivery),
    step: delivery.step,
    fromAddress: message.from ?? '',
    subject: message.subject.slice(0, MOST_SUBJECT),
    words: 'words' in inbound ? inbound.words.slice(0, MOST_WORDS) : '',
    forwarded: isForRep ? delivery.raw : null,
  };
}

/** By the Message-ID, because what servers put on top differs from one hand-over to the next; without one, by the bytes. */
function sourceHash({ messageId }: InboundMessage, { kind, mailKey, step, raw }: Delivery): Buffer {
  return createHash('sha256')
    .update(`${kind}\0${mailKey.toString('hex')}\0${step}\0`)
    .update(messageId ?? raw)
    .digest();
}
