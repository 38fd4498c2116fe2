/**
 * A column of rows as PostgreSQL's array literal: for `unnest($1::text[], …)`, which reads thousands of rows in half the time that a JSON
 * parameter takes.
 */
export function textArray<Row>(rows: readonly Row[], of: (row: Row) => string | null): string {
  let literal = '';
  for (const row of rows) {
    const text = of(row);
    if (text === null) literal += ',NULL';
    else literal += `,"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`;
  }
  return `{${literal.slice(1)}}`;
}
