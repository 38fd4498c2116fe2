import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
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
  /** Stands in the promise's name, its clause, its citation or the id of whom it is for. */
  search: string;
}

const overdue = `(state = 'open' and due_at < decorum.now())`;
const matching = `($1::text is null or state = $1) and ($2::text is null or kind = $2) and ($3::text is null or clause = $3)
  and ($4::timestamptz is null or due_at >= $4) and ($5::timestamptz is null or due_at <= $5)
  and ($6 = '' or strpos(lower(translate(kind, '._', '  ') || ' ' || clause || ' ' || citation || ' ' || subject_id), lower($6)) > 0)`;

function values({ state, kind, clause, dueFrom, dueTo, search }: ObligationFilter): (string | null)[] {
  return [state, kind, clause, dueFrom, dueTo, search.trim()];
}

export const obligationOrders = {
  due: { by: 'due_at', as: 'timestamptz' },
  begun: { by: 'started_at', as: 'timestamptz' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export async function listObligations(
  tx: Tx,
  filter: ObligationFilter,
  page: { sort: Sort<keyof typeof obligationOrders>; after: string[] | undefined; rows: number },
): Promise<Sorted<Obligation>[]> {
  const { key, after, orderBy } = keyset(obligationOrders, page.sort, 'id', ['$7', '$8']);
  return tx.rows<Sorted<Obligation>>(
    `select id, kind, clause, citation, subject_kind as "subjectKind", subject_id as "subjectId", basis, started_at as "startedAt",
       due_at as "dueAt", state, met_at as "metAt", evidence, workflow_id as "workflowId", ${overdue} as "isOverdue", ${key}
     from obligations where ${matching} and ${after} ${orderBy} limit $9`,
    [...values(filter), page.after?.[0] ?? null, page.after?.[1] ?? null, page.rows],
  );
}

/** How many promises of a kind are due on a day, and how they stand. */
export interface ObligationDay extends Pick<Obligation, 'kind' | 'clause' | 'state' | 'isOverdue'> {
  day: string;
  count: number;
}

/** The days of a month (`2026-11`) on which promises are due, in a time zone. Counted, because a day can have thousands. */
export function obligationDays(tx: Tx, filter: ObligationFilter, month: string, zone: string): Promise<ObligationDay[]> {
  return tx.rows<ObligationDay>(
    `select to_char(due_at at time zone $8, 'YYYY-MM-DD') as day, kind, clause, state, ${overdue} as "isOverdue", count(*) as count
     from obligations
     where ${matching} and due_at >= $7::date::timestamp at time zone $8 and due_at < ($7::date + interval '1 month') at time zone $8
     group by 1, 2, 3, 4, 5 order by 1, 5 desc, 2, 4`,
    [...values(filter), `${month}-01`, zone],
  );
}

/** How many there are in each state, and how many of the open ones are overdue. */
export async function countObligations(tx: Tx): Promise<Record<Obligation['state'] | 'overdue', number>> {
  const counts = obligationStates.map((state) => `count(*) filter (where state = '${state}') as ${state}`);
  return tx.row(
    `select ${counts.join(', ')}, count(*) filter (where state = 'open' and due_at < decorum.now()) as overdue from obligations`,
  );
}
