import type { Tx } from './transaction.ts';

export const obligationStates = ['open', 'met', 'late', 'waived', 'void'] as const;

export interface Obligation {
  id: string;
  kind: string;
  clause: string;
  citation: string;
  subjectKind: string;
  subjectId: string;
  basis: Record<string, unknown>;
  startedAt: Date;
  dueAt: Date;
  state: (typeof obligationStates)[number];
  metAt: Date | null;
  evidence: Record<string, unknown> | null;
  workflowId: string;
  /** Open and past its due instant: somebody must act. */
  isOverdue: boolean;
}

export interface ObligationFilter {
  state: Obligation['state'] | null;
  kind: string | null;
  clause: string | null;
  /** Both included. */
  dueFrom: string | null;
  dueTo: string | null;
}

/** What is due first comes first. `after`: due instant (as text, to the microsecond) and id of the last one of the page before. */
export async function listObligations(
  tx: Tx,
  filter: ObligationFilter,
  page: { after: string[] | undefined; rows: number },
): Promise<(Obligation & { dueKey: string })[]> {
  return tx.rows<Obligation & { dueKey: string }>(
    `select id, kind, clause, citation, subject_kind as "subjectKind", subject_id as "subjectId", basis, started_at as "startedAt",
       due_at as "dueAt", due_at::text as "dueKey", state, met_at as "metAt", evidence, workflow_id as "workflowId",
       state = 'open' and due_at < decorum.now() as "isOverdue"
     from obligations
     where ($1::text is null or state = $1) and ($2::text is null or kind = $2) and ($3::text is null or clause = $3)
       and ($4::timestamptz is null or due_at >= $4) and ($5::timestamptz is null or due_at <= $5)
       and ($6::timestamptz is null or (due_at, id) > ($6, $7::uuid))
     order by due_at, id limit $8`,
    [
      filter.state,
      filter.kind,
      filter.clause,
      filter.dueFrom,
      filter.dueTo,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.rows,
    ],
  );
}

/** How many there are in each state, and how many of the open ones are overdue. */
export async function countObligations(tx: Tx): Promise<Record<Obligation['state'] | 'overdue', number>> {
  const counts = obligationStates.map((state) => `count(*) filter (where state = '${state}') as ${state}`);
  return tx.row(
    `select ${counts.join(', ')}, count(*) filter (where state = 'open' and due_at < decorum.now()) as overdue from obligations`,
  );
}
