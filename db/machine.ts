import type { TaskQueue } from './outbox.ts';
import type { Tx } from './transaction.ts';

/** What workflows of a queue have in the record, in one workspace. */
export interface QueueWork {
  taskQueue: TaskQueue;
  /** Workflows that have not ended. */
  open: number;
  /** Starts and wakes that Temporal has not taken yet. */
  owed: number;
}

/** What the record knows of the machine behind a workspace. */
export interface Machine {
  schemaVersion: string;
  work: QueueWork[];
  mailboxes: { state: 'active' | 'paused'; because: string | null; count: number }[];
}

export async function lookAtMachine(tx: Tx): Promise<Machine> {
  const { schemaVersion } = await tx.row<{ schemaVersion: string }>(`select decorum.schema_version() as "schemaVersion"`);
  const work = await tx.rows<QueueWork>(
    `select task_queue as "taskQueue", count(*) as open, count(*) filter (where wanted and delivered_at is null) as owed
     from outbox where state = 'open' group by 1 order by 1`,
  );
  const mailboxes = await tx.rows<Machine['mailboxes'][number]>(
    `select state, paused_because as because, count(*) as count from mailboxes group by 1, 2 order by 1, 2`,
  );
  return { schemaVersion, work, mailboxes };
}
