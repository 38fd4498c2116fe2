import { asOwner } from '../../db/backups/catalogue.ts';
import { missedTombstones, noteLedgered } from '../../db/backups/ledgered.ts';
import type { LedgerRow } from '../../providers/backup/ledger.ts';
import type { BackupWorld } from './world.ts';

const batch = 5_000;

/**
 * Each erasure writes into the ledger itself; a process that died in between has left its tombstone in the database only. Adds what is
 * missing, so that a backup is never taken beside a ledger with a gap. Answers how many there were.
 */
export async function catchUp({ ownerUrl, ledger, log }: Pick<BackupWorld, 'ownerUrl' | 'ledger' | 'log'>): Promise<number> {
  return asOwner(ownerUrl, async (client) => {
    let held: LedgerRow[] = [];
    for await (const { head: _, ...row } of ledger.read()) {
      held.push(row);
      if (held.length < batch) continue;
      await noteLedgered(client, held);
      held = [];
    }
    await noteLedgered(client, held);
    for (let missed = 0; ; ) {
      const rows = await missedTombstones(client, batch);
      if (rows.length === 0) {
        if (missed > 0) log.warn({ missed }, 'erasures were missing in the ledger outside; they are in it now');
        return missed;
      }
      await ledger.appendTombstones(rows);
      await noteLedgered(client, rows);
      missed += rows.length;
    }
  });
}
