/** A text body in one of MIME's transfer encodings (RFC 2045, 6): always 7-bit, lines that no relay has to touch. */
export interface EncodedBody {
  readonly encoding: '7bit' | 'quoted-printable' | 'base64';
  readonly text: string;
}

const LINE = 76;
const LONGEST_PLAIN_LINE = 900; // RFC 5322, 2.1.1 allows 998
const SPACE = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;

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
  return { encoding: 'quoted-printable', text: lines.split('\n').map(quotedPrintableLine).join('\r\n') };
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

function quotedPrintableLine(line: string): string {
  if (line.length <= LINE && /^[!-<>-~ ]*$/.test(line) && !line.endsWith(' ') && !line.startsWith('From ')) return line;
  const bytes = Buffer.from(line);
  let encoded = '';
  let column = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    const isLast = index === bytes.length - 1;
    const isBlank = byte === SPACE || byte === TAB;
    const isLiteral =
      (byte >= 0x21 && byte <= 0x7e && byte !== EQUALS && !(index === 0 && line.startsWith('From '))) || (isBlank && !isLast);
    const piece = isLiteral ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (column + piece.length > (isLast ? LINE : LINE - 1)) {
      encoded += '=\r\n';
      column = 0;
    }
    encoded += piece;
    column += piece.length;
  }
  return encoded;
}
