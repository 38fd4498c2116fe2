import { Readable } from 'node:stream';
import { asOwner } from '../../db/backups/catalogue.ts';
import { restoreByCopy } from '../../db/backups/copy.ts';
import { restoreByTool } from '../../db/backups/pgDump.ts';
import { countTables } from '../../db/backups/snapshot.ts';
import { makeRoles, migrate } from '../../db/migrate.ts';
import { unseal } from '../../providers/backup/cipher.ts';
import { type Manifest, readManifest } from './manifest.ts';
import type { BackupWorld } from './world.ts';

/**
 * Brings a backup back into a database that is empty, then to the schema of today. Every table must have the rows that it had. What comes
 * out is closed: no backup holds the row that opens a database (migration 0024).
 */
export async function restoreInto(
  world: Pick<BackupWorld, 'store' | 'vault'>,
  name: string,
  targetUrl: string,
): Promise<Manifest> {
  const manifest = await readManifest(world, name);
  const dump = Readable.from(unseal(manifest.key, name, await world.store.getFile(name)), { objectMode: false });
  if (manifest.format === 'pg_dump') {
    await makeRoles(targetUrl);
    await restoreByTool(targetUrl, dump);
  } else {
    await migrate(targetUrl, { only: manifest.migrations });
    await asOwner(targetUrl, (client) => restoreByCopy(client, dump));
  }
  const differing = await asOwner(targetUrl, async (client) => {
    const rows = new Map((await countTables(client)).map((counted) => [counted.table, counted.rows]));
    return manifest.tables.filter((expected) => rows.get(expected.table) !== expected.rows).map(({ table }) => table);
  });
  if (differing.length > 0) throw new Error(`The restored tables ${differing.join(', ')} have not the rows that they had.`);
  await migrate(targetUrl);
  return manifest;
}
