import { Readable } from 'node:stream';
import { type Manifest, readManifest } from '../../activities/backups/manifest.ts';
import { replayErasures } from '../../activities/backups/replay.ts';
import { restoreInto } from '../../activities/backups/restore.ts';
import type { BackupWorld } from '../../activities/backups/world.ts';
import { dropScratches, makeScratch } from '../../db/backups/databases.ts';
import { unseal } from '../../providers/backup/cipher.ts';
import { searchDump, sqlOf } from './database.ts';
import type { Found, Search } from './search.ts';

/** Opens a backup with its key, and searches what is in it. */
export async function searchBackup(world: BackupWorld, name: string, search: Search): Promise<Found> {
  const manifest = await readManifest(world, name);
  return search(contentOf(manifest, await world.store.getFile(name)));
}

function contentOf({ key, name, format }: Manifest, file: Readable): AsyncGenerator<Buffer> {
  const content = unseal(key, name, file);
  return format === 'pg_dump' ? sqlOf(Readable.from(content, { objectMode: false })) : content;
}

/** Restores a backup of before the erasure beside the database, erases there again by the ledger, as a restore must, and searches that. */
export async function searchRestored(world: BackupWorld, name: string, search: Search): Promise<Found> {
  const target = await makeScratch(world.ownerUrl, 'proof');
  try {
    await replayErasures(world, target, await restoreInto(world, name, target));
    return await searchDump(target, search);
  } finally {
    await dropScratches(world.ownerUrl);
  }
}
