import { type Cell, publishable } from '../../domain/aggregates.ts';
import type { Tx } from '../transaction.ts';

/** What is counted of an account, and stays when its people are gone (P7): each puts a person into one cell. */
const measures = {
  'people by state': `select coalesce(nullif(state, ''), 'unknown') as cell, count(*) as people from contacts group by 1`,
  'people by industry': `select coalesce(nullif(industry, ''), 'unknown') as cell, count(*) as people from contacts group by 1`,
  'people by month of their first message': `
    select to_char(first at time zone 'UTC', 'YYYY-MM') as cell, count(*) as people
    from (select min(sent_at) as first from sends where state = 'sent' group by contact_id) as firsts group by 1`,
  'people by month of their first reply': `
    select to_char(first at time zone 'UTC', 'YYYY-MM') as cell, count(*) as people
    from (select min(received_at) as first from inbound_messages where kind = 'reply' group by contact_id) as firsts group by 1`,
} as const;

export interface Aggregate {
  measure: string;
  /** Null: all of the measure. */
  cell: string | null;
  people: number;
  countedAt: Date;
}

/** Counts anew, so that nobody who was erased stands behind a number; numbers of fewer than ten people are not kept at all. */
export async function countAggregates(tx: Tx): Promise<void> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('aggregates ' || decorum.tenant(), 0))`);
  await tx.run(`delete from aggregates where tenant_id = decorum.tenant()`);
  for (const [measure, sql] of Object.entries(measures)) {
    const { total, shown } = publishable(await tx.rows<Cell>(sql));
    const rows = total === null ? [] : [{ cell: '', people: total }, ...shown];
    await tx.run(
      `insert into aggregates (tenant_id, measure, cell, people)
       select decorum.tenant(), $1, r.cell, r.people from jsonb_to_recordset($2::jsonb) as r(cell text, people bigint)`,
      [measure, JSON.stringify(rows)],
    );
  }
}

export const listAggregates = (tx: Tx): Promise<Aggregate[]> =>
  tx.rows<Aggregate>(
    `select measure, nullif(cell, '') as cell, people, counted_at as "countedAt" from aggregates order by measure, aggregates.cell`,
  );
