import type { Readable } from 'node:stream';
import { beginImport, endUpload, failImport, fileOf, keepChunk } from '../db/imports.ts';
import type { Database } from '../db/transaction.ts';
import { layOut, mappingByContent } from '../domain/contactHeadings.ts';
import { decoded, type Encoding, EncodingGuess } from '../providers/csv/encoding.ts';
import { openTable } from '../providers/csv/table.ts';
import { Unreadable } from '../providers/csv/unreadable.ts';
import { inChunks } from './chunks.ts';
import { Problem } from './problem.ts';
import type { Who } from './route.ts';

const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * Takes a file in, piece by piece into the record, where every worker can reach it; finds its encoding on the way, then its columns.
 * Answers the import's id; an upload that breaks off leaves a failed import and no file.
 */
export async function receiveImport(db: Database, who: Who, fileName: string, upload: Readable): Promise<string> {
  const importId = await db.inTenant(who.tenantId, (tx) => beginImport(tx, fileName, who.userId));
  try {
    const { bytes, encoding } = await receive(db, who.tenantId, importId, upload);
    const table = await openTable(decoded(fileOf(db, who.tenantId, importId), encoding));
    const { fields } = layOut(table.header, table.hasHeader ? {} : mappingByContent(table.sample));
    const { header, delimiter } = table;
    await db.inTenant(who.tenantId, (tx) =>
      endUpload(tx, importId, { bytes, encoding, delimiter, header, mapping: Object.fromEntries(fields.entries()) }),
    );
    return importId;
  } catch (error) {
    const failure = error instanceof Unreadable ? error.failure : 'cancelled';
    await db.inTenant(who.tenantId, (tx) => failImport(tx, importId, failure));
    throw error instanceof Unreadable ? new Problem('invalid-request', error.message) : error;
  }
}

async function receive(
  db: Database,
  tenantId: string,
  importId: string,
  upload: Readable,
): Promise<{ bytes: number; encoding: Encoding }> {
  const guess = new EncodingGuess();
  let bytes = 0;
  let chunks = 0;
  for await (const chunk of inChunks(upload as AsyncIterable<Buffer>)) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Problem('too-large', 'A contact file may have 1 GB at most: part it.');
    guess.push(chunk);
    const n = chunks;
    await db.inTenant(tenantId, (tx) => keepChunk(tx, importId, n, chunk));
    chunks += 1;
  }
  return { bytes, encoding: guess.end() };
}
