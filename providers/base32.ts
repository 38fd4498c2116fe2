const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Base32 of RFC 4648, 6, in lower case and without padding: survives servers that change the case of a local part. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (heldBits += 8; heldBits >= 5; heldBits -= 5) text += ALPHABET[(held >> (heldBits - 5)) & 31];
    held &= (1 << heldBits) - 1;
  }
  return heldBits > 0 ? text + ALPHABET[(held << (5 - heldBits)) & 31] : text;
}

/** Null for a foreign character and for a second spelling of the same bytes (bits left over that are not zero, a letter too many). */
export function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let held = 0;
  let heldBits = 0;
  for (const character of text.toLowerCase()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    heldBits += 5;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes.push(held >> heldBits);
      held &= (1 << heldBits) - 1;
    }
  }
  return heldBits < 5 && held === 0 ? Buffer.from(bytes) : null;
}
