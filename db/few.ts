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
