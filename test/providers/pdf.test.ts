import { inflateSync } from 'node:zlib';
import { faces, inFaces, pdf } from '../../providers/pdf.ts';
import { standingRuns } from '../../providers/rightToLeft.ts';

async function bytesOf(title: string, text: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of pdf(title, new Date('2026-11-24T15:00:00Z'), [{ heading: 'Who', text }]))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What a reader would copy: each character map of the document says which letters its glyphs are. */
function lettersIn(bytes: Buffer): string {
  const streams = [...bytes.toString('latin1').matchAll(/stream\n(.*?)\nendstream/gs)].map(([, body]) => {
    try {
      return inflateSync(Buffer.from(body ?? '', 'latin1')).toString('latin1');
    } catch {
      return ''; // a font, or what is not deflated
    }
  });
  const maps = streams.filter((text) => text.includes('beginbfrange'));
  return maps
    .flatMap((map) => [...map.matchAll(/<([0-9a-f]{4,8})>/g)])
    .map(([, hex]) =>
      Buffer.from(hex ?? '', 'hex')
        .swap16()
        .toString('utf16le'),
    )
    .join('');
}

test.each([
  { script: 'Latin with marks', letters: 'Žluťoučký Škoda' },
  { script: 'Greek', letters: 'Ελένη' },
  { script: 'Cyrillic', letters: 'Жанна' },
  { script: 'Arabic', letters: 'محمد' },
  { script: 'Hebrew', letters: 'שלום' },
  { script: 'Chinese', letters: '李娜' },
  { script: 'Korean', letters: '김민' },
  { script: 'Devanagari', letters: 'अमर' },
])('the letters of $script are in the document', async ({ letters }) => {
  const found = lettersIn(await bytesOf('Evidence', `To ${letters}, customer`));
  for (const letter of letters.replaceAll(' ', '')) expect(found).toContain(letter);
});

test('what no face has is a question mark, and lines stay lines', () => {
  const files = [faces[0]];
  expect(inFaces('a\u{10FFFD}b\r\nc', files)).toEqual([{ file: files[0], text: 'a?b\nc' }]);
  expect(inFaces('', files)).toEqual([{ file: files[0], text: '' }]);
});

test.each([
  { line: 'To אבג דהו, customer', stands: ['To ', '<אבג דהו', ', customer'], because: 'a name within English' },
  { line: 'אבג (דהו) 12 זח', stands: ['< זח', '12', '<אבג )דהו( '], because: 'numbers stay, brackets are mirrored' },
  { line: 'Zelda Quixote', stands: ['Zelda Quixote'], because: 'nothing to turn' },
])('from left to right stands "$stands": $because', ({ line, stands }) => {
  expect(standingRuns(line).map(({ text, isRightToLeft }) => (isRightToLeft ? `<${text}` : text))).toEqual(stands);
});

test('a name from right to left is drawn so, its words too, and after the English before it', async () => {
  const found = lettersIn(await bytesOf('Evidence', 'XYZ אבג דהו'));
  expect(found.replaceAll(/[^\u05d0-\u05eaXYZ]/g, '')).toContain('XYZוהדגבא');
});

test('a long line from right to left is broken, and goes over to the next page', async () => {
  const bytes = await bytesOf('Evidence', Array.from({ length: 60 }, () => 'אבג דהו '.repeat(20)).join('\n'));
  expect(bytes.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
});
