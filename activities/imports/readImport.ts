import { type Import, readChunk } from '../../db/imports.ts';
import type { Database } from '../../db/transaction.ts';
import { decoded, encodings } from '../../providers/csv/encoding.ts';
import { openTable, type Table } from '../../providers/csv/table.ts';

/** Opens the stored file of an import as a table. Read chunk by chunk, each in a transaction of its own. */
export function openImport(db: Database, tenantId: string, { id, encoding }: Pick<Import, 'id' | 'encoding'>): Promise<Table> {
  const known = encodings.find((name) => name === encoding);
  if (!known) throw new Error(`The import ${id} has no known encoding: its upload has not ended.`);
  return openTable(decoded(chunksOf(db, tenantId, id), known));
}

async function* chunksOf(db: Database, tenantId: string, importId: string): AsyncGenerator<Buffer> {
  for (let n = 0; ; n += 1) {
    const bytes = await db.inTenant(tenantId, (tx) => readChunk(tx, importId, n));
    if (!bytes) return;
    yield bytes;
  }
}
