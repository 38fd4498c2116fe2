import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkKeys } from './linkToken.ts';

/**
 * What the link in a letter to a user carries: the letter's tenant and id with a MAC. The record holds no secret of a link, so neither a
 * dump of it nor somebody who can write to it makes one; whether the link is still good is the record's to say.
 */
export interface LetterClaims {
  readonly tenantId: string;
  readonly letterId: string;
}

const UUID_BYTES = 16;
const MAC_BYTES = 16;

/** 64 URL-safe characters. The newest key signs. */
export function signLetter(keys: LinkKeys, { tenantId, letterId }: LetterClaims): string {
  const payload = Buffer.concat([uuidBytes(tenantId), uuidBytes(letterId)]);
  return Buffer.concat([payload, macOf(keys[0], payload)]).toString('base64url');
}

/** Null for what none of the keys signed. */
export function readLetter(keys: LinkKeys, token: string): LetterClaims | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 2 * UUID_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const payload = bytes.subarray(0, 2 * UUID_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, payload), bytes.subarray(2 * UUID_BYTES)))) return null;
  return { tenantId: uuidText(payload.subarray(0, UUID_BYTES)), letterId: uuidText(payload.subarray(UUID_BYTES)) };
}

function macOf(key: Buffer, payload: Buffer): Buffer {
  return createHmac('sha256', key).update('decorum letter 1\0').update(payload).digest().subarray(0, MAC_BYTES);
}

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== UUID_BYTES) throw new RangeError('An id in a letter is a uuid.');
  return bytes;
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
