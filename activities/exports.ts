import { Context } from '@temporalio/activity';
import { expireWhenDue } from '../db/exports/exports.ts';
import type { Database } from '../db/transaction.ts';
import { runExport } from './exports/runExport.ts';

/** A call returns after so long even if more is left: the workflow calls again. */
const turnMs = 50_000;

export interface ExportDependencies {
  db: Database;
  addressKey: Buffer;
  monotonicMs(): number;
}

/** What an export asks of the record. */
export function exportActivities(deps: ExportDependencies) {
  return {
    /** Writes for a minute at most; false when the archive is whole, or nobody wants it any more. */
    async exportNext(tenantId: string, exportId: string): Promise<boolean> {
      const context = Context.current();
      const endsAt = deps.monotonicMs() + turnMs;
      return runExport(
        {
          db: deps.db,
          addressKey: deps.addressKey,
          onProgress: (bytes) => context.heartbeat(bytes),
          isOver: () => context.cancellationSignal.aborted || deps.monotonicMs() > endsAt,
        },
        tenantId,
        exportId,
      );
    },

    /** Milliseconds until the archive's time is over; null when it is gone. */
    expireExport: (tenantId: string, exportId: string): Promise<number | null> =>
      deps.db.inTenant(tenantId, (tx) => expireWhenDue(tx, exportId)),
  };
}
export type ExportActivities = ReturnType<typeof exportActivities>;
