import { Context } from '@temporalio/activity';
import { listChains, signHead } from '../db/audit/heads.ts';
import type { Database } from '../db/transaction.ts';
import { sweepUses } from '../db/usage.ts';
import type { ClearanceSigner } from '../providers/clearanceSignature.ts';

const sweptAtOnce = 5_000;

export interface RecordKeepingDependencies {
  db: Database;
  auditSigner: ClearanceSigner;
  /** For how many days usage data is kept. */
  usageDays: number;
}

/** What the keeping of the product's own records asks of the world. */
export function recordKeepingActivities({ db, auditSigner, usageDays }: RecordKeepingDependencies) {
  return {
    /** Signs each workspace's audit log up to its newest entry. */
    async signAuditHeads(): Promise<void> {
      for (const { tenantId, seq, signedSeq } of await listChains(db)) {
        if (seq === signedSeq) continue;
        await db.inTenant(tenantId, (tx) => signHead(tx, (record) => auditSigner.sign(record)));
        Context.current().heartbeat();
      }
    },

    /** Deletes usage data that has been kept long enough (P1). */
    async sweepUsage(): Promise<void> {
      while ((await sweepUses(db, usageDays, sweptAtOnce)) === sweptAtOnce) Context.current().heartbeat();
    },
  };
}
export type RecordKeepingActivities = ReturnType<typeof recordKeepingActivities>;
