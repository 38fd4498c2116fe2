import { Command } from 'commander';
import { rewrapBackups } from '../../activities/backups/rewrap.ts';
import { roleUrl } from '../../db/roles.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { type Renewed, renewTokens } from '../../db/vaultColumns.ts';
import { openBackups } from '../../providers/backup/open.ts';
import type { Environment } from '../../providers/environment.ts';
import { type Vault, vault } from '../../providers/vault.ts';
import { runningEnvironment } from './runningEnvironment.ts';

export const rotateKeysCommand = new Command('rotate-keys')
  .description('Puts every stored credential and the key of every backup under the newest secret, while the product runs')
  .action(rotateKeys);

const MOST_PASSES = 5;

/** Until a whole pass finds nothing to do: what was written under an older key meanwhile is found by the next one. */
async function rotateKeys(): Promise<void> {
  const environment = runningEnvironment();
  const secrets = vault(environment.keys.vaultKeys);
  const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 2 });
  try {
    let rotated = 0;
    for (let pass = 1; ; pass += 1) {
      const seen = await rotateOnce(environment, db, secrets);
      rotated += seen.rotated;
      const unreadable = Object.entries(seen.unreadable);
      if (seen.rotated > 0 && pass < MOST_PASSES) continue;
      console.log(JSON.stringify({ rotated, current: seen.current, unreadable: seen.unreadable }));
      if (unreadable.length > 0)
        throw new Error(
          `No secret opens ${unreadable.map(([column, count]) => `${count} of ${column}`).join(', ')}: was one left out of DECORUM_SECRET?`,
        );
      if (seen.rotated > 0) throw new Error('A process still writes under an older secret: start it anew, then rotate again.');
      return;
    }
  } finally {
    await db.close();
  }
}

/** What is stored in the database, and the keys of the backups where a store is named. */
async function rotateOnce(environment: Environment, db: Database, secrets: Vault): Promise<Renewed> {
  const { isNewest, rotate } = secrets;
  const seen = await renewTokens(db, (token, place) => (isNewest(token, place) ? null : rotate(token, place)));
  const backups = openBackups(environment);
  if (!backups) return seen;
  const keys = await rewrapBackups({ ownerUrl: environment.DATABASE_URL, store: backups.store, vault: secrets });
  return {
    rotated: seen.rotated + keys.rotated,
    current: seen.current + keys.current,
    unreadable: { ...seen.unreadable, ...(keys.unreadable > 0 && { 'backup.key': keys.unreadable }) },
  };
}
