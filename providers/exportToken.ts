import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkKeys } from './linkToken.ts';

/** What a download link carries: which archive, and until when. Whether the archive is still there is the record's to say. */
export interface ExportClaims {
  readonly tenantId: string;
  readonly exportId: string;
  readonly expiresAt: Date;
}

const UUID_BYTES = 16;
const PAYLOAD_BYTES = 2 * UUID_BYTES + 6;
const MAC_BYTES = 32; // of full length: behind it is everything that an account has

/** 94 URL-safe characters. The newest key signs. */
export function signExport(keys: LinkKeys, { tenantId, exportId, expiresAt }: ExportClaims): string {
  const until = Buffer.alloc(6);
  until.writeUIntBE(expiresAt.getTime(), 0, 6);
  const payload = Buffer.concat([uuidBytes(tenantId), uuidBytes(exportId), until]);
  return Buffer.concat([payload, macOf(keys[0], payload)]).toString('base64url');
}

/** Null for what none of the keys signed, and for what has expired. */
export function readExport(keys: LinkKeys, token: string, now: Date): ExportClaims | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== PAYLOAD_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, payload), bytes.subarray(PAYLOAD_BYTES)))) return null;
  const expiresAt = new Date(payload.readUIntBE(2 * UUID_BYTES, 6));
  if (expiresAt <= now) return null;
  return { tenantId: uuidText(payload.subarray(0, UUID_BYTES)), exportId: uuidText(payload.subarray(UUID_BYTES)), expiresAt };
}

function macOf(key: Buffer, payload: Buffer): Buffer {
  return createHmac('sha256', key).update('decorum export 1\0').update(payload).digest();
}

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== UUID_BYTES) throw new RangeError('An id in a download link is a uuid.');
  return bytes;
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
