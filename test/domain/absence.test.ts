import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { endOfAbsence } from '../../domain/absence.ts';

const newYork = ['America/New_York'];
const tuesday = '2026-11-24T15:00:00Z'; // 10:00 in New York

test.each([
  {
    returnsOn: '2026-12-07',
    zones: newYork,
    at: tuesday,
    ends: '2026-12-07T05:00:00Z',
    because: 'the day begins at midnight there',
  },
  {
    returnsOn: '2026-03-08',
    zones: newYork,
    at: '2026-03-01T15:00:00Z',
    ends: '2026-03-08T05:00:00Z',
    because: 'the day of the change begins before it',
  },
  {
    returnsOn: '2026-03-09',
    zones: newYork,
    at: '2026-03-01T15:00:00Z',
    ends: '2026-03-09T04:00:00Z',
    because: 'the offset of that day counts, not of today',
  },
  { returnsOn: null, zones: newYork, at: tuesday, ends: '2026-12-01T05:00:00Z', because: 'seven days when none is stated' },
  { returnsOn: '2026-11-24', zones: newYork, at: tuesday, ends: '2026-11-25T05:00:00Z', because: 'away today: tomorrow' },
  {
    returnsOn: '2026-11-20',
    zones: newYork,
    at: tuesday,
    ends: '2026-11-25T05:00:00Z',
    because: 'an old text: not at once, but soon',
  },
  {
    returnsOn: '2026-12-07',
    zones: ['America/New_York', 'Pacific/Honolulu'],
    at: tuesday,
    ends: '2026-12-07T10:00:00Z',
    because: 'it must be that day wherever the person may be',
  },
])('$returnsOn at $at -> $ends: $because', ({ returnsOn, zones, at, ends }) => {
  expect(endOfAbsence(returnsOn, zones, Temporal.Instant.from(at)).toString()).toBe(ends);
});

test('nobody is written to on the day on which the automatic answer came', () => {
  const days = fc.integer({ min: -30, max: 400 });
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 86_399 }), (offset, second) => {
      const now = Temporal.Instant.from('2026-11-24T00:00:00Z').add({ seconds: second });
      const returnsOn = Temporal.PlainDate.from('2026-11-24').add({ days: offset }).toString();
      const today = now.toZonedDateTimeISO('America/Chicago').toPlainDate();
      const end = endOfAbsence(returnsOn, ['America/Chicago'], now).toZonedDateTimeISO('America/Chicago');
      expect(Temporal.PlainDate.compare(end.toPlainDate(), today)).toBe(1);
    }),
  );
});
