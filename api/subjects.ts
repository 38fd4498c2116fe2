import { createHash } from 'node:crypto';
import { parse } from 'csv-parse';
import type { Readable } from 'node:stream';
import type { Subject } from '../db/suppressions.ts';
import { canonicalAddress, canonicalDomain } from '../domain/address.ts';
import { addressHash, addressHashOfSha256, domainHash } from '../providers/keyedHash.ts';
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
export async function readSubjects(file: Readable, key: SubjectKey): Promise<ReadSubjects> {
  const rows = file.pipe(
    parse({ bom: true, delimiter: [',', ';', '\t'], relax_column_count: true, skip_empty_lines: true, trim: true }),
  );
  const subjects = new Map<string, Subject>();
  const rejected: { row: number; message: string }[] = [];
  let layout: Partial<Record<Column, number>> | undefined;
  let read = 0;
  let row = 0;
  for await (const cells of rows as AsyncIterable<string[]>) {
    row += 1;
    if (!layout) {
      const named = layoutOf(cells);
      layout = named ?? {};
      if (named) continue;
    }
    read += 1;
    const subject = subjectOf(cells, layout, key);
    if (subject) subjects.set(subject.hash.toString('hex'), subject);
    else rejected.push({ row, message: 'No address, domain or SHA-256.' });
    if (subjects.size > MOST_SUBJECTS) throw new Problem('too-large', `Import ${MOST_SUBJECTS} subjects at a time.`);
  }
  return { subjects: [...subjects.values()], read, rejected };
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

function subjectOf(cells: readonly string[], layout: Partial<Record<Column, number>>, key: SubjectKey): Subject | null {
  const cell = (column: Column) => (layout[column] === undefined ? '' : (cells[layout[column]] ?? '').trim());
  const isDomain = cell('kind') === 'domain';
  const keyed = cell('keyedHash');
  if (isSha256(keyed)) return { hash: Buffer.from(keyed, 'hex'), kind: isDomain ? 'domain' : 'address' };
  for (const text of [cell('address'), cell('sha256'), Object.keys(layout).length === 0 ? (cells[0] ?? '') : '']) {
    const subject = guessed(text, key, isDomain);
    if (subject) return subject;
  }
  const domain = canonicalDomain(cell('domain').replace(/^@/, ''));
  return domain === null ? null : subjectOfDomain(key, domain);
}

function guessed(text: string, key: SubjectKey, isDomain: boolean): Subject | null {
  if (isSha256(text)) {
    return { hash: addressHashOfSha256(key.key, key.tenantId, Buffer.from(text, 'hex')), kind: isDomain ? 'domain' : 'address' };
  }
  if (text.startsWith('@')) {
    const domain = canonicalDomain(text.slice(1));
    return domain === null ? null : subjectOfDomain(key, domain);
  }
  const address = canonicalAddress(text);
  return address.ok ? subjectOfAddress(key, address.canonical) : null;
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}
