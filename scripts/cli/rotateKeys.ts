import { Command } from 'commander';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { renewTokens } from '../../db/vaultColumns.ts';
import { vault } from '../../providers/vault.ts';
import { runningEnvironment } from './runningEnvironment.ts';

export const rotateKeysCommand = new Command('rotate-keys')
  .description('Puts every stored credential under the newest secret, while the product runs; goes on where it was ended')
  .action(rotateKeys);

const MOST_PASSES = 5;

/** Until a whole pass finds nothing to do: what was written under an older key meanwhile is found by the next one. */
async function rotateKeys(): Promise<void> {
  const environment = runningEnvironment();
  const { isNewest, rotate } = vault(environment.keys.vaultKeys);
  const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 2 });
  try {
    let rotated = 0;
    for (let pass = 1; ; pass += 1) {
      const seen = await renewTokens(db, (token, place) => (isNewest(token, place) ? null : rotate(token, place)));
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
