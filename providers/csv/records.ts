const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** In UTF-16 units, far above any real row: what goes on without an end is cut here, so that memory has a bound. */
export const LONGEST_RECORD = 1024 * 1024;

/**
 * Cuts text that comes in pieces into records of cells (RFC 4180), lenient where files are: any line end, any delimiter, blanks
 * behind a closing quote. A quote that is not closed as it must be (by a quote before a delimiter or a line end, within a record's
 * length) is a letter like any other: a stray one costs its own line at worst and never swallows those that follow.
 * Blank lines are no records. A record beyond `LONGEST_RECORD` is handed on without its cells.
 */
export class RecordReader {
  readonly #delimiter: number;
  #text = '';
  #skipping = false; // inside a record that is too long, until its line ends
  #afterClosing = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  push(text: string): string[][] {
    this.#text += text;
    return this.#records(false);
  }

  end(): string[][] {
    return this.#records(true);
  }

  #records(isLast: boolean): string[][] {
    const records: string[][] = [];
    let from = 0;
    while (from < this.#text.length) {
      if (this.#skipping) {
        while (from < this.#text.length && !this.#endsLine(from)) from += 1;
        this.#skipping = from === this.#text.length;
        continue;
      }
      const next = this.#record(from, isLast, records);
      if (next === null) break;
      from = next;
    }
    this.#text = this.#text.slice(from);
    return records;
  }

  /** Reads the record at `from` into `records` and answers where the next one begins; null: it is not all here yet. */
  #record(from: number, isLast: boolean, records: string[][]): number | null {
    const text = this.#text;
    const limit = from + LONGEST_RECORD;
    const end = Math.min(text.length, limit);
    const cells: string[] = [];
    for (let at = from; ; at += 1) {
      const closing = text.charCodeAt(at) === QUOTE ? this.#closing(at, limit, isLast) : NOT_CLOSED;
      if (closing === null) return null;
      const isQuoted = closing !== NOT_CLOSED;
      if (isQuoted) {
        const quoted = text.slice(at + 1, closing);
        cells.push(quoted.includes('"') ? quoted.replaceAll('""', '"') : quoted);
        at = this.#afterClosing;
      } else {
        const start = at;
        while (at < end && !this.#endsCell(at)) at += 1;
        if (at >= limit) {
          this.#skipping = true;
          records.push([]);
          return at;
        }
        if (at === text.length && !isLast) return null;
        cells.push(text.slice(start, at));
      }
      if (text.charCodeAt(at) === this.#delimiter) continue;
      const isBlank = !isQuoted && cells.length === 1 && cells[0]?.trim() === '';
      if (!isBlank) records.push(cells);
      return Math.min(at + 1, text.length); // the LF of a CRLF ends a blank line
    }
  }

  /** Index of the quote that closes the one at `open`, setting what lies behind it; null: not all here yet. */
  #closing(open: number, limit: number, isLast: boolean): number | null {
    const text = this.#text;
    for (let from = open + 1; ; ) {
      const quote = text.indexOf('"', from);
      if (quote === -1 || quote >= limit) return text.length >= limit || isLast ? NOT_CLOSED : null;
      let after = quote + 1;
      if (text.charCodeAt(after) === QUOTE) {
        from = after + 1;
        continue;
      }
      while (after < limit && this.#isPadding(after)) after += 1;
      this.#afterClosing = after;
      if (after < text.length) return this.#endsCell(after) ? quote : NOT_CLOSED;
      return isLast ? quote : after < limit ? null : NOT_CLOSED;
    }
  }

  #isPadding(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return (code === SPACE || code === TAB) && code !== this.#delimiter;
  }

  #endsLine(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === LF || code === CR;
  }

  #endsCell(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === this.#delimiter || code === LF || code === CR;
  }
}

const NOT_CLOSED = -1;
