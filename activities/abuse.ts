import { Context } from '@temporalio/activity';
import { openCases } from '../db/abuse/cases.ts';
import { type Counted, countSigns } from '../db/abuse/signs.ts';
import { type CaseWait, workOn } from '../db/abuse/work.ts';
import type { Database } from '../db/transaction.ts';
import { measureFor } from '../domain/abuse.ts';
import type { Dispatch } from './dispatch.ts';

/** What the watch over abuse, and a case of it, ask of the record. */
export function abuseActivities({ db, dispatch }: { db: Database; dispatch: Dispatch }) {
  return {
    /**
     * Counts the signs of every workspace, and opens or sharpens cases; what they call for is in force with the commit. One that cannot be
     * counted hides none of the others, and is tried again with them.
     */
    async lookForAbuse(): Promise<void> {
      const tenants = await db.lookUp<{ id: string }>(`select id from decorum.watched_tenants() as id`, []);
      const context = Context.current();
      const failures: unknown[] = [];
      for (const { id: tenantId } of tenants) {
        try {
          await db.inTenant(tenantId, async (tx) => openCases(tx, judged(await countSigns(tx))));
        } catch (error) {
          context.log.error('the signs of abuse of a workspace could not be counted', { tenantId });
          failures.push(error);
        }
        context.heartbeat();
      }
      await dispatch.deliver();
      if (failures.length > 0) throw failures[0];
    },

    async workOnCase(tenantId: string, caseId: string): Promise<CaseWait> {
      const wait = await db.inTenant(tenantId, (tx) => workOn(tx, caseId));
      await dispatch.deliver();
      return wait;
    },
  };
}
export type AbuseActivities = ReturnType<typeof abuseActivities>;

function judged(counted: readonly Counted[]) {
  return counted.flatMap((each) => {
    const measure = measureFor(each.sign, each.counts);
    return measure === null ? [] : [{ ...each, measure }];
  });
}
