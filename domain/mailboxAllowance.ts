/** The limits of a mailbox, per rolling 24 hours. */
export interface Allowance {
  /** Most messages; null (a relay of the operator's): no limit. */
  readonly cap: number | null;
  /** Messages on the first sending day; null: no ramp. */
  readonly rampStart: number | null;
  /** How many more on each further sending day. */
  readonly rampStep: number;
}

/** Messages that may leave in 24 hours, after `sendingDays` earlier days on which the mailbox sent; null: no limit. */
export function allowance({ cap, rampStart, rampStep }: Allowance, sendingDays: number): number | null {
  if (rampStart === null) return cap;
  const ramped = rampStart + rampStep * sendingDays;
  return cap === null ? ramped : Math.min(cap, ramped);
}
