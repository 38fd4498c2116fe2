import { endErasure, eraseNow, type Hash } from '../db/erasure/erasing.ts';
import { planErasure } from '../db/erasure/plan.ts';
import type { Database } from '../db/transaction.ts';
import { phoneNumber } from '../domain/phoneNumber.ts';
import { canonicalAddress } from '../domain/address.ts';
import type { Ledger } from '../providers/backup/ledger.ts';
import { addressHasher } from '../providers/keyedHash.ts';

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
        eraseNow(tx, await planErasure(tx), erasureId, hashOf(addressKey, tenantId)),
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

function hashOf(addressKey: Buffer, tenantId: string): Hash {
  const hash = addressHasher(addressKey, tenantId);
  return ({ email, phone }) => {
    const canonical = email === null ? null : canonicalAddress(email);
    return {
      address: canonical?.ok ? hash(canonical.canonical) : null,
      number: phone === null ? null : hash(phoneNumber(phone) ?? phone),
    };
  };
}
