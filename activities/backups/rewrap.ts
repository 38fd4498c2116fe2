import { withCatalogue } from '../../db/backups/catalogue.ts';
import { BackupMissing } from '../../providers/backup/store.ts';
import { VaultRefused } from '../../providers/vault.ts';
import { resealed } from './manifest.ts';
import type { BackupWorld } from './world.ts';

export interface Rewrapped {
  rotated: number;
  current: number;
  /** Backups whose key object no secret opens. */
  unreadable: number;
}

/**
 * Puts the key of every backup in the store under the newest secret; the files stay as they are. Alone with the catalogue, so that no key
 * comes back of a backup that is being destroyed. Bears being ended anywhere.
 */
export function rewrapBackups({ ownerUrl, store, vault }: Pick<BackupWorld, 'ownerUrl' | 'store' | 'vault'>): Promise<Rewrapped> {
  return withCatalogue(ownerUrl, async () => {
    const sum: Rewrapped = { rotated: 0, current: 0, unreadable: 0 };
    for (const { name } of await store.list()) {
      try {
        const sealed = resealed(vault, await store.getKey(name), name);
        if (sealed === null) sum.current += 1;
        else {
          await store.putKey(name, sealed);
          sum.rotated += 1;
        }
      } catch (error) {
        if (error instanceof BackupMissing) continue; // a file without its key: verify-backups tells
        if (!(error instanceof VaultRefused)) throw error;
        sum.unreadable += 1;
      }
    }
    return sum;
  });
}
