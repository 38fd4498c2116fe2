import { Context } from '@temporalio/activity';
import type { Database } from '../db/transaction.ts';
import { runImport } from './imports/runImport.ts';

/** A call returns after so long even if more is left: the workflow calls again. It begins when it has come to the rows that are new. */
const turnMs = 50_000;

export interface ImportDependencies {
  db: Database;
  addressKey: Buffer;
  monotonicMs(): number;
}

/** What an import asks of the record. */
export function importActivities(deps: ImportDependencies) {
  return {
    /** Imports rows for a minute at most; false when all are accounted for. */
    async importNext(tenantId: string, importId: string): Promise<boolean> {
      const context = Context.current();
      let endsAt: number | undefined;
      return runImport(
        {
          db: deps.db,
          addressKey: deps.addressKey,
          onProgress: (rows) => context.heartbeat(rows),
          isOver() {
            endsAt ??= deps.monotonicMs() + turnMs;
            return context.cancellationSignal.aborted || deps.monotonicMs() > endsAt;
          },
        },
        tenantId,
        importId,
      );
    },
  };
}
export type ImportActivities = ReturnType<typeof importActivities>;
