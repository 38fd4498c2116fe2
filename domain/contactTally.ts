import type { RowRefusal } from './contactRows.ts';

export type Refusal = RowRefusal | 'erased';

/** Every row read is in exactly one of the others: rows = accepted + duplicate + all rejected. */
export interface Tally {
  rows: number;
  accepted: number;
  duplicate: number;
  rejected: Partial<Record<Refusal, number>>;
}

export function emptyTally(): Tally {
  return { rows: 0, accepted: 0, duplicate: 0, rejected: {} };
}

export function count(tally: Tally, outcome: 'accepted' | 'duplicate' | Refusal): void {
  tally.rows += 1;
  if (outcome === 'accepted' || outcome === 'duplicate') tally[outcome] += 1;
  else tally.rejected[outcome] = (tally.rejected[outcome] ?? 0) + 1;
}
