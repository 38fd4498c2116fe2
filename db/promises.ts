import { proofs } from '../domain/policy.ts';
import type { Obligation } from './obligations.ts';
import type { Tx } from './transaction.ts';

export interface PromiseCounts {
  clause: string;
  open: number;
  /** Of the open ones: somebody must act. */
  overdue: number;
  /** Over the last thirty days. */
  met: number;
  /** Over the last thirty days. */
  late: number;
}

export interface PromiseEvidence extends Pick<Obligation, 'id' | 'kind' | 'subjectId'> {
  clause: string;
  state: 'met' | 'late';
  metAt: Date;
}

const known = `unnest($1::text[], $2::text[]) as known (kind, clause)`;
const kinds = [proofs.map(({ kind }) => kind), proofs.map(({ clause }) => clause)];

/** How each clause that has clocks stands. */
export function countPromises(tx: Tx): Promise<PromiseCounts[]> {
  const recently = `o.met_at > decorum.now() - interval '30 days'`;
  return tx.rows(
    `select known.clause, count(*) filter (where o.state = 'open') as open,
       count(*) filter (where o.state = 'open' and o.due_at < decorum.now()) as overdue,
       count(*) filter (where o.state = 'met' and ${recently}) as met, count(*) filter (where o.state = 'late' and ${recently}) as late
     from ${known} left join obligations o on o.kind = known.kind group by known.clause`,
    kinds,
  );
}

/** The obligation that closed last under each clause. */
export function lastEvidence(tx: Tx): Promise<PromiseEvidence[]> {
  return tx.rows(
    `select distinct on (known.clause) known.clause, last.*
     from ${known} cross join lateral (
       select id, kind, subject_id as "subjectId", state, met_at as "metAt" from obligations o
       where o.kind = known.kind and met_at is not null order by met_at desc, id limit 1) last
     order by known.clause, last."metAt" desc, last.id`,
    kinds,
  );
}
