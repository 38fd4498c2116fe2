import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { create } from 'fontkit';
import PdfKit from 'pdfkit';

export interface PdfSection {
  readonly heading: string;
  readonly text: string;
}

const require = createRequire(import.meta.url);
/** The faces by what they know, first the fine one: Latin, Greek, Cyrillic, Arabic, Hebrew and more; then nearly all of Unicode, coarse. */
export const faces = [
  require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  require.resolve('@fontsource/unifontex/files/unifontex-latin-400-normal.woff'),
] as const;
const bold = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

interface Face {
  bytes: Buffer;
  knows(codePoint: number): boolean;
}
const loaded = new Map<string, Face>();

/** Read when it is first needed: most documents need no more than the first. */
function face(file: string): Face {
  const known = loaded.get(file);
  if (known) return known;
  const bytes = readFileSync(file);
  const font = create(bytes);
  if (!('hasGlyphForCodePoint' in font)) throw new Error(`${file} is not one font.`);
  const read = { bytes, knows: (codePoint: number) => font.hasGlyphForCodePoint(codePoint) };
  loaded.set(file, read);
  return read;
}

/** A plain document of headed sections, on US letter, with the letters of any script; words of scripts from right to left stand from left to right. */
export function pdf(title: string, madeAt: Date, sections: readonly PdfSection[]): Readable {
  const document = new PdfKit({
    size: 'LETTER',
    margin: 60,
    info: { Title: title, Creator: 'Decorum', CreationDate: madeAt, ModDate: madeAt },
  });
  const write = (text: string, size: number, first: string) => {
    const runs = inFaces(text, [first, ...faces]);
    for (const [n, run] of runs.entries()) {
      document.registerFont(run.file, face(run.file).bytes);
      document
        .font(run.file)
        .fontSize(size)
        .text(run.text, { continued: n < runs.length - 1 });
    }
  };
  write(title, 16, bold);
  document.moveDown();
  for (const { heading, text } of sections) {
    write(heading, 12, bold);
    write(text, 10, faces[0]);
    document.moveDown();
  }
  document.end();
  return document;
}

/** The text in runs, each in the first face that has its letters; what none has becomes a question mark, never another letter. */
export function inFaces(text: string, files: readonly string[]): { file: string; text: string }[] {
  const runs: { file: string; text: string }[] = [];
  for (const letter of text.replaceAll('\r\n', '\n').replaceAll('\t', '    ')) {
    const last = runs.at(-1);
    const codePoint = letter.codePointAt(0) ?? 0;
    const isSpace = letter === '\n' || letter === ' ';
    const knowing = isSpace ? (last?.file ?? files[0]) : files.find((file) => face(file).knows(codePoint));
    const file = knowing ?? files[0] ?? faces[0];
    const written = knowing === undefined ? '?' : letter;
    if (last?.file === file) last.text += written;
    else runs.push({ file, text: written });
  }
  return runs.length > 0 ? runs : [{ file: files[0] ?? faces[0], text: '' }];
}
