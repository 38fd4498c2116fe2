import { endErasure, eraseNow } from '../db/erasure/erasing.ts';
import { planErasure } from '../db/erasure/plan.ts';
import type { Database } from '../db/transaction.ts';
import type { Ledger } from '../providers/backup/ledger.ts';
import { personHasher } from '../providers/personHashes.ts';

export interface ErasureDependencies {
  db: Database;
  addressKey: Buffer;
  /** Absent where this installation writes no backups. */
  backups?: { ledger: Pick<Ledger, 'appendTombstones'> } | undefined;
}

/** What the erasure of one person asks of the record. */
export function erasureActivities({ db, addressKey, backups }: ErasureDependencies) {
  return {
    /** Erases the person; milliseconds until it is to be tried again, null when it is done and the ledger says so, too. */
    async erasePerson(tenantId: string, erasureId: string): Promise<number | null> {
      const erased = await db.inTenant(tenantId, async (tx) =>
        eraseNow(tx, await planErasure(tx), erasureId, personHasher(addressKey, tenantId)),
      );
      if (erased.is === 'waiting') return erased.waitMs;
      // Not before the erasure is committed: a restore would erase somebody whom a hold protects. Not after it is called done, either.
      await backups?.ledger.appendTombstones(erased.tombstones);
      await db.inTenant(tenantId, (tx) => endErasure(tx, erasureId));
      return null;
    },
  };
}
export type ErasureActivities = ReturnType<typeof erasureActivities>;
