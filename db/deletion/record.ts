import type { Tx } from '../transaction.ts';

export const deletionStates = ['frozen', 'purging', 'purged', 'closed', 'cancelled'] as const;
export type DeletionState = (typeof deletionStates)[number];

/** The deletion of an account, as the record tells it. */
export interface Deletion {
  id: string;
  state: DeletionState;
  askedBy: string;
  askedAs: 'owner' | 'officer';
  askedAt: Date;
  graceDays: number;
  /** When the grace ends. */
  purgeAt: Date;
  liveDueAt: Date;
  backupsDueAt: Date;
  purgeStartedAt: Date | null;
  purgedAt: Date | null;
  keyDestroyedAt: Date | null;
  closedAt: Date | null;
  cancelledAt: Date | null;
  cancelledBy: string | null;
  failures: number;
  failedAt: Date | null;
  /** The last day of 25, 28 and 60 on which officers were told that it is late. */
  toldDay: number;
}

const columns = `id, state, asked_by as "askedBy", asked_as as "askedAs", asked_at as "askedAt", grace_days as "graceDays",
  purge_at as "purgeAt", live_due_at as "liveDueAt", backups_due_at as "backupsDueAt", purge_started_at as "purgeStartedAt",
  purged_at as "purgedAt", key_destroyed_at as "keyDestroyedAt", closed_at as "closedAt", cancelled_at as "cancelledAt",
  cancelled_by as "cancelledBy", failures, failed_at as "failedAt", told_day as "toldDay"`;

export async function findDeletion(tx: Tx, deletionId: string): Promise<Deletion | undefined> {
  const [deletion] = await tx.rows<Deletion>(`select ${columns} from account_deletions where id = $1`, [deletionId]);
  return deletion;
}

/** For what only a workflow's own deletion can ask: it is there. */
export async function readDeletion(tx: Tx, deletionId: string): Promise<Deletion> {
  return tx.row<Deletion>(`select ${columns} from account_deletions where id = $1`, [deletionId]);
}

/** Newest first; a workspace has few. */
export const listDeletions = (tx: Tx): Promise<Deletion[]> =>
  tx.rows<Deletion>(`select ${columns} from account_deletions order by asked_at desc, id limit 100`);

/** The one that is under way. */
export async function openDeletion(tx: Tx): Promise<Deletion | undefined> {
  const [deletion] = await tx.rows<Deletion>(
    `select ${columns} from account_deletions where state not in ('closed', 'cancelled')`,
  );
  return deletion;
}

/** What is done in the account's deletion, and how much of it. */
export interface Node {
  node: string;
  state: 'open' | 'done' | 'skipped';
  rows: number;
  kept: number;
  because: string;
  until: string;
  startedAt: Date;
  doneAt: Date | null;
}

export const listNodes = (tx: Tx, deletionId: string): Promise<Node[]> =>
  tx.rows<Node>(
    `select node, state, rows, kept, because, until, started_at as "startedAt", done_at as "doneAt"
     from deletion_nodes where deletion_id = $1 order by started_at, node`,
    [deletionId],
  );

/** Notes rows that a node has done, in the transaction that does them: whatever dies, they count once. */
export async function noteRows(tx: Tx, deletionId: string, node: string, rows: number): Promise<void> {
  await tx.run(
    `insert into deletion_nodes (tenant_id, deletion_id, node, rows) values (decorum.tenant(), $1, $2, $3)
     on conflict (tenant_id, deletion_id, node) do update set rows = deletion_nodes.rows + excluded.rows`,
    [deletionId, node, rows],
  );
}

/** Ends a node; one that was ended before stays as it was. */
export async function endNode(
  tx: Tx,
  deletionId: string,
  node: string,
  as: { state?: 'done' | 'skipped'; kept?: number; because?: string; until?: string } = {},
): Promise<void> {
  await tx.run(
    `insert into deletion_nodes (tenant_id, deletion_id, node, state, kept, because, until, done_at)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, decorum.now())
     on conflict (tenant_id, deletion_id, node) do update
       set state = excluded.state, kept = excluded.kept, because = excluded.because, until = excluded.until, done_at = excluded.done_at
       where deletion_nodes.state = 'open'`,
    [deletionId, node, as.state ?? 'done', as.kept ?? 0, as.because ?? '', as.until ?? ''],
  );
}
