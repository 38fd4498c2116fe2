import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Thrown for a byte that was changed, a piece that is missing, exchanged or cut off, another backup's file, another key. */
export class BackupUnreadable extends Error {
  override readonly name = 'BackupUnreadable';
}

const magic = Buffer.from('DCB1');
const CHUNK_BYTES = 256 * 1024;
const TAG_BYTES = 16;
const IV_BYTES = 12;

/**
 * AES-256-GCM in chunks, each with its own nonce and tag (the STREAM construction of https://eprint.iacr.org/2015/189, as in age): a file
 * of any size in bounded memory, and no byte of it is handed on before it was authenticated. The nonce is the chunk's number and whether
 * it is the last; the key is of this one file, so no nonce is used twice. `name` is authenticated too.
 */
export async function* seal(key: Buffer, name: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield magic;
  let number = 0;
  for await (const { bytes, isLast } of inChunks(source, CHUNK_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(number, isLast)).setAAD(Buffer.from(name));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/** The reverse. Throws BackupUnreadable. */
export async function* unseal(key: Buffer, name: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let number = 0;
  let isOpened = false;
  for await (const { bytes, isLast } of inChunks(source, CHUNK_BYTES + TAG_BYTES, magic.length)) {
    if (!isOpened) {
      if (!bytes.equals(magic)) throw new BackupUnreadable(`The file of ${name} is no backup.`);
      isOpened = true;
      if (isLast) throw new BackupUnreadable(`The file of ${name} is cut off.`);
      continue;
    }
    if (bytes.length < TAG_BYTES) throw new BackupUnreadable(`The file of ${name} is cut off.`);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(number, isLast))
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new BackupUnreadable(`Piece ${number} of ${name} is not what was written.`, { cause });
    }
    yield plain;
    number += 1;
  }
}

function nonce(number: number, isLast: boolean): Buffer {
  const iv = Buffer.alloc(IV_BYTES);
  iv.writeBigUInt64BE(BigInt(number), 3);
  iv.writeUInt8(isLast ? 1 : 0, IV_BYTES - 1);
  return iv;
}

/** The bytes in chunks of one size, the first of `firstSize`; the last, and only that, may be shorter or empty. */
async function* inChunks(
  source: AsyncIterable<Buffer>,
  size: number,
  firstSize = size,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  let want = firstSize;
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const bytes of source) {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes <= want) continue; // more must come before a chunk is known not to be the last
    let all = Buffer.concat(held);
    while (all.length > want) {
      yield { bytes: all.subarray(0, want), isLast: false };
      all = all.subarray(want);
      want = size;
    }
    held = [all];
    heldBytes = all.length;
  }
  yield { bytes: Buffer.concat(held), isLast: true };
}
