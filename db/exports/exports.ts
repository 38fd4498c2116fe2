import { closeObligation } from '../obligation.ts';
import { beginLook, closeWork, endLook } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { exportWork } from '../workflowIds.ts';
import type { Position } from './archive.ts';
import type { ExportPlan } from './plan.ts';

export const exportStates = ['asked', 'running', 'done', 'cancelled', 'expired'] as const;

/** Days that a finished archive can be fetched; then it is deleted, because a copy is one more place to lose it. */
const keptDays = 7;

export interface Export extends Position {
  id: string;
  /** Whose data alone; null: everything of the account. */
  contactId: string | null;
  state: (typeof exportStates)[number];
  plan: ExportPlan | null;
  rowsPlanned: number;
  rowsWritten: number;
  bytes: number;
  sha256: Buffer | null;
  askedBy: string | null;
  createdAt: Date;
  createdKey: string;
  doneAt: Date | null;
  expiresAt: Date | null;
}

const columns = `id, contact_id as "contactId", state, plan, file, after, file_from as "fileFrom", file_rows as "fileRows",
  rows_planned as "rowsPlanned", rows_written as "rowsWritten", bytes, sha256, asked_by as "askedBy", created_at as "createdAt",
  created_at::text as "createdKey", done_at as "doneAt", expires_at as "expiresAt"`;

export async function findExport(tx: Tx, exportId: string): Promise<Export | undefined> {
  const [found] = await tx.rows<Export>(`select ${columns} from exports where id = $1`, [exportId]);
  return found;
}

/** Newest first; `after`: the instant and id of the last one of the page before. */
export function listExports(tx: Tx, page: { after: string[] | undefined; rows: number }): Promise<Export[]> {
  return tx.rows<Export>(
    `select ${columns} from exports where ($1::timestamptz is null or (created_at, id) < ($1, $2::uuid)) order by created_at desc, id desc limit $3`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** Keeps what is to be written; a second run of the beginning changes nothing. */
export async function beginWriting(tx: Tx, exportId: string, plan: ExportPlan, rowsPlanned: number): Promise<void> {
  await tx.run(`update exports set state = 'running', plan = $2, rows_planned = $3 where id = $1 and state = 'asked'`, [
    exportId,
    JSON.stringify(plan),
    rowsPlanned,
  ]);
}

/** The archive is whole: closes the promise with what was handed out (P8). False when it is not written any more. */
export async function finishExport(tx: Tx, exportId: string, sha256: Buffer, files: number): Promise<boolean> {
  const [done] = await tx.rows<{ rows: number; bytes: number }>(
    `update exports set state = 'done', sha256 = $2, done_at = decorum.now(), expires_at = decorum.now() + interval '${keptDays} days'
     where id = $1 and state = 'running' returning rows_written as rows, bytes`,
    [exportId, sha256],
  );
  if (done) await closeObligation(tx, 'export.ready', exportId, { ...done, files, sha256: sha256.toString('hex') });
  return done !== undefined;
}

/** Ends one that is being written, or takes back one that is there. False when there is nothing to end. */
export async function cancelExport(tx: Tx, exportId: string): Promise<boolean> {
  const [ended] = await tx.rows<{ state: Export['state'] }>(
    `update exports set state = case when state = 'done' then 'expired' else 'cancelled' end
     where id = $1 and state in ('asked', 'running', 'done') returning state`,
    [exportId],
  );
  if (!ended) return false;
  await deletePieces(tx, exportId);
  await tx.run(`update obligations set state = 'void' where kind = 'export.ready' and subject_id = $1 and state = 'open'`, [
    exportId,
  ]);
  await tx.run(`update outbox set wanted = true, delivered_at = null where workflow_id = $1 and state = 'open'`, [
    exportWork(tx.tenantId, exportId).workflowId,
  ]);
  return true;
}

/** Deletes an archive whose time is over. Answers how long it still has, or null when there is nothing left to wait for. */
export async function expireWhenDue(tx: Tx, exportId: string): Promise<number | null> {
  const { workflowId } = exportWork(tx.tenantId, exportId);
  await beginLook(tx, workflowId);
  const [kept] = await tx.rows<{ waitMs: number; expiresAt: Date }>(
    `select decorum.wait_ms(expires_at) as "waitMs", expires_at as "expiresAt" from exports where id = $1 and state = 'done' for update`,
    [exportId],
  );
  if (kept && kept.waitMs > 0) {
    await endLook(tx, workflowId, kept.expiresAt);
    return kept.waitMs;
  }
  if (kept) {
    await tx.run(`update exports set state = 'expired' where id = $1`, [exportId]);
    await deletePieces(tx, exportId);
  }
  await closeWork(tx, workflowId);
  return null;
}

async function deletePieces(tx: Tx, exportId: string): Promise<void> {
  await tx.run(`delete from export_chunks where export_id = $1`, [exportId]);
}
