import { layOut } from '../../domain/contactHeadings.ts';
import { holdable, judgeRow, type RowOutcome } from '../../domain/contactRows.ts';
import type { Arrival } from '../../db/contactMerge.ts';
import {
  closeImportWork,
  erasedAmong,
  findImport,
  finishImport,
  type Import,
  type ImportOptions,
  recordBatch,
  type RefusedRow,
} from '../../db/imports.ts';
import type { Database } from '../../db/transaction.ts';
import { DigestSet } from '../../providers/csv/digestSet.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import { openImport } from './readImport.ts';

/** Rows of one transaction: long enough for the statement to pay, short enough to hold no lock for a second. */
const batchRows = 2_000;

export interface ImportRun {
  db: Database;
  addressKey: Buffer;
  /** Told after each batch how many rows are accounted for. */
  onProgress(rows: number): void;
  /** Asked after each batch. */
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
  const table = await openImport(run.db, tenantId, job);
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
      if (!(await record(run, tenantId, job, batch))) return true; // another run is ahead: begin again behind it
      batch = [];
      run.onProgress(rowNumber);
      if (run.isOver()) return true;
    }
    run.onProgress(rowNumber);
  }
  if (batch.length > 0 && !(await record(run, tenantId, job, batch))) return true;
  await run.db.inTenant(tenantId, async (tx) => {
    await finishImport(tx, importId, rowNumber);
    await closeImportWork(tx, importId);
  });
  return false;
}

interface JudgedRow {
  rowNumber: number;
  cells: readonly string[];
  outcome: RowOutcome;
}

async function record(run: ImportRun, tenantId: string, job: Import, rows: readonly JudgedRow[]): Promise<boolean> {
  const hash = hashing(run.addressKey, tenantId);
  const people = new Map<number, Arrival>();
  for (const { rowNumber, outcome } of rows) {
    if (outcome.outcome !== 'rejected')
      people.set(rowNumber, { rowNumber, ...outcome.contact, ...hash(outcome.contact.canonicalEmail) });
  }
  const hashes = [...people.values()].flatMap(({ addressHash }) => addressHash ?? []);
  return run.db.inTenant(tenantId, async (tx) => {
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

/** Keyed hashes of addresses; of each domain once. */
function hashing(key: Buffer, tenantId: string) {
  const domains = new Map<string, Buffer>();
  return (canonicalEmail: string | null): { addressHash: Buffer | null; domainHash: Buffer | null } => {
    if (canonicalEmail === null) return { addressHash: null, domainHash: null };
    const domain = canonicalEmail.slice(canonicalEmail.lastIndexOf('@') + 1);
    const known = domains.get(domain) ?? domainHash(key, tenantId, domain);
    domains.set(domain, known);
    return { addressHash: addressHash(key, tenantId, canonicalEmail), domainHash: known };
  };
}
