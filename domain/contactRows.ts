import { canonicalAddress, canonicalDomain, companyKey } from './address.ts';
import type { Layout, NamedField } from './contactHeadings.ts';
import { neverCollected } from './neverCollected.ts';
import { usState } from './usStates.ts';

/** A contact as a row of a file gives it: identity in canonical form, everything else as it stands there. */
export interface ContactRow {
  readonly email: string | null;
  readonly canonicalEmail: string | null;
  /** What limits per company count by: the address's domain, null for free mail. */
  readonly companyKey: string | null;
  readonly phone: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly title: string;
  readonly companyName: string;
  /** By which the company is known; null for free mail and where nothing tells. */
  readonly companyDomain: string | null;
  readonly industry: string;
  readonly companyAbout: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly country: string;
  /** IANA name; empty when the file says none or something else. */
  readonly zone: string;
  readonly extra: Readonly<Record<string, string>>;
}

export type RowRefusal = 'column_count' | 'never_collected' | 'missing_identity' | 'invalid_email';

/** The one outcome of a row. */
export type RowOutcome =
  | { readonly outcome: 'accepted' | 'duplicate'; readonly contact: ContactRow }
  | { readonly outcome: 'rejected'; readonly reason: RowRefusal };

/**
 * Judges one row: the first that applies of another number of cells than the header, something never collected (P2) anywhere in it,
 * neither e-mail nor phone, no e-mail address where one should be, the e-mail of an earlier row.
 * `isFirst` is asked once for each canonical address and remembers it.
 */
export function judgeRow(cells: readonly string[], layout: Layout, isFirst: (canonicalEmail: string) => boolean): RowOutcome {
  if (cells.length !== layout.header.length) return { outcome: 'rejected', reason: 'column_count' };
  if (holdsNeverCollected(cells, layout)) return { outcome: 'rejected', reason: 'never_collected' };
  const email = firstValue(cells, layout.columns.email);
  const phone = phoneIn(firstValue(cells, layout.columns.phone));
  if (email === '') {
    if (phone === null) return { outcome: 'rejected', reason: 'missing_identity' };
    return { outcome: 'accepted', contact: contactOf(cells, layout, phone, null) };
  }
  const address = canonicalAddress(email);
  if (!address.ok) return { outcome: 'rejected', reason: 'invalid_email' };
  const contact = contactOf(cells, layout, phone, { email: holdable(email), ...address });
  return { outcome: isFirst(address.canonical) ? 'accepted' : 'duplicate', contact };
}

/** Looks at the row as one text, cell by cell only where phones are: several times as fast. */
function holdsNeverCollected(cells: readonly string[], layout: Layout): boolean {
  if (layout.forbidden.some((column) => cells[column]?.trim())) return true;
  const phones = layout.columns.phone ?? [];
  const others = phones.length === 0 ? cells : cells.filter((_, column) => !phones.includes(column));
  if (neverCollected(others.join(CELL_END))) return true;
  return phones.some((column) => neverCollected(cells[column] ?? '', { isPhone: true }));
}

const CELL_END = '\u001f'; // neither blank nor dash, so that no number goes on across it

function firstValue(cells: readonly string[], columns: readonly number[] | undefined): string {
  for (const column of columns ?? []) {
    const text = cells[column]?.trim();
    if (text) return text;
  }
  return '';
}

/** A phone has a digit; `n/a` and `-` have none. */
function phoneIn(text: string): string | null {
  return /\p{Nd}/u.test(text) ? clean(text, LONGEST_LINE) : null;
}

/** Written out, without a spread or a function made for each row: this runs for every row of a million. */
function contactOf(
  cells: readonly string[],
  layout: Layout,
  phone: string | null,
  address: { email: string; canonical: string; domain: string } | null,
): ContactRow {
  const named = nameIn(line(cells, layout, 'firstName'), line(cells, layout, 'lastName'), line(cells, layout, 'fullName'));
  const companyOfAddress = address && companyKey(address.domain);
  const country = line(cells, layout, 'country');
  return {
    email: address && address.email,
    canonicalEmail: address && address.canonical,
    companyKey: companyOfAddress,
    phone,
    firstName: named.firstName,
    lastName: named.lastName,
    title: line(cells, layout, 'title'),
    companyName: line(cells, layout, 'companyName'),
    companyDomain: domainIn(line(cells, layout, 'companyDomain')) ?? companyOfAddress,
    industry: line(cells, layout, 'industry'),
    companyAbout: clean(firstValue(cells, layout.columns.companyAbout), LONGEST_TEXT),
    city: line(cells, layout, 'city'),
    state: stateIn(line(cells, layout, 'state'), country),
    postalCode: line(cells, layout, 'postalCode'),
    country,
    zone: zoneIn(line(cells, layout, 'zone')),
    extra: extraOf(cells, layout),
  };
}

function line(cells: readonly string[], layout: Layout, field: NamedField): string {
  const columns = layout.columns[field];
  return columns === undefined ? '' : clean(firstValue(cells, columns), LONGEST_LINE);
}

/** A name in one column: the last word is the last name, unless a comma puts it first. */
function nameIn(firstName: string, lastName: string, fullName: string): { firstName: string; lastName: string } {
  if (firstName || lastName || !fullName) return { firstName, lastName };
  const [last, first] = fullName.split(/\s*,\s*/, 2);
  if (first && last) return { firstName: first, lastName: last };
  const [, given, family] = /^(.*\S)\s+(\S+)$/s.exec(fullName) ?? [];
  return { firstName: given ?? fullName, lastName: family ?? '' };
}

/** The company's domain in a web address or as such; null for free mail, which is no company's. */
function domainIn(text: string): string | null {
  if (text === '') return null;
  const host = text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#:].*$/s, '')
    .replace(/^www\./i, '');
  const domain = host === '' ? null : canonicalDomain(host);
  return domain === null || /[\s\p{Cc}]/u.test(domain) ? null : companyKey(domain);
}

/** One spelling for each of the United States; Georgia in the Caucasus stays what it is. */
function stateIn(text: string, country: string): string {
  if (text === '') return '';
  const isUs = /^(?:|us|usa|u\.s\.(?:a\.)?|united states(?: of america)?)$/i.test(country);
  return (isUs ? usState(text) : null) ?? text;
}

function zoneIn(text: string): string {
  if (!/^[A-Za-z]+(?:\/[\w+-]+)+$/.test(text)) return ''; // "Pacific Time" is no zone, and an offset knows no daylight-saving time
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return '';
    throw error;
  }
}

function extraOf(cells: readonly string[], layout: Layout): Record<string, string> {
  const extra: Record<string, string> = {};
  for (const [column, field] of layout.fields.entries()) {
    if (field !== 'extra') continue;
    const text = clean(cells[column]?.trim() ?? '', LONGEST_TEXT);
    const heading = layout.header[column] || `Column ${column + 1}`;
    if (text && !Object.hasOwn(extra, heading)) extra[heading] = text;
  }
  return extra;
}

// Longer than any name or note that a person typed; what a broken file puts into one cell ends here.
const LONGEST_LINE = 250;
const LONGEST_TEXT = 10_000;

/** Text that is no longer than wanted and that the database can hold. */
function clean(text: string, longest: number): string {
  return holdable(text.length > longest ? text.slice(0, longest) : text);
}

const UNHOLDABLE = /[\0\p{Surrogate}]/u;
const EVERY_UNHOLDABLE = new RegExp(UNHOLDABLE, 'gu');

/** The database holds neither a NUL nor half a surrogate pair. */
export function holdable(text: string): string {
  if (!UNHOLDABLE.test(text)) return text;
  return text.replace(EVERY_UNHOLDABLE, (letter) => (letter === '\0' ? '' : '\ufffd'));
}
