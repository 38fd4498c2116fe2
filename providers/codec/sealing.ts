import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto'; // a CommonJS object: its names are not there to be imported one by one

/** What a payload was encrypted under, as its metadata says. */
export interface DataKey {
  readonly id: string;
  readonly idBytes: Buffer;
  readonly key: KeyObject;
}

/** The payload does not open: cut, changed, or of another key. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';
}

export interface Opened {
  readonly payload: Payload;
  /** Of the workflow that it was written for; where it is shown is written down by this. */
  readonly workflowId: string;
}

const ENCODING = Buffer.from('binary/encrypted');
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_LENGTH_BYTES = 2;
const { Payload: Wire } = proto.temporal.api.common.v1;

/**
 * AES-256-GCM over the whole payload, its own metadata included, and the id of its workflow: version, nonce, ciphertext, tag. The key's id is
 * in the clear, and bound in. Nonces are random: 2^32 payloads under one key are safe (NIST SP 800-38D, 8.3), a century at one a second.
 */
export function seal(payload: Payload, workflowId: string, { idBytes, key }: DataKey): Payload {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(idBytes);
  const inner = Wire.encode(payload).finish();
  const plain = Buffer.allocUnsafe(ID_LENGTH_BYTES + Buffer.byteLength(workflowId) + inner.length);
  const idEnds = ID_LENGTH_BYTES + plain.write(workflowId, ID_LENGTH_BYTES);
  plain.writeUInt16BE(idEnds - ID_LENGTH_BYTES);
  plain.set(inner, idEnds);
  const sealed = cipher.update(plain);
  cipher.final();
  return {
    metadata: { encoding: ENCODING, 'key-id': idBytes },
    data: Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]),
  };
}

/** The id of the key that a payload is encrypted under; null when it is not encrypted: runs of before the codec go on. */
export function keyIdOf({ metadata }: Payload): string | null {
  const encoding = metadata?.encoding;
  if (!encoding || !ENCODING.equals(encoding)) return null;
  return Buffer.from(metadata['key-id'] ?? []).toString();
}

export function open({ data }: Payload, { idBytes, key }: DataKey): Opened {
  const bytes = Buffer.from(data ?? []);
  const nonceEnds = 1 + NONCE_BYTES;
  if (bytes.length < nonceEnds + ID_LENGTH_BYTES + TAG_BYTES || bytes[0] !== VERSION)
    throw new PayloadRefused('An encrypted payload has a form that nobody here writes.');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, nonceEnds), { authTagLength: TAG_BYTES });
    decipher.setAAD(idBytes);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceEnds, -TAG_BYTES)), decipher.final()]);
    const idEnds = ID_LENGTH_BYTES + plain.readUInt16BE();
    const workflowId = plain.toString('utf8', ID_LENGTH_BYTES, idEnds);
    return { payload: Wire.decode(plain.subarray(idEnds)), workflowId };
  } catch (cause) {
    throw new PayloadRefused('An encrypted payload was changed, or is of another key than it says.', { cause });
  }
}

/** Randomness by the page: asking for twelve bytes costs as much as the encryption. */
let pool = Buffer.alloc(0);
function nextNonce(): Buffer {
  if (pool.length < NONCE_BYTES) pool = randomBytes(NONCE_BYTES * 340);
  const nonce = pool.subarray(0, NONCE_BYTES);
  pool = pool.subarray(NONCE_BYTES);
  return nonce;
}
