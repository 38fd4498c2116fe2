import { createHash } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import { addFile, appendPieces, bytesOf, filesOf, NotOurs, type Position } from '../../db/exports/archive.ts';
import { beginWriting, type Export, findExport, finishExport } from '../../db/exports/exports.ts';
import { countRows, type ExportedPerson, type ExportPage, readPage } from '../../db/exports/pages.ts';
import { type ExportPlan, type ExportTable, planExport } from '../../db/exports/plan.ts';
import { findPhone } from '../../db/exports/person.ts';
import type { Database } from '../../db/transaction.ts';
import { phoneNumber } from '../../domain/phoneNumber.ts';
import { csvCell, csvLine } from '../../providers/csv/cell.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { dataDescriptor, directory, lastBlock, localHeader } from '../../providers/zip/records.ts';
import { manifestOf, manifestName } from './manifest.ts';
import { readBack } from './readBack.ts';

export interface ExportRun {
  db: Database;
  addressKey: Buffer;
  /** Told after each piece how many bytes there are. */
  onProgress(bytes: number): void;
  /** Asked when a piece is on its way: each turn writes one at least. */
  isOver(): boolean;
}

/**
 * Goes on with an export from where the record says that it is; answers whether more is left. Each piece is one transaction that also moves
 * the resume point, so no crash loses a row or writes one twice; no more than a page is in memory, however big the account is.
 */
export async function runExport(run: ExportRun, tenantId: string, exportId: string): Promise<boolean> {
  try {
    return await writeOn(run, tenantId, exportId);
  } catch (error) {
    if (error instanceof NotOurs) return true; // look again: what the other run wrote, or that the export was cancelled
    throw error;
  }
}

async function writeOn(run: ExportRun, tenantId: string, exportId: string): Promise<boolean> {
  const job = await run.db.inTenant(tenantId, (tx) => findExport(tx, exportId));
  if (!job) return false;
  const person = job.contactId === null ? null : await personOf(run, tenantId, job.contactId);
  if (job.state === 'asked') {
    await begin(run.db, tenantId, job, person);
    return true;
  }
  if (job.state !== 'running' || !job.plan) return false;
  const archive = new Archive(run, tenantId, job, job.plan);
  for (;;) {
    const table = archive.table();
    if (!table) break;
    const page = await run.db.inTenant(tenantId, (tx) => readPage(tx, table, archive.position.after, person));
    if (page.rows.length > 0) await archive.addPage(table, page);
    else await archive.endFile(table);
    run.onProgress(archive.end);
    if (run.isOver()) return true;
  }
  return !(await archive.finish());
}

async function begin(db: Database, tenantId: string, job: Export, person: ExportedPerson | null): Promise<void> {
  await db.inTenant(tenantId, async (tx) => {
    const plan = await planExport(tx, job.contactId);
    const tables: ExportTable[] = [];
    const empty: string[] = [];
    let rows = 0;
    for (const table of plan.tables) {
      const here = await countRows(tx, table, person);
      rows += here;
      if (here > 0) tables.push(table);
      else empty.push(table.name);
    }
    await beginWriting(tx, job.id, { ...plan, tables, empty }, rows);
  });
}

async function personOf({ db, addressKey }: ExportRun, tenantId: string, contactId: string): Promise<ExportedPerson> {
  const phone = await db.inTenant(tenantId, (tx) => findPhone(tx, contactId));
  const number = phone === null ? null : phoneNumber(phone);
  return { contactId, numberHash: number === null ? null : addressHash(addressKey, tenantId, number) };
}

/** What has been written of an archive, and the writing of the rest. */
class Archive {
  position: Position;
  end: number;

  constructor(
    private readonly run: ExportRun,
    private readonly tenantId: string,
    private readonly job: Export,
    private readonly plan: ExportPlan,
  ) {
    const { file, after, fileFrom, fileRows } = job;
    this.position = { file, after, fileFrom, fileRows };
    this.end = job.bytes;
  }

  table(): ExportTable | undefined {
    return this.plan.tables[this.position.file];
  }

  async addPage(table: ExportTable, page: ExportPage): Promise<void> {
    const texts = table.columns.map(({ type }) => /^(text|json|character)/.test(type) || type.endsWith('[]'));
    const lines = page.rows.map((cells) => csvLine(cells.map((cell, n) => csvCell(cell, texts[n] ?? true))));
    const isFirst = this.position.fileFrom === null;
    const heading = isFirst ? `\u{feff}${csvLine(table.columns.map(({ name }) => name))}` : ''; // spreadsheets know UTF-8 by the mark
    const pieces: Buffer[] = [deflateRawSync(heading + lines.join(''), { finishFlush: constants.Z_FULL_FLUSH })];
    if (isFirst) pieces.unshift(localHeader(this.named(table)));
    await this.append(pieces, {
      file: this.position.file,
      after: page.after,
      fileFrom: this.position.fileFrom ?? this.end,
      fileRows: this.position.fileRows + page.rows.length,
    });
  }

  /** The sums come from what is stored, not from what was meant to be: whoever checks the archive finds the same. */
  async endFile(table: ExportTable): Promise<void> {
    const { fileFrom, fileRows, file } = this.position;
    const next: Position = { file: file + 1, after: null, fileFrom: null, fileRows: 0 };
    if (fileFrom === null) return this.append([], next); // no rows: the manifest says so
    const dataFrom = fileFrom + localHeader(this.named(table)).length;
    const { db } = this.run;
    const stored = bytesOf(db, this.tenantId, this.job.id, dataFrom, this.end);
    const sums = await readBack(stored, () => this.run.onProgress(this.end));
    const compressedBytes = this.end - dataFrom + lastBlock.length;
    const pieces = [Buffer.concat([lastBlock, dataDescriptor({ ...sums, compressedBytes })])];
    const added = { name: this.named(table).name, rows: fileRows, ...sums, compressedBytes, fromByte: fileFrom };
    await this.append(pieces, next, added);
  }

  /** False when it was taken back meanwhile. */
  async finish(): Promise<boolean> {
    const { db } = this.run;
    const { id } = this.job;
    if (this.position.file === this.plan.tables.length) await this.addManifest();
    const whole = createHash('sha256');
    for await (const bytes of bytesOf(db, this.tenantId, id, 0, this.end)) {
      whole.update(bytes);
      this.run.onProgress(this.end);
    }
    return db.inTenant(this.tenantId, async (tx) => finishExport(tx, id, whole.digest(), (await filesOf(tx, id)).length));
  }

  /** The manifest and the archive's directory, which lists it too: one piece, so that the archive ends once. */
  private async addManifest(): Promise<void> {
    const files = await this.run.db.inTenant(this.tenantId, (tx) => filesOf(tx, this.job.id));
    const manifest = manifestOf(this.tenantId, this.job, this.plan, files);
    const data = deflateRawSync(manifest);
    const entry = { name: manifestName, modifiedAt: this.job.createdAt };
    const sums = await readBack([data], () => undefined);
    const header = localHeader(entry);
    const descriptor = dataDescriptor({ ...sums, compressedBytes: data.length });
    const listed = [...files, { name: manifestName, ...sums, compressedBytes: data.length, fromByte: this.end }];
    const entries = listed.map((file) => ({ ...file, modifiedAt: this.job.createdAt, offset: file.fromByte }));
    const list = directory(entries, this.end + header.length + data.length + descriptor.length);
    const position: Position = { file: this.plan.tables.length + 1, after: null, fileFrom: null, fileRows: 0 };
    await this.append([Buffer.concat([header, data, descriptor, list])], position);
  }

  private async append(pieces: readonly Buffer[], position: Position, ended?: Parameters<typeof addFile>[2]): Promise<void> {
    const newRows = Math.max(0, position.fileRows - this.position.fileRows);
    this.end = await this.run.db.inTenant(this.tenantId, async (tx) => {
      const end = await appendPieces(
        tx,
        this.job.id,
        { planId: this.plan.id, bytes: this.end, file: this.position.file },
        pieces,
        position,
        newRows,
      );
      if (ended) await addFile(tx, this.job.id, ended);
      return end;
    });
    this.position = position;
  }

  private named({ name }: ExportTable): { name: string; modifiedAt: Date } {
    return { name: `${name}.csv`, modifiedAt: this.job.createdAt };
  }
}
