import { beginImport, endUpload, type ImportOptions, keepChunk, startImport } from '../../db/imports.ts';
import type { Database } from '../../db/transaction.ts';
import { layOut } from '../../domain/contactHeadings.ts';
import { decoded, EncodingGuess } from '../../providers/csv/encoding.ts';
import { openTable } from '../../providers/csv/table.ts';

/** An import that has just been started with the proposed mapping, its file in pieces of `chunkBytes`. Answers its id. */
export async function newImport(
  db: Database,
  {
    tenantId,
    by,
    file,
    chunkBytes = 1000,
    ...options
  }: { tenantId: string; by: string; file: string | Buffer; chunkBytes?: number } & Partial<ImportOptions>,
): Promise<string> {
  const bytes = Buffer.from(file);
  const guess = new EncodingGuess();
  guess.push(bytes);
  const encoding = guess.end();
  const { header, delimiter } = await openTable(decoded(pieces([bytes]), encoding));
  const mapping = Object.fromEntries(layOut(header).fields.entries());
  return db.inTenant(tenantId, async (tx) => {
    const id = await beginImport(tx, 'contacts.csv', by);
    for (let n = 0; n * chunkBytes < bytes.length; n += 1) {
      await keepChunk(tx, id, n, bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes));
    }
    await endUpload(tx, id, { bytes: bytes.length, encoding, delimiter, header, mapping });
    await startImport(tx, id, mapping, { ownerId: null, listId: null, tags: [], existing: 'fill', ...options });
    return id;
  });
}

async function* pieces(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
