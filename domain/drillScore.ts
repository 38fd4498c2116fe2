/** A clock of a drill, as it stands. */
export interface ScoredClock {
  readonly standing: 'open' | 'met' | 'late' | 'waived' | 'void';
  readonly dueAt: Date;
  readonly metAt: Date | null;
}

export interface ClockScore {
  /** From 0 to 100; null: nothing to score, or not yet. */
  readonly points: number | null;
  /** Real milliseconds that were left when it was kept; negative: over. Null: it is not kept. */
  readonly marginMs: number | null;
}

/** A clock kept in time is 100 points, one kept late 100 less one for each hundredth of its time that it was over, never below 0. */
export function clockScore({ standing, dueAt, metAt }: ScoredClock, startedAt: Date): ClockScore {
  if (standing === 'waived' || standing === 'void') return { points: null, marginMs: null };
  if (metAt === null) return { points: standing === 'late' ? 0 : null, marginMs: null };
  const marginMs = dueAt.getTime() - metAt.getTime();
  if (marginMs >= 0) return { points: 100, marginMs };
  const givenMs = Math.max(1, dueAt.getTime() - startedAt.getTime());
  return { points: Math.max(0, 100 - Math.ceil((-marginMs / givenMs) * 100)), marginMs };
}

/** The team's: the mean of its clocks; null while none has a score. */
export function drillScore(clocks: readonly ScoredClock[], startedAt: Date): number | null {
  const points = clocks.flatMap((clock) => clockScore(clock, startedAt).points ?? []);
  return points.length === 0 ? null : Math.round(points.reduce((sum, one) => sum + one, 0) / points.length);
}
