import { createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';

/**
 * What an e-mail carries so that its answer finds its way: no personal data, only random ids, a keyed hash and a MAC.
 *
 * Two forms, because an SMTP local part has 64 characters (RFC 5321, 4.5.3.1.1) and loses its letter case on the way:
 * - the *link* token stands alone. It holds tenant, enrolment, sequence and the address hash, so that an opt-out binds even when the
 *   tenant has been purged and nothing can be looked up. It goes into https links and into the subject of the `mailto:` link.
 * - the *mail* token is the local part of `reply+…`, `bounce+…` and `unsubscribe+…` addresses: the enrolment's random mail key and the
 *   step; the tenant is found by looking the mail key up.
 *
 * MACs are HMAC-SHA-256 cut to 128 bits under the platform's link keys: the newest signs, all of them verify, so that a link lives as
 * long as its key is kept in the list. The purpose is part of what is signed: a token of one form or kind is never one of another.
 */
export type LinkKeys = readonly [newest: Buffer, ...older: Buffer[]];

const LINK_KINDS = ['unsubscribe', 'preferences'] as const;
const MAIL_KINDS = ['reply', 'bounce', 'unsubscribe'] as const;

export interface LinkClaims {
  readonly kind: (typeof LINK_KINDS)[number];
  readonly tenantId: string;
  readonly enrolmentId: string;
  readonly sequenceId: string;
  readonly addressHash: Buffer;
}

export interface MailClaims {
  readonly kind: (typeof MAIL_KINDS)[number];
  readonly mailKey: Buffer;
  /** Which step's e-mail this answers, from 0. */
  readonly step: number;
}

const MAC_BYTES = 16;
const UUID_BYTES = 16;
const HASH_BYTES = 32;
const LINK_BYTES = 1 + 3 * UUID_BYTES + HASH_BYTES;
export const MAIL_KEY_BYTES = 10;
const MAIL_BYTES = MAIL_KEY_BYTES + 2;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** 130 URL-safe characters. */
export function signLink(keys: LinkKeys, { kind, tenantId, enrolmentId, sequenceId, addressHash }: LinkClaims): string {
  if (addressHash.length !== HASH_BYTES)
    throw new RangeError(`An address hash has ${HASH_BYTES} bytes, not ${addressHash.length}.`);
  const payload = Buffer.concat([
    Buffer.of(LINK_KINDS.indexOf(kind)),
    uuidBytes(tenantId),
    uuidBytes(enrolmentId),
    uuidBytes(sequenceId),
    addressHash,
  ]);
  return Buffer.concat([payload, macOf(keys[0], 'link', payload)]).toString('base64url');
}

/** The claims of a link token that one of the keys signed; null for anything else. */
export function readLink(keys: LinkKeys, token: string): LinkClaims | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== LINK_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const payload = bytes.subarray(0, LINK_BYTES);
  const kind = LINK_KINDS[payload[0] ?? -1];
  if (!kind || !isSigned(keys, 'link', bytes)) return null;
  const uuidAt = (position: number) => uuidText(payload.subarray(1 + position * UUID_BYTES, 1 + (position + 1) * UUID_BYTES));
  return { kind, tenantId: uuidAt(0), enrolmentId: uuidAt(1), sequenceId: uuidAt(2), addressHash: payload.subarray(-HASH_BYTES) };
}

/** The claims of a link token anywhere in a text: the `mailto:` link has its token as the subject, mail programs add words to it. */
export function findLink(keys: LinkKeys, text: string): LinkClaims | null {
  for (const [token] of text.matchAll(/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{130}(?![A-Za-z0-9_-])/g)) {
    const claims = readLink(keys, token);
    if (claims) return claims;
  }
  return null;
}

/** `kind+token`, 57 characters at most, lower case, safe in any local part. */
export function signMailLocalPart(keys: LinkKeys, { kind, mailKey, step }: MailClaims): string {
  if (mailKey.length !== MAIL_KEY_BYTES) throw new RangeError(`A mail key has ${MAIL_KEY_BYTES} bytes, not ${mailKey.length}.`);
  const payload = Buffer.alloc(MAIL_BYTES);
  mailKey.copy(payload);
  payload.writeUInt16BE(step, MAIL_KEY_BYTES); // throws when there is no such step
  return `${kind}+${toBase32(Buffer.concat([payload, macOf(keys[0], kind, payload)]))}`;
}

/** The address to which a message comes back that belongs to no step: of a statutory notice. */
export function bounceAddressOf(keys: LinkKeys, domain: string): (mailKey: Buffer) => string {
  return (mailKey) => `${signMailLocalPart(keys, { kind: 'bounce', mailKey, step: 0 })}@${domain}`;
}

/** The claims of a local part, in any letter case, that one of the keys signed; null for anything else. */
export function readMailLocalPart(keys: LinkKeys, localPart: string): MailClaims | null {
  const [name, token, ...rest] = localPart.toLowerCase().split('+');
  const kind = MAIL_KINDS.find((known) => known === name);
  const bytes = token && rest.length === 0 ? fromBase32(token) : null;
  if (!kind || bytes?.length !== MAIL_BYTES + MAC_BYTES || !isSigned(keys, kind, bytes)) return null;
  return { kind, mailKey: bytes.subarray(0, MAIL_KEY_BYTES), step: bytes.readUInt16BE(MAIL_KEY_BYTES) };
}

function isSigned(keys: LinkKeys, purpose: string, signed: Buffer): boolean {
  const mac = signed.subarray(-MAC_BYTES);
  return keys.some((key) => timingSafeEqual(macOf(key, purpose, signed.subarray(0, -MAC_BYTES)), mac));
}

function macOf(key: Buffer, purpose: string, payload: Buffer): Buffer {
  if (key.length < 32) throw new RangeError('A link key must have at least 32 bytes.');
  const form = purpose === 'link' ? 'decorum link 1' : `decorum mail 1 ${purpose}`;
  return createHmac('sha256', key).update(`${form}\0`).update(payload).digest().subarray(0, MAC_BYTES);
}

function uuidBytes(uuid: string): Buffer {
  if (!UUID.test(uuid)) throw new RangeError('An id in a link token must be a lower-case uuid.');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
