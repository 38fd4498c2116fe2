import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { LONGEST_RECORD, RecordReader } from '../../providers/csv/records.ts';

function read(pieces: readonly string[], delimiter = ','): string[][] {
  const reader = new RecordReader(delimiter);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

test.each([
  {
    text: 'a,b\r\nc,d\r\n',
    records: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    because: 'CRLF',
  },
  {
    text: 'a,b\rc,d',
    records: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    because: 'CR alone, none at the end',
  },
  { text: 'a\n\r\n  \n\nb', records: [['a'], ['b']], because: 'blank lines are no records' },
  { text: '""\nb', records: [[''], ['b']], because: 'an empty quoted cell is one' },
  { text: ',\n', records: [['', '']], because: 'a line of delimiters is one' },
  { text: 'a,', records: [['a', '']], because: 'an empty last cell' },
  { text: '"a\r\nb","c,d","e ""f"""', records: [['a\r\nb', 'c,d', 'e "f"']], because: 'quoted as it should be' },
  { text: '"a" ,b', records: [['a', 'b']], because: 'blanks behind the closing quote' },
  { text: 'a "b" c,12" pipe', records: [['a "b" c', '12" pipe']], because: 'quotes inside a cell are letters' },
  { text: '"The "Best" Co",b', records: [['"The "Best" Co"', 'b']], because: 'quotes that nobody doubled' },
  {
    text: 'a,"b\nc,d\ne,f\n',
    records: [
      ['a', '"b'],
      ['c', 'd'],
      ['e', 'f'],
    ],
    because: 'a stray quote costs no other line',
  },
  {
    text: 'a,"b\nc,"d e"\n',
    records: [
      ['a', '"b'],
      ['c', 'd e'],
    ],
    because: 'nor does one before a cell that is quoted',
  },
  {
    text: '"a,"b"\n"c","d"',
    records: [
      ['"a', 'b'],
      ['c', 'd'],
    ],
    because: 'a closing quote that is missing',
  },
])('$text: $because', ({ text, records }) => {
  expect(read([text])).toEqual(records);
  expect(read(text.split(''))).toEqual(records); // letter by letter
});

test('a record that never ends is one without cells, and what follows is read', () => {
  const endless = 'x'.repeat(LONGEST_RECORD + 10);
  expect(read([`a,b\n${endless}`, `${endless},"\nc,d\n`])).toEqual([['a', 'b'], [], ['c', 'd']]);
});

test('a quote that is not closed within the length of a record is a letter', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `row ${i},${'x'.repeat(100)}`);
  expect(read([`a,"b\n${rows.join('\n')}\n`])).toHaveLength(1 + rows.length);
});

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '"', '""', ',', ';', '\t', '\n', '\r', '\r\n', ' ') });

test('wherever the text is parted, the records are the same', () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(60)), (text, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
      expect(read(pieces)).toEqual(read([text]));
    }),
    { numRuns: 3000 },
  );
});

test('what is written by the book is read as csv-parse reads it', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r\n', ' ', '😀') });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1 }),
      fc.constantFrom(',', ';', '\t'),
      (table, delimiter) => {
        const text = table.map((cells) => cells.map(quoted).join(delimiter)).join('\r\n');
        expect(read([text], delimiter)).toEqual(table);
        expect(parse(text, { delimiter, relax_column_count: true, record_delimiter: '\r\n' })).toEqual(table);
      },
    ),
  );
});
