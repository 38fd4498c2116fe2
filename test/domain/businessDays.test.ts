import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addBusinessDays, isBusinessDay } from '../../domain/businessDays.ts';
import { federalHolidays } from '../../law/holidays.ts';

const holidays = federalHolidays.asObserved;

test.each([
  { start: '2026-06-26', days: 10, due: '2026-07-13', because: 'two weekends and the observed Independence Day' },
  { start: '2026-09-04', days: 1, due: '2026-09-08', because: 'Labor Day follows the weekend' },
  { start: '2027-12-30', days: 1, due: '2028-01-03', because: 'the 2028 New Year is observed on 2027-12-31' },
  { start: '2026-06-20', days: 1, due: '2026-06-22', because: 'a Saturday start counts from the Monday' },
  { start: '2026-06-20', days: 0, due: '2026-06-20', because: 'no days, no move' },
  { start: '2028-12-22', days: 5, due: '2029-01-02', because: 'Christmas and New Year on Mondays' },
])('$start + $days -> $due: $because', ({ start, days, due }) => {
  expect(addBusinessDays(start, days, holidays)).toBe(due);
});

test.each([-1, 1.5, Number.NaN])('%d business days are refused', (days) => {
  expect(() => addBusinessDays('2026-06-26', days, holidays)).toThrow(RangeError);
});

const anyDate = fc.integer({ min: 0, max: 36_500 }).map((days) => Temporal.PlainDate.from('2000-01-01').add({ days }).toString());

test('counting in two steps is counting at once', () => {
  const after = (start: string, days: number) => addBusinessDays(start, days, holidays);
  fc.assert(fc.property(anyDate, fc.nat(30), fc.nat(30), (start, a, b) => after(after(start, a), b) === after(start, a + b)));
});

test('the due date is a business day, with exactly so many of them after the start', () => {
  fc.assert(
    fc.property(anyDate, fc.integer({ min: 1, max: 40 }), (start, days) => {
      const due = addBusinessDays(start, days, holidays);
      let counted = 0;
      for (let date = start; date < due; counted += Number(isBusinessDay(date, holidays))) {
        date = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
      }
      return isBusinessDay(due, holidays) && counted === days;
    }),
  );
});

test('a later start is never due earlier', () => {
  fc.assert(
    fc.property(anyDate, fc.nat(30), fc.nat(30), (start, later, days) => {
      const laterStart = Temporal.PlainDate.from(start).add({ days: later }).toString();
      return addBusinessDays(start, days, holidays) <= addBusinessDays(laterStart, days, holidays);
    }),
  );
});
