/** A tenant's own instant, of a row `t` of tenants; without one, the database's. `$1`: a test's clock. Written here once more on purpose. */
export const legalNow = `coalesce($1::timestamptz, t.clock_legal_from + (clock_timestamp() - t.clock_real_from) * t.clock_factor, clock_timestamp())`;

/** Within the look-back of `$2` seconds; null: since ever. */
export const recent = (instant: string): string =>
  `($2::float8 is null or ${instant} > ${legalNow} - make_interval(secs => $2 * coalesce(t.clock_factor, 1)::float8))`;
