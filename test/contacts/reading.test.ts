import * as fc from 'fast-check';
import iconv from 'iconv-lite';
import { decoded, EncodingGuess } from '../../providers/csv/encoding.ts';
import { openTable } from '../../providers/csv/table.ts';

function guessed(chunks: readonly Uint8Array[]) {
  const guess = new EncodingGuess();
  for (const chunk of chunks) guess.push(chunk);
  return guess.end();
}

async function* stream<T>(pieces: readonly T[]): AsyncGenerator<T> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

async function textOf(chunks: readonly Uint8Array[]): Promise<string> {
  let text = '';
  for await (const piece of decoded(stream(chunks), guessed(chunks))) text += piece;
  return text;
}

async function tableOf(text: string) {
  const { rows, ...table } = await openTable(stream([text]));
  const all: string[][] = [];
  for await (const some of rows) all.push(...some);
  return { ...table, rows: all };
}

const list = 'Name,E-Mail\r\nJosé Müller,jose@example.com\r\n李,li@例え.テスト\r\n';
const latin = 'Name,E-Mail\r\nJosé “Pepe” Müller – €,jose@example.com\r\n';
const chinese = `名字;电子邮件\n${'李小龙李小龙李小龙;李@例え.テスト\n'.repeat(50)}`;

test.each([
  { as: 'utf-8', bytes: Buffer.from(list), text: list, because: 'no mark' },
  { as: 'utf-8', bytes: Buffer.from(`\ufeff${list}`), text: list, because: 'the mark is no part of the first heading' },
  { as: 'utf-8', bytes: Buffer.from('Name,Email\n'), text: 'Name,Email\n', because: 'ASCII' },
  { as: 'utf-16le', bytes: iconv.encode(list, 'utf-16le', { addBOM: true }), text: list, because: 'marked' },
  { as: 'utf-16be', bytes: iconv.encode(list, 'utf-16be', { addBOM: true }), text: list, because: 'marked' },
  { as: 'utf-16le', bytes: iconv.encode(list, 'utf-16le'), text: list, because: 'by its NULs' },
  { as: 'utf-16be', bytes: iconv.encode(list, 'utf-16be'), text: list, because: 'by its NULs' },
  { as: 'utf-16be', bytes: iconv.encode(chinese, 'utf-16be'), text: chinese, because: 'by the NULs of delimiters and line ends' },
  { as: 'windows-1252', bytes: iconv.encode(latin, 'windows-1252'), text: latin, because: 'no UTF-8' },
  {
    as: 'utf-8',
    bytes: Buffer.concat([Buffer.from('é'.repeat(9)), Buffer.from([0xe9])]),
    text: `${'é'.repeat(9)}\ufffd`,
    because: 'one broken byte does not spoil the others',
  },
])('$as: $because', async ({ as, bytes, text }) => {
  expect(guessed([bytes])).toBe(as);
  expect(await textOf([bytes])).toBe(text);
});

test('wherever the bytes are parted, encoding and text are the same', async () => {
  const encoding = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252');
  const content = fc.string({ unit: fc.constantFrom('a', 'é', 'ü', '€', ',', '\n', '"'), minLength: 1 });
  await fc.assert(
    fc.asyncProperty(encoding, content, fc.array(fc.nat(100)), async (name, text, cuts) => {
      const bytes = iconv.encode(`Name,Email\n${text}`, name);
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
      expect(guessed(chunks)).toBe(guessed([bytes]));
      expect(await textOf(chunks)).toBe(`Name,Email\n${text}`);
    }),
  );
});

test.each([
  { bytes: Buffer.alloc(0), failure: 'no_header', because: 'empty' },
  { bytes: Buffer.from('PK\x03\x04…'), failure: 'unreadable', because: 'a workbook' },
  { bytes: Buffer.from('%PDF-1.7'), failure: 'unreadable', because: 'a PDF' },
  { bytes: Buffer.from([0x1f, 0x8b, 8, 0]), failure: 'unreadable', because: 'compressed' },
  { bytes: Buffer.from([1, 0, 0, 2, 0, 0, 3, 4]), failure: 'encoding', because: 'NULs everywhere' },
])('refused as $failure: $because', ({ bytes, failure }) => {
  expect(() => guessed([bytes])).toThrow(expect.objectContaining({ failure }));
});

test.each([
  { text: 'Name,Email\n"Lee, Ann",a@x.example\n', delimiter: ',', because: 'comma' },
  {
    text: 'Name;Email;Note\nLee, Ann;a@x.example;a, b, c\nLee, Bob;b@x.example;d, e\n',
    delimiter: ';',
    because: 'commas in the text',
  },
  { text: 'Name\tEmail\nLee, Ann\ta@x.example\n', delimiter: '\t', because: 'tab' },
  { text: 'Name|Email\nLee; Ann|a@x.example\n', delimiter: '|', because: 'bar' },
  { text: '"Name; first, last";"Email"\n"Lee, Ann";"a@x.example"\n', delimiter: ';', because: 'quotes are respected' },
  { text: 'Email\na@x.example\n', delimiter: ',', because: 'one column has none' },
  { text: 'sep=;\nName;Email\nAnn;a@x.example\n', delimiter: ';', because: 'the line that spreadsheets write' },
  { text: 'Eins;Zwei\n1,5;2,5\n', delimiter: ';', because: 'no heading is known, the width is the same' },
])('delimiter $delimiter: $because', async ({ text, delimiter }) => {
  const table = await tableOf(text);
  expect(table.delimiter).toBe(delimiter);
  expect(table.header).not.toContain('sep=;');
});

test.each([
  { text: ' First Name ,"E-mail"\nAnn,a@x.example\n', header: ['First Name', 'E-mail'], rows: 1, because: 'trimmed' },
  { text: 'Name,Email', header: ['Name', 'Email'], rows: 0, because: 'a header only' },
  { text: '\n\nName,Email\nAnn,a@x.example', header: ['Name', 'Email'], rows: 1, because: 'behind blank lines' },
  {
    text: 'Contacts of 2026,\nexported by Ann,\nName,Email\nBob,b@x.example\n',
    header: ['Name', 'Email'],
    rows: 1,
    because: 'behind a title',
  },
  {
    text: 'Foo,Bar\n1,2\n',
    header: ['Foo', 'Bar'],
    rows: 1,
    because: 'the first line is the header where nothing speaks against it',
  },
])('header $header: $because', async ({ text, header, rows }) => {
  const table = await tableOf(text);
  expect(table).toMatchObject({ header, hasHeader: true });
  expect(table.rows).toHaveLength(rows);
});

test('a first line with an address is a row', async () => {
  const table = await tableOf('Ann,a@x.example\nBob,b@x.example\n');
  expect(table).toMatchObject({ header: ['Column 1', 'Column 2'], hasHeader: false });
  expect(table.rows).toHaveLength(2);
});

test('a file of blank lines has no header', async () => {
  await expect(tableOf('\n \r\n')).rejects.toMatchObject({ failure: 'no_header' });
});
