import { Context } from '@temporalio/activity';
import { honourDoNotCall } from '../db/calls/doNotCall.ts';
import type { Database } from '../db/transaction.ts';
import { openingAfter } from '../law/openings.ts';
import type { Dispatch } from './dispatch.ts';

/** What a request not to be called asks of the record. */
export function doNotCallActivities({ db, dispatch }: { db: Database; dispatch: Dispatch }) {
  return {
    /** Takes back what has been cleared, closes the tasks, leads their people on, and closes the obligation. */
    async honourDoNotCallRequest(tenantId: string, requestId: string): Promise<void> {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 2_000);
      try {
        await honourDoNotCall(db, tenantId, requestId, openingAfter);
      } finally {
        clearInterval(beat);
      }
      await dispatch.deliver();
    },
  };
}
export type DoNotCallActivities = ReturnType<typeof doNotCallActivities>;
