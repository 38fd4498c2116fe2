import { MessageRefused } from './messageRefused.ts';

const LINE = 76; // RFC 2047, 2: a line with encoded words has at most 76 characters
const WORD_FRAME = '=?UTF-8?B??='.length;
const ATOMS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const PRINTABLE = /^[ -~]*$/;

/** Refuses what could begin a header of its own: every control character, CR and LF first of all. */
export function refuseControls(field: string, text: string): void {
  if (/\p{Cc}/u.test(text)) throw new MessageRefused(`${field} contains a line break or another control character.`);
}

/** An unstructured header's value (Subject), folded; `column` is where it begins on its first line. */
export function unstructured(text: string, column: number): string {
  const isPlain = PRINTABLE.test(text) && !text.includes('=?') && !/^ | {2}| $/.test(text);
  if (!isPlain) return encodedWords(text, column);
  if (column + text.length <= LINE) return text;
  const words = text.split(' ');
  if (words.some((word) => word.length > LINE - 2)) return encodedWords(text, column);
  return foldWords(words, column);
}

/** A display name before an address: atoms, a quoted string, or encoded words (RFC 5322, 3.2.5; RFC 2047, 5). */
export function phrase(name: string, column: number): string {
  const isShort = column + name.length <= LINE - 4;
  if (isShort && !name.includes('=?')) {
    if (ATOMS.test(name)) return name;
    if (PRINTABLE.test(name)) return `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
  }
  return encodedWords(name, column);
}

/** Joins by spaces, with a fold before each word that would pass the line's end. */
export function foldWords(words: readonly string[], column: number): string {
  let position = column;
  const pieces = words.map((word, index) => {
    const needsFold = index > 0 && position + 1 + word.length > LINE;
    position = (needsFold ? 0 : position) + (index > 0 ? 1 : 0) + word.length;
    if (index === 0) return word;
    return needsFold ? `\r\n ${word}` : ` ${word}`;
  });
  return pieces.join('');
}

/** Encoded words of RFC 2047 in Base64, each of whole code points; the folds between them vanish when decoded. */
function encodedWords(text: string, column: number): string {
  const words: string[] = [];
  let chunk = '';
  let chunkBytes = 0;
  let budget = bytesThatFit(column);
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (chunkBytes + bytes > budget) {
      if (chunk !== '') words.push(chunk);
      chunk = '';
      chunkBytes = 0;
      budget = bytesThatFit(1);
    }
    chunk += character;
    chunkBytes += bytes;
  }
  words.push(chunk);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

/** At least one code point of 4 bytes goes on the first line, whatever the header's name. */
function bytesThatFit(column: number): number {
  return Math.max(4, Math.floor((LINE - column - WORD_FRAME) / 4) * 3);
}
