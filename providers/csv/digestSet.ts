import { hash } from 'node:crypto';

const WORDS = 4; // 128 bits: two of a billion texts share a digest once in 10^20 files

/** Remembers which texts it has seen in 16 bytes each, so that the addresses of millions of rows fit where their letters would not. */
export class DigestSet {
  #slots = new Uint32Array(WORDS * 1024);
  #used = 0;
  readonly #digest = Buffer.alloc(32);

  /** Whether `text` was not there before. */
  add(text: string): boolean {
    if (this.#used * 4 >= (this.#slots.length / WORDS) * 3) this.#grow();
    const digest = this.#digest;
    digest.write(hash('sha256', text, 'binary'), 'latin1'); // a third of what an object for each text would take
    const words = [digest.readUInt32LE(0) || 1, digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
    const isNew = place(this.#slots, words);
    if (isNew) this.#used += 1;
    return isNew;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += WORDS) {
      if (this.#slots[at] !== 0) place(larger, this.#slots.subarray(at, at + WORDS));
    }
    this.#slots = larger;
  }
}

/** Open addressing: the first word, never zero in a used slot, says where to begin to look. */
function place(slots: Uint32Array, words: ArrayLike<number>): boolean {
  const places = slots.length / WORDS;
  for (let i = (words[0] ?? 0) % places; ; i = (i + 1) % places) {
    const at = i * WORDS;
    if (slots[at] === 0) {
      for (let word = 0; word < WORDS; word += 1) slots[at + word] = words[word] ?? 0;
      return true;
    }
    if (slots[at] === words[0] && slots[at + 1] === words[1] && slots[at + 2] === words[2] && slots[at + 3] === words[3])
      return false;
  }
}
