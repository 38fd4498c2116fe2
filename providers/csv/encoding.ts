import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { Unreadable } from './unreadable.ts';

const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** An encoding that was found out and written down before. */
export function encodingNamed(name: string | null): Encoding {
  const known = encodings.find((encoding) => encoding === name);
  if (!known) throw new RangeError(`${name} is no encoding that files are read in.`);
  return known;
}

const SAMPLE_BYTES = 64 * 1024;

/**
 * Finds out what a file's bytes mean. It must see all of them: the one byte that is no UTF-8 may stand in the last row.
 * A byte-order mark decides; else NULs tell UTF-16; else it is UTF-8 unless broken sequences outnumber sound ones: then it is
 * Windows-1252, in which every byte is a letter.
 */
export class EncodingGuess {
  #sample: Buffer = Buffer.alloc(0);
  #sound = 0;
  #broken = 0;
  #bytes = 0;
  #carried: Buffer = Buffer.alloc(0); // the beginning of a sequence that the next chunk goes on with

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes += bytes.length;
    if (this.#sample.length < SAMPLE_BYTES) {
      this.#sample = Buffer.concat([this.#sample, bytes.subarray(0, SAMPLE_BYTES - this.#sample.length)]);
    }
    const joined = this.#carried.length > 0 ? Buffer.concat([this.#carried, bytes]) : bytes;
    const whole = joined.length - unfinished(joined);
    this.#carried = Buffer.from(joined.subarray(whole));
    this.#count(joined.subarray(0, whole));
  }

  end(): Encoding {
    this.#count(this.#carried);
    this.#carried = Buffer.alloc(0);
    if (this.#bytes === 0) throw new Unreadable('no_header', 'The file is empty: its first line must name the columns.');
    const marked = byteOrderMark(this.#sample);
    if (marked) return marked;
    refuseOtherFormats(this.#sample);
    const wide = wideByNuls(this.#sample);
    if (wide) return wide;
    return this.#broken > this.#sound ? 'windows-1252' : 'utf-8';
  }

  #count(bytes: Buffer): void {
    const sound = isUtf8(bytes);
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at] ?? 0;
      if (lead < 0x80) {
        at += 1;
        continue;
      }
      const length = sequenceLength(lead);
      if (sound || (length > 0 && isUtf8(bytes.subarray(at, at + length)))) {
        this.#sound += 1;
        at += length;
      } else {
        this.#broken += 1;
        at += 1;
      }
    }
  }
}

/** Bytes of the sequence that `lead` begins (RFC 3629); 0: it begins none. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/** How many bytes at the end begin a sequence that may go on in the next chunk. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function byteOrderMark(start: Buffer): Encoding | null {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return null;
}

function refuseOtherFormats(start: Buffer): void {
  const magic = start.subarray(0, 4).toString('latin1');
  if (magic === 'PK\x03\x04' || magic === '\xd0\xcf\x11\xe0') {
    throw new Unreadable(
      'unreadable',
      'This is a workbook or an archive, not a text file: save it as CSV (UTF-8) and try again.',
    );
  }
  if (magic === '%PDF')
    throw new Unreadable('unreadable', 'This is a PDF, not a text file: export the contacts as CSV and try again.');
  if (magic.startsWith('\x1f\x8b')) throw new Unreadable('unreadable', 'This file is compressed: unpack it and try again.');
}

/** Delimiters and line breaks of UTF-16 have a NUL, at an odd place when the low byte comes first; 8-bit text has none. */
function wideByNuls(start: Buffer): Encoding | null {
  const nuls = [0, 0];
  for (let at = start.indexOf(0); at !== -1; at = start.indexOf(0, at + 1)) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  if ((even + odd) * 64 < start.length) return null; // a few stray ones
  if (odd > 3 * even) return 'utf-16le';
  if (even > 3 * odd) return 'utf-16be';
  throw new Unreadable('encoding', 'This is no text file: save the contacts as CSV (UTF-8) and try again.');
}

const PIECE_BYTES = 32 * 1024;

/** The text of the chunks in small pieces, so that few rows are held at a time, without a byte-order mark; sequences may be split anywhere. */
export async function* decoded(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding, { stripBOM: true });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.byteLength - at)));
      if (text) yield text;
    }
  }
  const rest = decoder.end();
  if (rest) yield rest;
}
