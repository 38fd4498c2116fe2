import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type Holiday, holidayCalendar, parseHolidayRule } from '../../domain/holidays.ts';

test.each([
  { rule: '07-04', year: 2026, date: '2026-07-04', because: 'a fixed day' },
  { rule: '02-29', year: 2028, date: '2028-02-29', because: 'a leap year has it' },
  { rule: '02-29', year: 2027, date: null, because: 'the others have not' },
  { rule: '3 MON JAN', year: 2026, date: '2026-01-19', because: 'the third Monday' },
  { rule: '3 MON JAN', year: 2029, date: '2029-01-15', because: 'the month begins on a Monday' },
  { rule: '-1 MON MAY', year: 2026, date: '2026-05-25', because: 'the last Monday of five weeks' },
  { rule: '-1 MON MAY', year: 2027, date: '2027-05-31', because: 'the last Monday is the last day' },
  { rule: '5 MON FEB', year: 2027, date: null, because: 'February 2027 has four Mondays' },
  { rule: '4 THU NOV', year: 2029, date: '2029-11-22', because: 'five Thursdays: the fourth, not the last' },
  { rule: 'EASTER', year: 2038, date: '2038-04-25', because: 'the latest Easter' },
  { rule: 'EASTER-47', year: 2027, date: '2027-02-09', because: 'Mardi Gras' },
  { rule: 'EASTER-2', year: 2026, date: '2026-04-03', because: 'Good Friday' },
  { rule: 'EASTER+1', year: 2026, date: '2026-04-06', because: 'Easter Monday' },
  { rule: 'TUE AFTER 1 MON NOV', year: 2027, date: '2027-11-02', because: 'election day on its earliest date' },
  { rule: 'TUE AFTER 1 MON NOV', year: 2022, date: '2022-11-08', because: 'November begins on a Tuesday, which is not it' },
  { rule: 'MON AFTER 1 MON NOV', year: 2027, date: '2027-11-08', because: 'after means later, a week on' },
  { rule: 'TUE AFTER 1 MON NOV EVEN YEAR', year: 2026, date: '2026-11-03', because: 'an even year' },
  { rule: 'TUE AFTER 1 MON NOV EVEN YEAR', year: 2027, date: null, because: 'an odd year' },
  { rule: '01-20 YEAR%4=1', year: 2029, date: '2029-01-20', because: 'an inauguration' },
  { rule: '01-20 YEAR%4=1', year: 2028, date: null, because: 'no inauguration' },
])('$rule in $year is $date: $because', ({ rule, year, date }) => {
  expect(parseHolidayRule(rule)(year)?.toString() ?? null).toBe(date);
});

test.each([
  '',
  '7-4',
  '13-01',
  '02-30',
  '00-10',
  '6 MON JAN',
  '0 MON JAN',
  '3 MOO JAN',
  '3 MON JANUARY',
  'EASTER-',
  'TUE AFTER MON NOV',
  '01-20 YEAR%4=4',
  'mon',
])('the rule "%s" is refused', (rule) => {
  expect(() => parseHolidayRule(rule)).toThrow(RangeError);
});

// Easter dates of the Astronomical Applications Department, U.S. Naval Observatory.
test.each([
  '2024-03-31',
  '2025-04-20',
  '2026-04-05',
  '2027-03-28',
  '2028-04-16',
  '2029-04-01',
  '2030-04-21',
  '2049-04-18',
  '2076-04-19',
])('Easter %s', (date) => {
  expect(parseHolidayRule('EASTER')(Number(date.slice(0, 4)))?.toString()).toBe(date);
});

const newYear: Holiday = { name: "New Year's Day", rule: parseHolidayRule('01-01'), movesOffWeekends: true };
const unmoved: Holiday = { ...newYear, movesOffWeekends: false };

test.each([
  { date: '2027-12-31', observed: true, both: true, because: 'the Saturday of 2028 moves into 2027' },
  { date: '2028-01-01', observed: false, both: true, because: 'the day itself is not the day off' },
  { date: '2023-01-01', observed: false, both: true, because: 'a Sunday' },
  { date: '2023-01-02', observed: true, both: true, because: 'moves to the Monday' },
  { date: '2026-01-01', observed: true, both: true, because: 'a Thursday stays' },
  { date: '2026-01-02', observed: false, both: false, because: 'the day after it is a day' },
])('$date: observed $observed, actual or observed $both: $because', ({ date, observed, both }) => {
  const calendar = holidayCalendar([newYear]);
  expect([calendar.asObserved.has(date), calendar.actualAndObserved.has(date)]).toEqual([observed, both]);
});

test('a holiday that does not move stays on its weekend', () => {
  const calendar = holidayCalendar([unmoved]);
  expect([calendar.asObserved.has('2028-01-01'), calendar.asObserved.has('2027-12-31')]).toEqual([true, false]);
});

test('an observed day is never on a weekend', () => {
  const calendar = holidayCalendar(
    ['01-01', '06-19', '07-04', '11-11', '12-25'].map((rule) => ({ ...newYear, rule: parseHolidayRule(rule) })),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1970, max: 2200 }), fc.integer({ min: 0, max: 365 }), (year, day) => {
      const date = Temporal.PlainDate.from({ year, month: 1, day: 1 }).add({ days: day });
      return !calendar.asObserved.has(date.toString()) || date.dayOfWeek <= 5;
    }),
    { numRuns: 2000 },
  );
});
