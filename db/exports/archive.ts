import type { Database, Tx } from '../transaction.ts';

/** A file in the archive, as it was read back. */
export interface ExportFile {
  name: string;
  rows: number;
  bytes: number;
  compressedBytes: number;
  crc32: number;
  sha256: Buffer;
  fromByte: number;
}

/** Where the writing of an archive has come to. */
export interface Position {
  file: number;
  after: readonly string[] | null;
  /** Where the present file's data begin; null: it has not been begun. */
  fileFrom: number | null;
  fileRows: number;
}

/** Another run of the export has written here, or the export has ended: nothing of the transaction may stay. */
export class NotOurs extends Error {}

/** Writes on, in one step with where to go on from; `at` is where the archive was when these pieces were made. */
export async function appendPieces(
  tx: Tx,
  exportId: string,
  at: { readonly planId: string; readonly bytes: number; readonly file: number },
  pieces: readonly Buffer[],
  { file, after, fileFrom, fileRows }: Position,
  newRows: number,
): Promise<number> {
  let end = at.bytes;
  for (const bytes of pieces) {
    await tx.run(
      `insert into export_chunks (tenant_id, export_id, from_byte, bytes) values (decorum.tenant(), $1, $2, $3) on conflict do nothing`,
      [exportId, end, bytes],
    );
    end += bytes.length;
  }
  const moved = await tx.run(
    `update exports set bytes = $3, file = $4, after = $5, file_from = $6, file_rows = $7, rows_written = rows_written + $8
     where id = $1 and bytes = $2 and file = $9 and plan ->> 'id' = $10 and state = 'running'`,
    [
      exportId,
      at.bytes,
      end,
      file,
      after === null ? null : JSON.stringify(after),
      fileFrom,
      fileRows,
      newRows,
      at.file,
      at.planId,
    ],
  );
  if (moved === 0) throw new NotOurs(`Export ${exportId} is not written on at byte ${at.bytes} by this run.`);
  return end;
}

export async function addFile(tx: Tx, exportId: string, file: ExportFile): Promise<void> {
  await tx.run(
    `insert into export_files (tenant_id, export_id, name, rows, bytes, compressed_bytes, crc32, sha256, from_byte)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8)`,
    [exportId, file.name, file.rows, file.bytes, file.compressedBytes, file.crc32, file.sha256, file.fromByte],
  );
}

/** In the archive's order. */
export function filesOf(tx: Tx, exportId: string): Promise<ExportFile[]> {
  return tx.rows<ExportFile>(
    `select name, rows, bytes, compressed_bytes as "compressedBytes", crc32, sha256, from_byte as "fromByte"
     from export_files where export_id = $1 order by from_byte`,
    [exportId],
  );
}

/** The archive from one byte up to before another, piece by piece, each in a transaction of its own: a slow reader holds none open. */
export async function* bytesOf(
  db: Database,
  tenantId: string,
  exportId: string,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const [chunk] = await db.inTenant(tenantId, (tx) =>
      tx.rows<{ fromByte: number; bytes: Buffer }>(
        `select from_byte as "fromByte", bytes from export_chunks where export_id = $1 and from_byte <= $2 order by from_byte desc limit 1`,
        [exportId, at],
      ),
    );
    const piece = chunk?.bytes.subarray(at - chunk.fromByte, to - chunk.fromByte);
    if (!piece || piece.length === 0) throw new Error(`Export ${exportId} has ended before its byte ${at} was read.`);
    yield piece;
    at += piece.length;
  }
}
