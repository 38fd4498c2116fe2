import { canonicalAddress } from '../../domain/address.ts';
import { knownHeading } from '../../domain/contactHeadings.ts';
import { looksLikePhone } from '../../domain/contactPhone.ts';
import { holdable } from '../../domain/contactRows.ts';
import { RecordReader } from './records.ts';
import { Unreadable } from './unreadable.ts';

export interface Table {
  readonly delimiter: string;
  /** The headings; where the file has none, `Column 1` and so on. */
  readonly header: readonly string[];
  readonly hasHeader: boolean;
  /** The first rows, to look at. */
  readonly sample: readonly (readonly string[])[];
  /** All rows, as they come in. */
  readonly rows: AsyncGenerator<string[][]>;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_CHARACTERS = 64 * 1024;
const FIRST_RECORDS = 10; // the header is looked for in these: some exports begin with a title

/** Opens a stream of text as a table: finds the delimiter and the header, then hands on the rows. */
export async function openTable(texts: AsyncIterable<string>): Promise<Table> {
  const source = texts[Symbol.asyncIterator]();
  const beginning = await beginningOf(source);
  const separator = /^sep=([^\0])(?:\r\n|\r|\n)/.exec(beginning.text); // Excel's way to name the delimiter
  const text = separator ? beginning.text.slice(separator[0].length) : beginning.text;
  const delimiter = separator?.[1] ?? delimiterOf(text, beginning.isAll);

  const reader = new RecordReader(delimiter);
  const first = reader.push(text);
  let isAll = beginning.isAll;
  while (!isAll && first.length < FIRST_RECORDS) {
    const more = await source.next();
    isAll = more.done === true;
    if (!more.done) first.push(...reader.push(more.value));
  }
  if (isAll) first.push(...reader.end());

  const at = headerIndex(first.slice(0, FIRST_RECORDS));
  const columns = first[Math.max(at, 0)];
  if (!columns) throw new Unreadable('no_header', 'The file has no lines: its first one must name the columns.');
  const body = first.slice(at + 1);
  return {
    delimiter,
    header: columns.map((heading, i) => (at === -1 ? `Column ${i + 1}` : holdable(heading.trim()))),
    hasHeader: at !== -1,
    sample: body.slice(0, FIRST_RECORDS - 1),
    rows: rowsOf(body, reader, isAll ? null : source),
  };
}

async function* rowsOf(
  first: string[][],
  reader: RecordReader,
  source: AsyncIterator<string> | null,
): AsyncGenerator<string[][]> {
  yield first;
  if (!source) return;
  for (let more = await source.next(); !more.done; more = await source.next()) yield reader.push(more.value);
  yield reader.end();
}

async function beginningOf(source: AsyncIterator<string>): Promise<{ text: string; isAll: boolean }> {
  let text = '';
  while (text.length < SAMPLE_CHARACTERS) {
    const more = await source.next();
    if (more.done) return { text, isAll: true };
    text += more.value;
  }
  return { text, isAll: false };
}

/** The delimiter under which the first line has most headings that we know, most rows its width, and it most columns. */
function delimiterOf(text: string, isAll: boolean): string {
  let best: { delimiter: string; score: number[] } = { delimiter: ',', score: [0, 0, 1] };
  for (const delimiter of DELIMITERS) {
    const reader = new RecordReader(delimiter);
    const records = [...reader.push(text), ...(isAll ? reader.end() : [])];
    const header = records[Math.max(headerIndex(records.slice(0, FIRST_RECORDS)), 0)] ?? [];
    if (header.length < 2) continue;
    const alike = records.filter(({ length }) => length === header.length).length / records.length;
    const score = [header.filter(knownHeading).length, alike, header.length];
    if (isMore(score, best.score)) best = { delimiter, score };
  }
  return best.delimiter;
}

function isMore(score: readonly number[], than: readonly number[]): boolean {
  const at = score.findIndex((value, i) => value !== than[i]);
  return at !== -1 && (score[at] ?? 0) > (than[at] ?? 0);
}

/** Where among the first records the header is; -1 when the file begins with a row. */
function headerIndex(records: readonly string[][]): number {
  const known = records.map((cells) => cells.map(knownHeading));
  const title = known.findIndex(
    (fields) => fields.filter(Boolean).length >= 2 && (fields.includes('email') || fields.includes('phone')),
  );
  const firstRow = records.findIndex((cells) => cells.some((cell) => canonicalAddress(cell).ok));
  if (title > 0 && (firstRow === -1 || firstRow > title) && !known[0]?.some(Boolean)) return title;
  if (firstRow === 0) return -1;
  return known[0]?.some(Boolean) || !records[0]?.some(looksLikePhone) ? 0 : -1;
}
