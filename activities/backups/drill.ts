import { randomUUID } from 'node:crypto';
import { asOwner } from '../../db/backups/catalogue.ts';
import { dropScratches, makeScratch } from '../../db/backups/databases.ts';
import { beginDrill, endDrill, newestGood } from '../../db/backups/drills.ts';
import { replayErasures } from './replay.ts';
import { restoreInto } from './restore.ts';
import { wordsOf } from './take.ts';
import type { BackupWorld } from './world.ts';

/**
 * A backup that nobody has restored is a hope: restores the newest into a scratch database, erases there again who was erased since, and
 * drops it. Each drill is in the record, also one that failed.
 */
export async function drillRestore(world: BackupWorld): Promise<void> {
  const { ownerUrl, now, log } = world;
  const id = randomUUID();
  const backup = await asOwner(ownerUrl, async (client) => {
    const newest = await newestGood(client);
    await beginDrill(client, { id, backupId: newest?.id ?? null, startedAt: now() });
    return newest;
  });
  try {
    if (!backup) throw new Error('There is no backup that could be restored.');
    const target = await makeScratch(ownerUrl, id);
    const manifest = await restoreInto(world, backup.name, target);
    const erasures = await replayErasures(world, target, manifest);
    const rows = manifest.tables.reduce((sum, counted) => sum + counted.rows, 0);
    await asOwner(ownerUrl, (client) =>
      endDrill(client, { id, state: 'passed', endedAt: now(), tables: manifest.tables.length, rows, erasures, problem: null }),
    );
    log.info({ backup: backup.name, rows, erasures }, 'the newest backup was restored in a drill');
  } catch (error) {
    const problem = wordsOf(error);
    await asOwner(ownerUrl, (client) =>
      endDrill(client, { id, state: 'failed', endedAt: now(), tables: null, rows: null, erasures: null, problem }),
    );
    throw error;
  } finally {
    await dropScratches(ownerUrl);
  }
}
