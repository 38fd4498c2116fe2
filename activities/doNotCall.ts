import { honourDoNotCall } from '../db/calls/doNotCall.ts';
import type { Database } from '../db/transaction.ts';
import { openingAfter } from '../law/openings.ts';
import { beating } from './beating.ts';
import type { Dispatch } from './dispatch.ts';

/** What a request not to be called asks of the record. */
export function doNotCallActivities({ db, dispatch }: { db: Database; dispatch: Dispatch }) {
  return {
    /** Takes back what has been cleared, closes the tasks, leads their people on, and closes the obligation. */
    async honourDoNotCallRequest(tenantId: string, requestId: string): Promise<void> {
      await beating(() => honourDoNotCall(db, tenantId, requestId, openingAfter));
      await dispatch.deliver();
    },
  };
}
export type DoNotCallActivities = ReturnType<typeof doNotCallActivities>;
