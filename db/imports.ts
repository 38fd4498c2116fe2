import type { ContactField } from '../domain/contactHeadings.ts';
import type { Refusal } from '../domain/contactTally.ts';
import { type MergeOptions, type Arrival, mergeContacts } from './contactMerge.ts';
import { closeWork, want } from './outbox.ts';
import type { Database, Tx } from './transaction.ts';
import { importWork } from './workflowIds.ts';

export type ImportState = 'uploading' | 'mapping' | 'running' | 'done' | 'failed';
export type ImportFailure = 'unreadable' | 'encoding' | 'no_header' | 'no_identity_column' | 'cancelled';
export type ImportOptions = Omit<MergeOptions, 'importId'>;
export type Mapping = Record<number, ContactField>;

export interface Import {
  id: string;
  fileName: string;
  state: ImportState;
  failure: ImportFailure | null;
  encoding: string | null;
  delimiter: string | null;
  header: string[] | null;
  mapping: Mapping | null;
  options: Partial<ImportOptions>;
  bytes: number;
  rowsRead: number;
  accepted: number;
  updated: number;
  suppressed: number;
  duplicate: number;
  rejected: Partial<Record<Refusal, number>>;
  createdBy: string;
  createdAt: Date;
  createdKey: string;
  doneAt: Date | null;
}

const columns = `id, file_name as "fileName", state, failure, encoding, delimiter, header, mapping, options, bytes, rows_read as "rowsRead",
  accepted, updated, suppressed, duplicate, rejected, created_by as "createdBy", created_at as "createdAt", created_at::text as "createdKey", done_at as "doneAt"`;

export async function findImport(tx: Tx, importId: string): Promise<Import | undefined> {
  const [found] = await tx.rows<Import>(`select ${columns} from imports where id = $1`, [importId]);
  return found;
}

/** Newest first; `after`: the instant and id of the last one of the page before. */
export function listImports(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<Import[]> {
  return tx.rows<Import>(
    `select ${columns} from imports where ($1::timestamptz is null or (created_at, id) < ($1, $2::uuid)) order by created_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

export async function beginImport(tx: Tx, fileName: string, createdBy: string): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into imports (tenant_id, file_name, created_by) values (decorum.tenant(), $1, $2) returning id`,
    [fileName, createdBy],
  );
  return id;
}

/** Throws when the upload has ended meanwhile: it took longer than anybody waits. */
export async function keepChunk(tx: Tx, importId: string, n: number, bytes: Buffer): Promise<void> {
  const kept = await tx.run(
    `insert into import_chunks (tenant_id, import_id, n, bytes)
     select tenant_id, id, $2, $3 from imports where id = $1 and state = 'uploading' for key share`,
    [importId, n, bytes],
  );
  if (kept === 0) throw new Error(`The upload of import ${importId} has ended.`);
}

/** The file as it was uploaded, piece by piece, each in a transaction of its own: nothing is held open while rows are worked off. */
export async function* fileOf(db: Database, tenantId: string, importId: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n += 1) {
    const [chunk] = await db.inTenant(tenantId, (tx) =>
      tx.rows<{ bytes: Buffer }>(`select bytes from import_chunks where import_id = $1 and n = $2`, [importId, n]),
    );
    if (!chunk) return;
    yield chunk.bytes;
  }
}

/** The file is here whole, and read so far that its columns can be mapped. */
export async function endUpload(
  tx: Tx,
  importId: string,
  file: { bytes: number; encoding: string; delimiter: string; header: readonly string[]; mapping: Mapping },
): Promise<void> {
  await tx.run(
    `update imports set state = 'mapping', bytes = $2, encoding = $3, delimiter = $4, header = $5, mapping = $6 where id = $1 and state = 'uploading'`,
    [importId, file.bytes, file.encoding, file.delimiter, JSON.stringify(file.header), JSON.stringify(file.mapping)],
  );
}

/** Ends an import before its end, and lets go of its file. False when it has ended already. */
export async function failImport(tx: Tx, importId: string, failure: ImportFailure): Promise<boolean> {
  const failed = await tx.run(
    `update imports set state = 'failed', failure = $2, done_at = decorum.now() where id = $1 and state in ('uploading', 'mapping', 'running')`,
    [importId, failure],
  );
  await tx.run(`delete from import_chunks where import_id = $1`, [importId]);
  return failed > 0;
}

/** From here on the workflow has it. False when it is not at its mapping: it was started already, or failed. */
export async function startImport(tx: Tx, importId: string, mapping: Mapping, options: ImportOptions): Promise<boolean> {
  const started = await tx.run(
    `update imports set state = 'running', mapping = $2, options = $3 where id = $1 and state = 'mapping'`,
    [importId, JSON.stringify(mapping), JSON.stringify(options)],
  );
  if (started > 0) await want(tx, [importWork(tx.tenantId, importId)]);
  return started > 0;
}

/** Rows of a file in a row, each with its one outcome. */
export interface Batch {
  /** How many rows of the file stand before the batch. */
  from: number;
  arrivals: readonly Arrival[];
  refused: readonly RefusedRow[];
}

export interface RefusedRow {
  rowNumber: number;
  reason: Refusal | 'duplicate';
  /** Null where they must not be kept. */
  cells: readonly string[] | null;
}

const doneRows = `coalesce(done_rows, int8multirange(int8range(0, rows_read)))`;

/** Which rows of the file are accounted for, in file order: from the one number, counted from 0, up to before the other. */
export async function accountedFor(tx: Tx, importId: string): Promise<[from: number, to: number][]> {
  const done = await tx.rows<{ from: number; to: number }>(
    `select lower(r) as from, upper(r) as to from imports, unnest(${doneRows}) as d(r) where id = $1 and not isempty(r) order by 1`,
    [importId],
  );
  return done.map(({ from, to }) => [from, to]);
}

/** Another run of the import has done the batch, or the import has ended: nothing of the transaction may stay. */
export class BatchNotOurs extends Error {}

/**
 * Merges a batch, keeps its refusals and notes which rows they are, in one transaction: after a crash at any point the import goes on
 * with the rows that are not noted. Several batches of an import run side by side: its own row, which each of them changes, comes last.
 */
export async function recordBatch(tx: Tx, importId: string, batch: Batch, options: ImportOptions): Promise<void> {
  const rows = batch.arrivals.length + batch.refused.length;
  const notOurs = () => new BatchNotOurs(`Rows ${batch.from + 1} to ${batch.from + rows} are not this run's to bring in.`);
  const isOurs = `state = 'running' and not ${doneRows} && int8range($2::bigint, $2::bigint + $3::bigint)`;
  await tx.run(`select pg_advisory_xact_lock(hashtextextended($1, $2))`, [importId, batch.from]); // two runs at the same rows
  const open = await tx.rows(`select from imports where id = $1 and ${isOurs}`, [importId, batch.from, rows]);
  if (open.length === 0) throw notOurs();
  const merged = await mergeContacts(tx, batch.arrivals, { ...options, importId });
  const rejected: Import['rejected'] = {};
  let duplicate = 0;
  for (const { reason } of batch.refused) {
    if (reason === 'duplicate') duplicate += 1;
    else rejected[reason] = (rejected[reason] ?? 0) + 1;
  }
  if (batch.refused.length > 0) {
    await tx.run(
      `insert into import_refusals (tenant_id, import_id, row_number, reason, cells)
       select decorum.tenant(), $1, r."rowNumber", r.reason, nullif(r.cells, 'null')
       from jsonb_to_recordset($2::jsonb) as r("rowNumber" bigint, reason text, cells jsonb)`,
      [importId, JSON.stringify(batch.refused)],
    );
  }
  const noted = await tx.run(
    `update imports set rows_read = rows_read + $3::bigint, accepted = accepted + $4, updated = updated + $5, suppressed = suppressed + $6,
       duplicate = duplicate + $7, done_rows = ${doneRows} + int8multirange(int8range($2::bigint, $2::bigint + $3::bigint)),
       rejected = (select coalesce(jsonb_object_agg(reason, n), '{}') from (
         select reason, sum(n::bigint) as n from (select * from jsonb_each_text(rejected) union all select * from jsonb_each_text($8)) as r(reason, n)
         group by reason) as sums)
     where id = $1 and ${isOurs}`,
    [importId, batch.from, rows, batch.arrivals.length, merged.updated, merged.suppressed, duplicate, JSON.stringify(rejected)],
  );
  if (noted === 0) throw notOurs();
}

/** All rows are accounted for: the file goes, the workflow's row of work closes. */
export async function finishImport(tx: Tx, importId: string, rowsRead: number): Promise<void> {
  const done = await tx.run(
    `update imports set state = 'done', done_at = decorum.now() where id = $1 and state = 'running' and rows_read = $2`,
    [importId, rowsRead],
  );
  if (done > 0) await tx.run(`delete from import_chunks where import_id = $1`, [importId]);
}

/** Forgets an import that has ended, with its refused rows; who came by it stays. False when it goes on. */
export async function deleteImport(tx: Tx, importId: string): Promise<boolean> {
  const deleted = await tx.run(`delete from imports where id = $1 and state in ('done', 'failed')`, [importId]);
  if (deleted > 0) await tx.run(`update contacts set import_id = null where import_id = $1`, [importId]);
  return deleted > 0;
}

/** The import has ended, so nothing is owed to its workflow. */
export async function closeImportWork(tx: Tx, importId: string): Promise<void> {
  const { workflowId } = importWork(tx.tenantId, importId);
  await tx.run(`update outbox set wanted = false where workflow_id = $1`, [workflowId]);
  await closeWork(tx, workflowId);
}

/** In file order; `after` is the number of the last row of the page before. */
export function listRefusals(tx: Tx, importId: string, page: { after: number; rows: number }): Promise<RefusedRow[]> {
  return tx.rows<RefusedRow>(
    `select row_number as "rowNumber", reason, cells from import_refusals where import_id = $1 and row_number > $2 order by row_number limit $3`,
    [importId, page.after, page.rows],
  );
}
