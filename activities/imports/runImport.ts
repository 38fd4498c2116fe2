import { layOut } from '../../domain/contactHeadings.ts';
import { holdable, judgeRow, type RowOutcome } from '../../domain/contactRows.ts';
import type { Arrival } from '../../db/contactMerge.ts';
import {
  closeImportWork,
  erasedAmong,
  fileOf,
  findImport,
  finishImport,
  type Import,
  type ImportOptions,
  recordBatch,
  type RefusedRow,
} from '../../db/imports.ts';
import type { Database } from '../../db/transaction.ts';
import { DigestSet } from '../../providers/csv/digestSet.ts';
import { decoded, encodingNamed } from '../../providers/csv/encoding.ts';
import { addressHasher } from '../../providers/keyedHash.ts';
import { openTable } from '../../providers/csv/table.ts';

/** Rows of one transaction: long enough for the statement to pay, short enough to hold no lock for a second. */
const batchRows = 2_000;

export interface ImportRun {
  db: Database;
  addressKey: Buffer;
  /** Told after each batch how many rows are accounted for. */
  onProgress(rows: number): void;
  /** Asked when a batch is on its way: each turn brings in one at least. */
  isOver(): boolean;
}

/**
 * Goes on with an import behind the rows that are accounted for, until all are or the turn is over; answers whether more are left.
 * Outcomes follow from the file alone, so the rows before are judged again, in memory, to know which addresses have been.
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

/** Judges row after row; null when the turn is over, or another run of the import is ahead of this one. */
async function judgeAll(run: ImportRun, tenantId: string, job: Import, recorder: Recorder): Promise<number | null> {
  const table = await openTable(decoded(fileOf(run.db, tenantId, job.id), encodingNamed(job.encoding)));
  const layout = layOut(table.header, job.mapping ?? {});
  const seen = new DigestSet();
  let rowNumber = 0;
  let batch: JudgedRow[] = [];
  for await (const rows of table.rows) {
    for (const cells of rows) {
      rowNumber += 1;
      const outcome = judgeRow(cells, layout, (email) => seen.add(email));
      if (rowNumber > job.rowsRead) batch.push({ rowNumber, cells, outcome });
      if (batch.length < batchRows) continue;
      if (!(await recorder.settled())) return null;
      recorder.record(batch);
      batch = [];
      if (!run.isOver()) continue;
      await recorder.settled();
      return null;
    }
    run.onProgress(rowNumber);
  }
  if (!(await recorder.settled())) return null;
  if (batch.length > 0) recorder.record(batch);
  return rowNumber;
}

interface Recorder {
  record(rows: readonly JudgedRow[]): void;
  /** Whether what was given last is recorded; false when another run had done it. */
  settled(): Promise<boolean>;
}

/** Records one batch while the next is judged: reading keeps one processor busy, the database another. */
function startRecording(run: ImportRun, tenantId: string, job: Import): Recorder {
  const hash = hashing(run.addressKey, tenantId);
  let last: Promise<{ isDone: boolean } | { error: unknown }> = Promise.resolve({ isDone: true });
  return {
    record(rows) {
      last = record(run.db, tenantId, job, rows, hash).then(
        (isDone) => ({ isDone }),
        (error: unknown) => ({ error }), // thrown where it is waited for
      );
    },
    async settled() {
      const result = await last;
      if ('error' in result) throw result.error;
      return result.isDone;
    },
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
      people.set(rowNumber, { rowNumber, ...outcome.contact, ...hash(outcome.contact.canonicalEmail) });
  }
  const hashes = [...people.values()].flatMap(({ addressHash }) => addressHash ?? []);
  return db.inTenant(tenantId, async (tx) => {
    const erased = await erasedAmong(tx, hashes);
    const arrivals: Arrival[] = [];
    const refused: RefusedRow[] = [];
    for (const { rowNumber, cells, outcome } of rows) {
      const person = people.get(rowNumber);
      if (person?.addressHash && erased.has(person.addressHash.toString('hex'))) {
        refused.push({ rowNumber, reason: 'erased', cells: null });
      } else if (person && outcome.outcome === 'accepted') arrivals.push(person);
      else refused.push(refusal(rowNumber, cells, outcome));
    }
    return recordBatch(tx, job.id, { from: (rows[0]?.rowNumber ?? 1) - 1, arrivals, refused }, { ...standard, ...job.options });
  });
}

const standard: ImportOptions = { ownerId: null, listId: null, tags: [], existing: 'fill' };

function refusal(rowNumber: number, cells: readonly string[], outcome: RowOutcome): RefusedRow {
  const reason = outcome.outcome === 'rejected' ? outcome.reason : 'duplicate';
  const mayBeKept = reason !== 'never_collected' && reason !== 'column_count'; // the latter can hold anything anywhere
  return { rowNumber, reason, cells: mayBeKept ? cells.map(holdable) : null };
}

type Hashing = (canonicalEmail: string | null) => { addressHash: Buffer | null; domainHash: Buffer | null };

/** Keyed hashes of addresses; of each domain once, as long as there are not too many. */
function hashing(key: Buffer, tenantId: string): Hashing {
  const hash = addressHasher(key, tenantId);
  const domains = new Map<string, Buffer>();
  return (canonicalEmail) => {
    if (canonicalEmail === null) return { addressHash: null, domainHash: null };
    const domain = canonicalEmail.slice(canonicalEmail.lastIndexOf('@')); // with the @: no address is that
    const domainHash = domains.get(domain) ?? hash(domain);
    if (domains.size > 10_000) domains.clear();
    domains.set(domain, domainHash);
    return { addressHash: hash(canonicalEmail), domainHash };
  };
}
