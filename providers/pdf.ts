import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { create } from 'fontkit';
import PdfKit from 'pdfkit';
import { hasRightToLeft, standingRuns } from './rightToLeft.ts';

export interface PdfSection {
  readonly heading: string;
  readonly text: string;
}

type Document = InstanceType<typeof PdfKit>;
const margin = 60;
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

/** A plain document of headed sections, on US letter, with the letters of any script; words from right to left stand so. */
export function pdf(title: string, madeAt: Date, sections: readonly PdfSection[]): Readable {
  const document = new PdfKit({
    size: 'LETTER',
    margin,
    info: { Title: title, Creator: 'Decorum', CreationDate: madeAt, ModDate: madeAt },
  });
  const write = (text: string, size: number, first: string) => {
    const files = [first, ...faces];
    if (!hasRightToLeft(text)) return writeAsRead(document, text, size, files);
    for (const line of text.split(/\r?\n/)) {
      if (hasRightToLeft(line)) writeAsItStands(document, line, size, files);
      else writeAsRead(document, line === '' ? ' ' : line, size, files);
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

/** From left to right; lines are broken by the document. */
function writeAsRead(document: Document, text: string, size: number, files: readonly string[]): void {
  const runs = inFaces(text, files);
  for (const [n, run] of runs.entries()) take(document, run.file, size).text(run.text, { continued: n < runs.length - 1 });
}

/** A line with words from right to left: it is broken first, because the order of what stands in it is each line's own. */
function writeAsItStands(document: Document, text: string, size: number, files: readonly string[]): void {
  const widthOf = (words: string) =>
    inFaces(words, files).reduce((width, run) => width + take(document, run.file, size).widthOfString(run.text), 0);
  for (const line of broken(text, document.page.width - 2 * margin, widthOf)) {
    take(document, files[0] ?? faces[0], size);
    if (document.y + document.currentLineHeight(true) > document.page.maxY()) document.addPage();
    const { y } = document;
    for (const { text: words, isRightToLeft } of standingRuns(line)) {
      const pieces = inFaces(words, files);
      // With features, even none, a piece is shaped whole: word by word its words would stand from left to right.
      const options = { lineBreak: false, ...(isRightToLeft && { features: [] }) };
      for (const piece of isRightToLeft ? pieces.reverse() : pieces) take(document, piece.file, size).text(piece.text, options);
    }
    take(document, files[0] ?? faces[0], size);
    document.x = margin;
    document.y = y;
    document.moveDown();
  }
}

function take(document: Document, file: string, size: number): Document {
  document.registerFont(file, face(file).bytes);
  return document.font(file).fontSize(size);
}

/** Lines of whole words that are no wider than they may be; a word that is stands alone. */
function broken(text: string, width: number, widthOf: (words: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || widthOf(longer) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
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
