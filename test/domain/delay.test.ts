import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addDelay, Delay } from '../../domain/delay.ts';
import { federalHolidays } from '../../law/holidays.ts';

const holidays = federalHolidays.asObserved;
const NEW_YORK = 'America/New_York';

test.each([
  { at: '2026-03-07T15:00:00Z', delay: { hours: 24 }, due: '2026-03-08T15:00:00Z', because: 'hours are time that passes' },
  {
    at: '2026-03-07T15:00:00Z',
    delay: { days: 1 },
    due: '2026-03-08T14:00:00Z',
    because: 'a day later is the same time on a changed clock',
  },
  { at: '2026-10-31T14:00:00Z', delay: { days: 1 }, due: '2026-11-01T15:00:00Z', because: 'and back' },
  { at: '2026-03-07T07:30:00Z', delay: { days: 1 }, due: '2026-03-08T07:30:00Z', because: '02:30 does not exist: 03:30' },
  { at: '2026-10-31T05:30:00Z', delay: { days: 1 }, due: '2026-11-01T05:30:00Z', because: '01:30 comes twice: its first coming' },
  { at: '2026-06-12T14:00:00Z', delay: { businessDays: 3 }, due: '2026-06-17T14:00:00Z', because: 'over a weekend' },
  { at: '2026-06-17T14:00:00Z', delay: { businessDays: 2 }, due: '2026-06-22T14:00:00Z', because: 'Juneteenth and a weekend' },
  { at: '2026-06-13T01:00:00Z', delay: { businessDays: 1 }, due: '2026-06-16T01:00:00Z', because: 'still Friday in New York' },
  { at: '2026-03-06T15:00:00Z', delay: { businessDays: 1 }, due: '2026-03-09T14:00:00Z', because: 'over a change of clocks' },
  { at: '2026-06-13T15:00:00Z', delay: { businessDays: 0 }, due: '2026-06-13T15:00:00Z', because: 'no delay, on a Saturday too' },
  { at: '2026-06-13T15:00:00Z', delay: { hours: 0.5 }, due: '2026-06-13T15:30:00Z', because: 'half an hour' },
])('$at and $delay is $due: $because', ({ at, delay, due }) => {
  expect(addDelay(at, Delay.parse(delay), NEW_YORK, holidays).toString()).toBe(due);
});

test.each([{}, { days: -1 }, { days: 1.5 }, { businessDays: 500 }, { weeks: 1 }, { days: 1, hours: 1 }])(
  'the delay %j is refused',
  (delay) => {
    expect(Delay.safeParse(delay).success).toBe(false);
  },
);

test('a longer delay is never due earlier, and none is due before its start', () => {
  const unit = fc.constantFrom('hours', 'days', 'businessDays');
  const start = fc
    .integer({ min: 0, max: 5_000_000 })
    .map((minutes) => Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes }));
  fc.assert(
    fc.property(unit, fc.nat(20), fc.nat(20), start, (of, amount, more, at) => {
      const due = (value: number) => addDelay(at, Delay.parse({ [of]: value }), NEW_YORK, holidays);
      return Temporal.Instant.compare(at, due(amount)) <= 0 && Temporal.Instant.compare(due(amount), due(amount + more)) <= 0;
    }),
  );
});
