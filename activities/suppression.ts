import { closeObligation } from '../db/obligation.ts';
import { closeWork } from '../db/outbox.ts';
import { endBatch, proveBatch, sweepBatch, waitForBatch } from '../db/suppressions.ts';
import type { Database } from '../db/transaction.ts';
import { suppressionWork } from '../db/workflowIds.ts';
import type { Dispatch } from './dispatch.ts';

/** What a suppression asks of the record. */
export function suppressionActivities({ db, dispatch }: { db: Database; dispatch: Dispatch }) {
  return {
    /** Cancels for the next few hundred subjects; false when the batch is swept. */
    async cancelNext(tenantId: string, batchId: string): Promise<boolean> {
      const { more } = await db.inTenant(tenantId, (tx) => sweepBatch(tx, batchId));
      await dispatch.deliver();
      return more;
    },

    /** Waits until the wire is clear, looks for messages that began after the answer, and closes the obligation with what it saw. */
    async proveHonoured(tenantId: string, batchId: string): Promise<void> {
      await waitForBatch(db, tenantId, batchId);
      await db.inTenant(tenantId, async (tx) => {
        await endBatch(tx, batchId);
        const proof = await proveBatch(tx, batchId);
        if (!proof) throw new Error(`There is no suppression batch ${batchId}.`);
        await closeObligation(tx, 'suppression.honoured', batchId, { ...proof });
        await tx.run(`update outbox set wanted = false where workflow_id = $1`, [suppressionWork(tenantId, batchId).workflowId]);
        await closeWork(tx, suppressionWork(tenantId, batchId).workflowId);
      });
    },
  };
}
export type SuppressionActivities = ReturnType<typeof suppressionActivities>;
