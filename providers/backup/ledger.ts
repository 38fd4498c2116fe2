import { createHmac, timingSafeEqual } from 'node:crypto';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** Who was erased, by a keyed hash: it finds the same person in a restored copy, and says nothing without the key. */
export interface LedgerRow {
  tenantId: string;
  kind: 'account' | 'contact' | 'user';
  hash: Buffer;
  erasedAt: Date;
}

/** How far the ledger has come: what a backup notes, so that a ledger cut short afterwards is noticed at its restore. */
export interface LedgerHead {
  seq: number;
  mac: string;
}

/**
 * The erasures outside the database that they protect: a restore brings back who was erased since the backup, and these lines say whom to
 * erase again. Append only; each line carries a MAC over itself and the line before, so none can be changed, left out or put in between.
 */
export interface Ledger {
  /** On disk when it answers. To be called before the erasure counts as done. */
  appendTombstones(rows: readonly LedgerRow[]): Promise<void>;
  /** Every line in order, each checked; throws LedgerBroken. */
  read(): AsyncIterable<LedgerRow & { head: LedgerHead }>;
  head(): Promise<LedgerHead>;
}

export class LedgerBroken extends Error {
  override readonly name = 'LedgerBroken';
}

const Line = z.strictObject({
  seq: z.int().positive(),
  tenantId: z.uuid(),
  kind: z.enum(['account', 'contact', 'user']),
  hash: z.hex(),
  erasedAt: z.iso.datetime(),
  mac: z.hex().length(64),
});
type Line = z.output<typeof Line>;

const start: LedgerHead = { seq: 0, mac: '0'.repeat(64) };
const tailBytes = 4_096; // several lines
/** Of a lock whose process died. An append takes milliseconds. */
const staleLockMs = 30_000;

/** `key`: derived from the platform's secret for this alone. The file is made with its first line. */
export function openLedger({ file, key }: { file: string; key: Buffer }): Ledger {
  const macOf = (before: string, { seq, tenantId, kind, hash, erasedAt }: Omit<Line, 'mac'>): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([before, seq, tenantId, kind, hash, erasedAt]))
      .digest('hex');

  async function append(rows: readonly LedgerRow[]): Promise<void> {
    const handle = await open(file, 'a+', 0o600);
    try {
      let { seq, mac } = await lastOf(handle);
      const lines = rows.map(({ tenantId, kind, hash, erasedAt }) => {
        seq += 1;
        const line = { seq, tenantId, kind, hash: hash.toString('hex'), erasedAt: erasedAt.toISOString() };
        mac = macOf(mac, line);
        return `${JSON.stringify({ ...line, mac })}\n`;
      });
      await handle.appendFile(lines.join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Goes on behind the last whole line. What a crash left half written was never acknowledged: it goes. */
  async function lastOf(handle: FileHandle): Promise<LedgerHead> {
    const { last, end } = await tailOf(handle);
    await handle.truncate(end);
    if (last === null) return start;
    const { seq, mac } = parse(last, 'last');
    return { seq, mac };
  }

  async function* read(): AsyncGenerator<LedgerRow & { head: LedgerHead }> {
    const handle = await open(file, 'r').catch(unlessMissing);
    if (!handle) return;
    const { end } = await tailOf(handle); // somebody may be writing the line behind it
    if (end === 0) return handle.close();
    let before = start;
    for await (const text of createInterface({ input: handle.createReadStream({ start: 0, end: end - 1 }) })) {
      const line = parse(text, before.seq + 1);
      const mac = macOf(before.mac, line);
      if (line.seq !== before.seq + 1 || !timingSafeEqual(Buffer.from(mac), Buffer.from(line.mac)))
        throw new LedgerBroken(
          `Line ${before.seq + 1} of the ledger of erasures does not follow from the one before: restore the file.`,
        );
      before = { seq: line.seq, mac };
      yield {
        tenantId: line.tenantId,
        kind: line.kind,
        hash: Buffer.from(line.hash, 'hex'),
        erasedAt: new Date(line.erasedAt),
        head: before,
      };
    }
  }

  return {
    async appendTombstones(rows) {
      if (rows.length === 0) return;
      await mkdir(dirname(file), { recursive: true });
      await alone(`${file}.lock`, () => append(rows));
    },
    read,
    async head() {
      let head = start;
      for await (const row of read()) ({ head } = row);
      return head;
    },
  };
}

function parse(text: string, place: number | 'last'): Line {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new LedgerBroken(`Line ${place} of the ledger of erasures cannot be read: restore the file.`, { cause });
  }
  const line = Line.safeParse(json);
  if (!line.success) throw new LedgerBroken(`Line ${place} of the ledger of erasures cannot be read: restore the file.`);
  return line.data;
}

/** The last whole line, and where it ends. */
async function tailOf(handle: FileHandle): Promise<{ last: string | null; end: number }> {
  const { size } = await handle.stat();
  const from = Math.max(0, size - tailBytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
  const newline = buffer.subarray(0, bytesRead).lastIndexOf('\n');
  if (newline === -1) return { last: null, end: 0 };
  const last = buffer.subarray(0, newline).toString('utf8').split('\n').at(-1);
  return { last: last ?? null, end: from + newline + 1 };
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Runs `work` while this process alone holds the lock file: each line hangs on the one before. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    const held = await open(lock, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (held) {
      try {
        return await work();
      } finally {
        await held.close();
        await rm(lock, { force: true });
      }
    }
    await removeStale(lock);
    await sleep(10);
  }
}

async function removeStale(lock: string): Promise<void> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0, // its holder has just removed it
  );
  if (age > staleLockMs) await rm(lock, { force: true });
}
