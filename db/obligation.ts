import { Temporal } from 'temporal-polyfill';
import { closing, type ObligationKind, promises } from '../domain/obligation.ts';
import type { Tx } from './transaction.ts';

export interface NewObligation {
  kind: ObligationKind;
  /** Where it is more than what the kind says: the statute of one state. */
  citation?: string;
  subjectKind: string;
  subjectId: string;
  /** The facts that the date follows from: instants, dates, zones, table versions. Never personal data. */
  basis: Record<string, unknown>;
  startedAt: Date;
  dueAt: Date;
  workflowId: string;
}

/** Opens the obligation, once per kind and subject. */
export async function openObligation(tx: Tx, obligation: NewObligation): Promise<void> {
  const { clause, citation } = promises[obligation.kind];
  await tx.run(
    `insert into obligations (tenant_id, kind, clause, citation, subject_kind, subject_id, basis, started_at, due_at, workflow_id)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, kind, subject_id) do nothing`,
    [
      obligation.kind,
      clause,
      obligation.citation ?? citation,
      obligation.subjectKind,
      obligation.subjectId,
      JSON.stringify(obligation.basis),
      obligation.startedAt,
      obligation.dueAt,
      obligation.workflowId,
    ],
  );
}

/** Closes the open obligation with its evidence: met, or late when its due instant has passed. Null when none was open. */
export async function closeObligation(
  tx: Tx,
  kind: ObligationKind,
  subjectId: string,
  evidence: Record<string, unknown>,
): Promise<'met' | 'late' | null> {
  const [open] = await tx.rows<{ id: string; dueAt: Date; now: Date }>(
    `select id, due_at as "dueAt", decorum.now() as now from obligations where kind = $1 and subject_id = $2 and state = 'open' for update`,
    [kind, subjectId],
  );
  if (!open) return null;
  const instant = (date: Date) => Temporal.Instant.fromEpochMilliseconds(date.getTime());
  const state = closing(instant(open.dueAt), instant(open.now));
  await tx.run(`update obligations set state = $2, met_at = decorum.now(), evidence = $3 where id = $1`, [
    open.id,
    state,
    JSON.stringify(evidence),
  ]);
  return state;
}
