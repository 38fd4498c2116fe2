import { setTimeout as sleep } from 'node:timers/promises';
import { catchUp } from '../activities/backups/catchUp.ts';
import type { BackupWorld } from '../activities/backups/world.ts';
import { tombstonesMark } from '../db/backups/ledgered.ts';

/**
 * Sees to it that the ledger outside has each erasure within a minute, whoever made it: a person deleted by a request, and one whose
 * process died between its commit and the ledger. Only where the tombstones have changed are the two compared.
 */
export async function ledgerLoop(world: BackupWorld, signal: AbortSignal, roundMs = 60_000): Promise<void> {
  for (let seen = ''; !signal.aborted; ) {
    try {
      const mark = await tombstonesMark(world.ownerUrl);
      if (mark !== seen) await catchUp(world);
      seen = mark;
    } catch (error) {
      world.log.warn({ err: error }, 'the ledger of erasures could not be compared; the next minute does');
    }
    await sleep(roundMs, undefined, { signal }).catch(() => undefined); // told to stop
  }
}
