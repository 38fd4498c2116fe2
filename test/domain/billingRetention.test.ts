import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { billingRetention } from '../../domain/billingRetention.ts';

test.each([
  { occurredOn: '2026-11-24', keepUntil: '2033-11-25T12:00:00Z', because: 'the day ends last at twelve hours behind Greenwich' },
  {
    occurredOn: '2024-02-29',
    keepUntil: '2031-03-02T12:00:00Z',
    because: 'there is no 29 February in 2031, and a day less were too little',
  },
  { occurredOn: '2023-02-28', keepUntil: '2030-03-01T12:00:00Z', because: 'the last of February of a common year is itself' },
  { occurredOn: '2026-12-31', keepUntil: '2034-01-01T12:00:00Z', because: 'over the end of a year' },
])('$occurredOn is kept until $keepUntil: $because', ({ occurredOn, keepUntil }) => {
  expect(billingRetention(occurredOn).keepUntil.toString()).toBe(keepUntil);
});

const days = fc.integer({ min: 0, max: 40_000 }).map((n) => Temporal.PlainDate.from('2000-01-01').add({ days: n }));
const zones = fc.constantFrom('Pacific/Kiritimati', 'America/New_York', 'Pacific/Honolulu', 'Etc/GMT+12', 'Asia/Kolkata');

test('seven whole years pass, wherever the clock hangs, and not two days more', () => {
  fc.assert(
    fc.property(days, zones, (day, zone) => {
      const { keepUntil } = billingRetention(day.toString());
      const kept = day.until(keepUntil.toZonedDateTimeISO(zone).toPlainDate(), { largestUnit: 'years' });
      expect(kept.years).toBe(7);
      expect(kept.months).toBe(0);
      expect(kept.days).toBeGreaterThanOrEqual(1); // the anniversary itself has ended there
      expect(kept.days).toBeLessThanOrEqual(3);
    }),
  );
});

test('who paid later is kept longer, and every record has thirty days to go', () => {
  fc.assert(
    fc.property(days, days, (a, b) => {
      const [first, second] = [billingRetention(a.toString()), billingRetention(b.toString())];
      if (Temporal.PlainDate.compare(a, b) < 0) {
        expect(Temporal.Instant.compare(first.keepUntil, second.keepUntil)).toBeLessThanOrEqual(0);
      }
      expect(first.keepUntil.until(first.deleteBy).total('days')).toBe(30);
    }),
  );
});
