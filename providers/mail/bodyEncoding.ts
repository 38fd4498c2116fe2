/** A text body in one of MIME's transfer encodings (RFC 2045, 6): always 7-bit, lines that no relay has to touch. */
export interface EncodedBody {
  readonly encoding: '7bit' | 'quoted-printable' | 'base64';
  readonly text: string;
}

const LINE = 76;
const LONGEST_PLAIN_LINE = 900; // RFC 5322, 2.1.1 allows 998
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const HEX = Buffer.from('0123456789ABCDEF');
const FROM = Buffer.from('From ');

export function encodeBody(text: string): EncodedBody {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  if (isPlain(lines)) return { encoding: '7bit', text: lines.replaceAll('\n', '\r\n') };
  const bytes = Buffer.from(lines);
  let escaped = 0;
  for (const byte of bytes) if (byte > 0x7e || byte === EQUALS) escaped += 1;
  // Quoted-printable triples what it escapes and stays legible; base64 adds a third to everything.
  if (escaped * 6 > bytes.length) {
    const crlf = Buffer.from(lines.replaceAll('\n', '\r\n'));
    return { encoding: 'base64', text: crlf.toString('base64').replaceAll(/.{76}(?=.)/g, '$&\r\n') };
  }
  return { encoding: 'quoted-printable', text: quotedPrintable(bytes) };
}

function isPlain(lines: string): boolean {
  if (!/^[\t\n -~]*$/.test(lines) || /^From /m.test(lines)) return false; // mailbox files put `>` before "From ", which breaks signatures
  for (let start = 0; start <= lines.length; ) {
    const end = lines.indexOf('\n', start);
    if ((end < 0 ? lines.length : end) - start > LONGEST_PLAIN_LINE) return false;
    if (end < 0) return true;
    start = end + 1;
  }
  return true;
}

/** Byte by byte into one buffer: this is done for every message that is not in English. */
function quotedPrintable(bytes: Buffer): string {
  const encoded = Buffer.allocUnsafe(4 * bytes.length + 8); // three for one, and a soft break after 24 of them
  let length = 0;
  let column = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === LF) {
      encoded[length++] = CR;
      encoded[length++] = LF;
      column = 0;
      continue;
    }
    const isLast = index + 1 === bytes.length || bytes[index + 1] === LF;
    const isBlank = byte === SPACE || byte === TAB;
    const isLiteral = isBlank ? !isLast : byte > SPACE && byte < 0x7f && byte !== EQUALS && !beginsFrom(bytes, index, column);
    if (column + (isLiteral ? 1 : 3) > (isLast ? LINE : LINE - 1)) {
      encoded[length++] = EQUALS;
      encoded[length++] = CR;
      encoded[length++] = LF;
      column = 0;
    }
    if (isLiteral) {
      encoded[length++] = byte;
      column += 1;
    } else {
      encoded[length++] = EQUALS;
      encoded[length++] = HEX[byte >> 4] ?? 0;
      encoded[length++] = HEX[byte & 15] ?? 0;
      column += 3;
    }
  }
  return encoded.toString('latin1', 0, length);
}

function beginsFrom(bytes: Buffer, index: number, column: number): boolean {
  if (column > 0 || bytes[index] !== FROM[0]) return false;
  return bytes.subarray(index, index + FROM.length).equals(FROM);
}
