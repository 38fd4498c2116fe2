import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { csvCell, csvLine } from '../../providers/csv/cell.ts';

test.each([
  { text: '=1+1', cell: "'=1+1", because: 'a formula' },
  { text: '@SUM(A1)', cell: "'@SUM(A1)", because: 'an old one' },
  { text: '＝1+1', cell: "'＝1+1", because: 'a full-width one, which some programs take too' },
  { text: '\t=1', cell: "'\t=1", because: 'a tab is skipped before it' },
  { text: 'a=1', cell: 'a=1', because: 'in the middle it is none' },
  { text: 'say "hi", you', cell: '"say ""hi"", you"', because: 'quotes and commas' },
  { text: '', cell: '', because: 'nothing' },
  { text: null, cell: '', because: 'nothing either' },
])('$text is written $cell: $because', ({ text, cell }) => {
  expect(csvCell(text, true)).toBe(cell);
});

test('a number keeps its sign', () => {
  expect(csvCell('-5', false)).toBe('-5');
});

test('whatever is written is read again, no cell begins as a formula, and no line breaks', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
      const file = rows.map((cells) => csvLine(cells.map((text) => csvCell(text, true)))).join('');
      const read = parse(file, { relax_column_count: false });
      expect(read.map((cells) => cells.map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, '')))).toEqual(rows);
      for (const text of read.flat()) expect(text).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    }),
  );
});
