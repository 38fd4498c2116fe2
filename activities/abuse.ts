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
    /** Counts the signs of every workspace, and opens or sharpens cases; what they call for is in force with the commit. */
    async lookForAbuse(): Promise<void> {
      const tenants = await db.lookUp<{ id: string }>(`select id from decorum.watched_tenants() as id`, []);
      for (const { id } of tenants) {
        await db.inTenant(id, async (tx) => openCases(tx, judged(await countSigns(tx))));
        Context.current().heartbeat();
      }
      await dispatch.deliver();
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
