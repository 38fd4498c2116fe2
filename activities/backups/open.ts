import { asOwner } from '../../db/backups/catalogue.ts';
import { goOn, isOpen, ownBackup } from '../../db/backups/opening.ts';
import { BackupMissing } from '../../providers/backup/store.ts';
import { readManifest } from './manifest.ts';
import { replayErasures } from './replay.ts';
import type { BackupWorld } from './world.ts';

export interface Opened {
  /** Erased again, people and accounts. */
  erasures: number;
  /** Wait for a person: what was sent, and who opted out, after the backup is not known here any more. */
  pausedMailboxes: number;
  /** Start anew in Temporal. */
  workflows: number;
}

/**
 * Opens a database that was restored: whoever was erased since its backup is erased again, mailboxes are paused until somebody has looked,
 * every open workflow is owed to Temporal, and only then the product goes on. Stops at the first thing that cannot be done; may be run again.
 */
export async function openAfterRestore(world: BackupWorld): Promise<Opened> {
  const own = await asOwner(world.ownerUrl, async (client) => {
    if (await isOpen(client)) throw new Error('This database is open: it was not restored, or was opened already.');
    return ownBackup(client);
  });
  const since = await manifestOf(world, own);
  const erasures = await replayErasures(world, world.ownerUrl, since);
  return { erasures, ...(await asOwner(world.ownerUrl, goOn)) };
}

/** Of its own backup the restored catalogue knows that it was being taken; its key object, if it is still there, how far the ledger was. */
async function manifestOf(world: BackupWorld, own: { name: string; takenAt: Date } | undefined) {
  const unknown = { takenAt: own?.takenAt ?? new Date(0), ledger: { seq: 0, mac: '' } };
  if (!own) return unknown;
  try {
    return await readManifest(world, own.name);
  } catch (error) {
    if (!(error instanceof BackupMissing)) throw error;
    world.log.warn(
      { backup: own.name },
      'the backup is gone from the store: whether the ledger is whole since it was taken is not known',
    );
    return unknown;
  }
}
