import { setImmediate as otherWork } from 'node:timers/promises';
import { mergeCompanies } from '../../db/companies.ts';
import { layOut } from '../../domain/contactHeadings.ts';
import { holdable, judgeRow, type RowOutcome } from '../../domain/contactRows.ts';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import { type Arrival, companiesOf } from '../../db/contactMerge.ts';
import {
  accountedFor,
  BatchNotOurs,
  closeImportWork,
  fileOf,
  findImport,
  finishImport,
  type Import,
  type ImportOptions,
  recordBatch,
  type RefusedRow,
} from '../../db/imports.ts';
import { isErased } from '../../db/erasure/tombstones.ts';
import type { Database } from '../../db/transaction.ts';
import { DigestSet } from '../../providers/csv/digestSet.ts';
import { decoded, encodingNamed } from '../../providers/csv/encoding.ts';
import { addressHasher } from '../../providers/keyedHash.ts';
import { openTable } from '../../providers/csv/table.ts';

/** Rows of one transaction: long enough for the statement to pay, short enough to hold no lock for a second. */
const batchRows = 2_000;
/** Batches that are recorded side by side, while the next is judged. */
const lanes = 2;
/** Rows that are judged before others on this thread have their turn: some milliseconds. */
const turnRows = 250;

export interface ImportRun {
  db: Database;
  addressKey: Buffer;
  /** Told after each batch how many rows are accounted for. */
  onProgress(rows: number): void;
  /** Asked when a batch is on its way: each turn brings in one at least. */
  isOver(): boolean;
}

/**
 * Goes on with the rows of an import that are not accounted for, until all are or the turn is over; answers whether more are left.
 * Outcomes follow from the file alone, so the other rows are judged again, in memory, to know which addresses have been.
 */
export async function runImport(run: ImportRun, tenantId: string, importId: string): Promise<boolean> {
  const job = await run.db.inTenant(tenantId, (tx) => findImport(tx, importId));
  if (job?.state !== 'running') {
    await run.db.inTenant(tenantId, (tx) => closeImportWork(tx, importId));
    return false;
  }
  const recorder = startRecording(run, tenantId, job);
  const rowsRead = await judgeAll(run, tenantId, job, recorder).catch(async (error: unknown) => {
    // Another run of the import that came to its end has removed the file while this one read it: the next look finds it done.
    const now = await run.db.inTenant(tenantId, (tx) => findImport(tx, importId));
    if (now?.state === 'running') throw error;
    return null;
  });
  if (rowsRead === null || !(await recorder.settled())) return true;
  await run.db.inTenant(tenantId, async (tx) => {
    await finishImport(tx, importId, rowsRead);
    await closeImportWork(tx, importId);
  });
  return false;
}

/** Judges row after row; null when the turn is over, or another run of the import does the same. */
async function judgeAll(run: ImportRun, tenantId: string, job: Import, recorder: Recorder): Promise<number | null> {
  const table = await openTable(decoded(fileOf(run.db, tenantId, job.id), encodingNamed(job.encoding)));
  const layout = layOut(table.header, job.mapping ?? {});
  const isDone = amongDone(await run.db.inTenant(tenantId, (tx) => accountedFor(tx, job.id)));
  const seen = new DigestSet();
  const isFirst = (email: string) => seen.add(email);
  let rowNumber = 0;
  let batch: JudgedRow[] = [];
  for await (const rows of table.rows) {
    for (const cells of rows) {
      rowNumber += 1;
      if (rowNumber % turnRows === 0) await otherWork();
      const outcome = judgeRow(cells, layout, isFirst);
      const isOurs = !isDone(rowNumber);
      if (isOurs) batch.push({ rowNumber, cells, outcome });
      const isWhole = isOurs ? batch.length === batchRows : batch.length > 0; // rows of a batch stand behind each other
      if (!isWhole) continue;
      if (!(await recorder.record(batch))) return null;
      batch = [];
      if (!run.isOver()) continue;
      await recorder.settled();
      return null;
    }
    run.onProgress(rowNumber);
  }
  if (batch.length > 0 && !(await recorder.record(batch))) return null;
  return rowNumber;
}

/** Whether a row is accounted for; to be asked in file order. */
function amongDone(ranges: readonly (readonly [from: number, to: number])[]): (rowNumber: number) => boolean {
  let at = 0;
  return (rowNumber) => {
    while (at < ranges.length && rowNumber > (ranges[at]?.[1] ?? 0)) at += 1;
    const range = ranges[at];
    return range !== undefined && rowNumber > range[0];
  };
}

interface Recorder {
  /** Waits for a free lane. False when a batch before this one was another run's. */
  record(rows: readonly JudgedRow[]): Promise<boolean>;
  /** Whether all that was given is recorded. */
  settled(): Promise<boolean>;
}

/** Records batches while the next is judged: reading keeps one processor busy, the database the others. */
function startRecording(run: ImportRun, tenantId: string, job: Import): Recorder {
  const hash = hashing(run.addressKey, tenantId);
  const running: Promise<{ isDone: boolean } | { error: unknown }>[] = [];
  async function settled(left: number): Promise<boolean> {
    if (running.length <= left) return true;
    const results = await Promise.all(running.splice(0, running.length - left));
    for (const result of results) {
      if (!('error' in result)) continue;
      await Promise.all(running); // nothing goes on behind a run that has failed
      throw result.error;
    }
    return results.every((result) => 'isDone' in result && result.isDone);
  }
  return {
    async record(rows) {
      if (!(await settled(lanes - 1))) return false;
      running.push(
        record(run.db, tenantId, job, rows, hash).then(
          (isDone) => ({ isDone }),
          (error: unknown) => ({ error }), // thrown where it is waited for
        ),
      );
      return true;
    },
    settled: () => settled(0),
  };
}

interface JudgedRow {
  rowNumber: number;
  cells: readonly string[];
  outcome: RowOutcome;
}

async function record(db: Database, tenantId: string, job: Import, rows: readonly JudgedRow[], hash: Hashing): Promise<boolean> {
  const people = new Map<number, Arrival>();
  for (const { rowNumber, outcome } of rows) {
    if (outcome.outcome !== 'rejected')
      people.set(rowNumber, { rowNumber, ...outcome.contact, ...hash.ofAddress(outcome.contact.canonicalEmail) });
  }
  const identities = new Map([...people].map(([row, { addressHash, phone }]) => [row, addressHash ?? hash.ofNumber(phone)]));
  const hashes = [...identities.values()].filter((identity) => identity !== null);
  // Companies come first, in a transaction of their own: two batches that name the same new one would wait for each other's end.
  const { arrivals, refused } = await db.inTenant(tenantId, async (tx) => {
    const erased = await isErased(tx, hashes);
    const arrivals: Arrival[] = [];
    const refused: RefusedRow[] = [];
    for (const { rowNumber, cells, outcome } of rows) {
      const person = people.get(rowNumber);
      const identity = erased.size > 0 ? identities.get(rowNumber) : null;
      if (identity && erased.has(identity.toString('hex'))) {
        refused.push({ rowNumber, reason: 'erased', cells: null });
      } else if (person && outcome.outcome === 'accepted') arrivals.push(person);
      else refused.push(refusal(rowNumber, cells, outcome));
    }
    await mergeCompanies(tx, companiesOf(arrivals));
    return { arrivals, refused };
  });
  const from = (rows[0]?.rowNumber ?? 1) - 1;
  try {
    await db.inTenant(tenantId, (tx) => recordBatch(tx, job.id, { from, arrivals, refused }, { ...standard, ...job.options }));
    return true;
  } catch (error) {
    if (error instanceof BatchNotOurs) return false;
    throw error;
  }
}

const standard: ImportOptions = { ownerId: null, listId: null, tags: [], existing: 'fill' };

function refusal(rowNumber: number, cells: readonly string[], outcome: RowOutcome): RefusedRow {
  const reason = outcome.outcome === 'rejected' ? outcome.reason : 'duplicate';
  const mayBeKept = reason !== 'never_collected' && reason !== 'column_count'; // the latter can hold anything anywhere
  return { rowNumber, reason, cells: mayBeKept ? cells.map(holdable) : null };
}

interface Hashing {
  ofAddress(canonicalEmail: string | null): { addressHash: Buffer | null; domainHash: Buffer | null };
  /** Of whoever has no address: by it an erased person is known. */
  ofNumber(phone: string | null): Buffer | null;
}

/** Keyed hashes of addresses; of each domain once, as long as there are not too many. */
function hashing(key: Buffer, tenantId: string): Hashing {
  const hash = addressHasher(key, tenantId);
  const domains = new Map<string, Buffer>();
  return {
    ofAddress(canonicalEmail) {
      if (canonicalEmail === null) return { addressHash: null, domainHash: null };
      const domain = canonicalEmail.slice(canonicalEmail.lastIndexOf('@')); // with the @: no address is that
      const domainHash = domains.get(domain) ?? hash(domain);
      if (domains.size > 10_000) domains.clear();
      domains.set(domain, domainHash);
      return { addressHash: hash(canonicalEmail), domainHash };
    },
    ofNumber: (phone) => (phone === null ? null : hash(phoneNumber(phone) ?? phone)),
  };
}
