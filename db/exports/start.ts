import { openObligation } from '../obligation.ts';
import { want } from '../outbox.ts';
import type { Tx } from '../transaction.ts';
import { exportWork } from '../workflowIds.ts';

export interface WantedExport {
  /** Whose data alone; null: everything of the account. */
  readonly contactId: string | null;
  /** Null: the product itself, before a deletion. */
  readonly askedBy: string | null;
  /** When the asker must have it (law/answers.ts). */
  readonly deadline: (askedAt: Date) => { dueAt: Date; basis: Record<string, unknown> };
}

/** Wants an export, with its clock (P8). While one of the same is being written it is that one: asking twice makes one file. */
export async function startExport(
  tx: Tx,
  { contactId, askedBy, deadline }: WantedExport,
): Promise<{ exportId: string; isNew: boolean }> {
  const [made] = await tx.rows<{ id: string; at: Date }>(
    `insert into exports (tenant_id, contact_id, asked_by) values (decorum.tenant(), $1, $2) on conflict do nothing
     returning id, created_at as at`,
    [contactId, askedBy],
  );
  if (!made) {
    const { id } = await tx.row<{ id: string }>(
      `select id from exports where contact_id is not distinct from $1 and state in ('asked', 'running')`,
      [contactId],
    );
    return { exportId: id, isNew: false };
  }
  const work = exportWork(tx.tenantId, made.id);
  await openObligation(tx, {
    kind: 'export.ready',
    subjectKind: 'export',
    subjectId: made.id,
    startedAt: made.at,
    ...deadline(made.at),
    workflowId: work.workflowId,
  });
  await want(tx, [work]);
  return { exportId: made.id, isNew: true };
}
