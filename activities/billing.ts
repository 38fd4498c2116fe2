import { Context } from '@temporalio/activity';
import { deleteNextRecord, wakeNeglected } from '../db/billing/retention.ts';
import type { Database } from '../db/transaction.ts';

const sweptAtOnce = 1_000;

export interface BillingDependencies {
  /** As the one role that reads detached billing records. */
  billing: Database;
}

/** What the keeping of billing records asks of the record. */
export function billingActivities({ billing }: BillingDependencies) {
  return {
    /** Milliseconds until the next record's time has come; null when none is kept. */
    deleteNextBillingRecord: (tenantId: string): Promise<number | null> => billing.inTenant(tenantId, deleteNextRecord),

    /** Finds what should have been looked after, and has it done; answers how many accounts it was. */
    async sweepBilling(): Promise<number> {
      const found = await wakeNeglected(billing, sweptAtOnce);
      if (found > 0) Context.current().log.warn('billing records were not looked after', { accounts: found });
      return found;
    },
  };
}
export type BillingActivities = ReturnType<typeof billingActivities>;
