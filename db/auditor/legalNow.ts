/** A tenant's own instant, of a row `t` of tenants; without one, the database's. `$1`: a test's clock. Written here once more on purpose. */
export const legalNow = `coalesce($1::timestamptz, t.clock_legal_from + (statement_timestamp() - t.clock_real_from) * t.clock_factor, statement_timestamp())`;

/** Within the look-back of `$2` seconds; null: since ever. One comparison with an instant that does not move within the statement: an index is used. */
export const recent = (instant: string): string =>
  `${instant} > coalesce(${legalNow} - make_interval(secs => $2::float8 * coalesce(t.clock_factor, 1)::float8), '-infinity')`;
