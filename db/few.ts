/**
 * The ids of an array parameter, as a query of which the planner expects one row: it then looks each up by its key. Without statistics
 * of the tenant column (decision 0010) it takes a tenant for a two-hundredth of the table, and would rather read all its rows than
 * look up more ids than that: 20,000 rows for a batch of 25.
 */
export function few(parameter: string): string {
  return `(select id from unnest(${parameter}::uuid[]) as few(id) where ${isOneOfFew('id')})`;
}

/** Always true; to be asked of a row of `jsonb_to_recordset` for the same reason. */
export function isOneOfFew(column: string): string {
  return `${column}::text = ${column}::text || ''`;
}

/**
 * A state in a condition that no partial index is to answer: to a planner that expects next to nothing of a tenant, the smaller index
 * looks as good as the key, and it reads all of it.
 */
export function unindexed(column: string): string {
  return `(${column} || '')`;
}

/**
 * A state as certain partial indexes spell it (migration 0034), so that they answer what is asked in this spelling and nothing else: while
 * nothing is open they look empty to a planner, and it would read all of one of them for any open row.
 */
export function spelled(column: string): string {
  return `('' || ${column})`;
}

/**
 * The ids of a sorted array parameter as rows `each`, one after the other: what is looked up for each in a `lateral` subquery that locks
 * or ends in `offset 0` is looked up by its key, and locked in this order, whatever the planner thinks of the tables when it makes a plan
 * that it keeps.
 */
export function eachOf(parameter: string): string {
  return `(select id from unnest(${parameter}::uuid[]) as given(id) where ${isOneOfFew('id')}) as each`;
}
