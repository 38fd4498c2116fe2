import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Subject } from '../db/suppressions.ts';
import { canonicalAddress, canonicalDomain } from '../domain/address.ts';
import { decoded } from '../providers/csv/encoding.ts';
import { LONGEST_RECORD, RecordReader } from '../providers/csv/records.ts';
import { addressHash, addressHasher, type AddressHasher, domainHash } from '../providers/keyedHash.ts';
import { Problem } from './problem.ts';

/** More than a real list has, few enough that one statement writes them. */
const MOST_SUBJECTS = 250_000;

export interface SubjectKey {
  readonly key: Buffer;
  readonly tenantId: string;
}

export function subjectOfAddress({ key, tenantId }: SubjectKey, canonical: string): Subject {
  return { hash: addressHash(key, tenantId, canonical), kind: 'address' };
}

export function subjectOfDomain({ key, tenantId }: SubjectKey, canonical: string): Subject {
  return { hash: domainHash(key, tenantId, canonical), kind: 'domain' };
}

/** The plain SHA-256 under which other tools keep an address. */
export function plainHash(canonicalAddress: string): string {
  return createHash('sha256').update(canonicalAddress).digest('hex');
}

const columns = {
  address: /^(e-?mail([ _-]?address)?|address|adresse)$/i,
  domain: /^(@?domain)$/i,
  sha256: /^(sha-?256|hash|email[ _-]?(hash|sha256))$/i,
  keyedHash: /^keyed[ _-]?hash$/i,
  kind: /^kind$/i,
} as const;
type Column = keyof typeof columns;

export interface ReadSubjects {
  readonly subjects: Subject[];
  readonly read: number;
  readonly rejected: { readonly row: number; readonly message: string }[];
}

/**
 * A suppression list as CSV: a heading names e-mail address, domain, sha256 (hex, of the canonical address) or keyed_hash (our own export);
 * without one the only column holds addresses, @domains or SHA-256 in hex, as the row may be.
 */
export async function readSubjects(file: Readable, { key, tenantId }: SubjectKey): Promise<ReadSubjects> {
  const hash = addressHasher(key, tenantId);
  const subjects = new Map<string, Subject>();
  const rejected: { row: number; message: string }[] = [];
  let layout: Partial<Record<Column, number>> | undefined;
  let read = 0;
  let row = 0;
  for await (const rows of recordsOf(file)) {
    for (const cells of rows) {
      row += 1;
      if (!layout) {
        const named = layoutOf(cells.map((cell) => cell.trim()));
        layout = named ?? {};
        if (named) continue;
      }
      read += 1;
      const subject = subjectOf(cells, layout, hash);
      if (subject) subjects.set(subject.hash.toString('latin1'), subject);
      else rejected.push({ row, message: 'No address, domain or SHA-256.' });
      if (subjects.size > MOST_SUBJECTS) throw new Problem('too-large', `Import ${MOST_SUBJECTS} subjects at a time.`);
    }
    await otherWork(); // requests to opt out are answered in between
  }
  return { subjects: [...subjects.values()], read, rejected };
}

/** Records cut at the delimiter that the first line has most of. */
async function* recordsOf(file: Readable): AsyncGenerator<string[][]> {
  let reader: RecordReader | undefined;
  let beginning = '';
  const begin = () => {
    const [first = ''] = beginning.split(/[\r\n]/, 1);
    const count = (delimiter: string) => first.split(delimiter).length;
    reader = new RecordReader([',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best)));
    return reader.push(beginning);
  };
  for await (const text of decoded(file as AsyncIterable<Buffer>, 'utf-8')) {
    if (reader) yield reader.push(text);
    else {
      beginning += text;
      if (/[\r\n]/.test(beginning) || beginning.length > LONGEST_RECORD) yield begin();
    }
  }
  if (!reader) yield begin();
  yield reader?.end() ?? [];
}

function layoutOf(cells: readonly string[]): Partial<Record<Column, number>> | null {
  const layout: Partial<Record<Column, number>> = {};
  for (const name of Object.keys(columns) as Column[]) {
    const place = cells.findIndex((cell) => columns[name].test(cell));
    if (place >= 0) layout[name] = place;
  }
  return layout.address === undefined &&
    layout.domain === undefined &&
    layout.sha256 === undefined &&
    layout.keyedHash === undefined
    ? null
    : layout;
}

function subjectOf(cells: readonly string[], layout: Partial<Record<Column, number>>, hash: AddressHasher): Subject | null {
  const cell = (column: Column) => (layout[column] === undefined ? '' : (cells[layout[column]] ?? '').trim());
  const isDomain = cell('kind') === 'domain';
  const keyed = cell('keyedHash');
  if (isSha256(keyed)) return { hash: Buffer.from(keyed, 'hex'), kind: isDomain ? 'domain' : 'address' };
  for (const text of [cell('address'), cell('sha256'), Object.keys(layout).length === 0 ? (cells[0] ?? '').trim() : '']) {
    const subject = guessed(text, hash, isDomain);
    if (subject) return subject;
  }
  const domain = canonicalDomain(cell('domain').replace(/^@/, ''));
  return domain === null ? null : { hash: hash(`@${domain}`), kind: 'domain' };
}

function guessed(text: string, hash: AddressHasher, isDomain: boolean): Subject | null {
  if (isSha256(text)) {
    return { hash: hash.ofSha256(Buffer.from(text, 'hex')), kind: isDomain ? 'domain' : 'address' };
  }
  if (text.startsWith('@')) {
    const domain = canonicalDomain(text.slice(1));
    return domain === null ? null : { hash: hash(`@${domain}`), kind: 'domain' };
  }
  const address = canonicalAddress(text);
  return address.ok ? { hash: hash(address.canonical), kind: 'address' } : null;
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}
