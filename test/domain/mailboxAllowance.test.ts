import fc from 'fast-check';
import { allowance } from '../../domain/mailboxAllowance.ts';

test.each([
  { cap: 40, rampStart: 5, rampStep: 2, days: 0, most: 5, because: 'the first day of a new mailbox' },
  { cap: 40, rampStart: 5, rampStep: 2, days: 3, most: 11, because: 'two more each sending day' },
  { cap: 40, rampStart: 5, rampStep: 2, days: 17, most: 39, because: 'one below the cap' },
  { cap: 40, rampStart: 5, rampStep: 2, days: 18, most: 40, because: 'the ramp ends at the cap' },
  { cap: 3, rampStart: 5, rampStep: 2, days: 0, most: 3, because: 'a cap below the ramp holds from the first day' },
  { cap: 40, rampStart: null, rampStep: 2, days: 0, most: 40, because: 'no ramp' },
  { cap: null, rampStart: 5, rampStep: 2, days: 2, most: 9, because: 'a ramp without a cap' },
  { cap: null, rampStart: null, rampStep: 2, days: 0, most: null, because: 'a relay without limits' },
  { cap: 40, rampStart: 5, rampStep: 0, days: 99, most: 5, because: 'a ramp that is held' },
])('$most after $days sending days: $because', ({ most, days, ...limits }) => {
  expect(allowance(limits, days)).toBe(most);
});

test('it never passes the cap and never falls from one sending day to the next', () => {
  const limits = fc.record({
    cap: fc.integer({ min: 1, max: 100 }),
    rampStart: fc.integer({ min: 1, max: 100 }),
    rampStep: fc.nat(20),
  });
  fc.assert(
    fc.property(limits, fc.nat(200), (mailbox, days) => {
      const today = allowance(mailbox, days);
      const next = allowance(mailbox, days + 1);
      expect(today).toBeLessThanOrEqual(mailbox.cap);
      expect(next).toBeGreaterThanOrEqual(today ?? 0);
    }),
  );
});
