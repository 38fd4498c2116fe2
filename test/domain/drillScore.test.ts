import fc from 'fast-check';
import { clockScore, drillScore, type ScoredClock } from '../../domain/drillScore.ts';

const began = new Date('2026-11-24T00:00:00Z');
const hour = (n: number) => new Date(began.getTime() + n * 3_600_000);
const clock = (facts: Partial<ScoredClock>): ScoredClock => ({ standing: 'open', dueAt: hour(72), metAt: null, ...facts });

test.each([
  { of: clock({ standing: 'met', metAt: hour(70) }), points: 100, because: 'two hours were left' },
  { of: clock({ standing: 'met', metAt: hour(72) }), points: 100, because: 'the due instant is in time' },
  { of: clock({ standing: 'late', metAt: hour(90) }), points: 75, because: 'a quarter of its time over' },
  { of: clock({ standing: 'late', metAt: hour(400) }), points: 0, because: 'never below nothing' },
  { of: clock({ standing: 'late' }), points: 0, because: 'past its time, and not kept' },
  { of: clock({}), points: null, because: 'it still runs' },
  { of: clock({ standing: 'void', metAt: hour(1) }), points: null, because: 'nothing was owed' },
])('$points: $because', ({ of, points }) => expect(clockScore(of, began).points).toBe(points));

test('the team has the mean of what is scored', () => {
  expect(drillScore([], began)).toBeNull();
  expect(drillScore([clock({}), clock({ standing: 'met', metAt: hour(1) }), clock({ standing: 'late' })], began)).toBe(50);
});

test('later never scores more', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (a, b) => {
      const at = (n: number) => clockScore(clock({ standing: n <= 72 ? 'met' : 'late', metAt: hour(n) }), began).points ?? 0;
      return at(Math.min(a, b)) >= at(Math.max(a, b));
    }),
  );
});
