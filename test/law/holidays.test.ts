import { Temporal } from 'temporal-polyfill';
import { federalHolidays, holidayTable, stateHolidays } from '../../law/holidays.ts';

function observedIn(year: number): string[] {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  const dates = Array.from({ length: first.daysInYear }, (_, day) => first.add({ days: day }).toString());
  return dates.filter((date) => federalHolidays.asObserved.has(date));
}

// Federal holidays as published by the U.S. Office of Personnel Management; 2027 has two New Years, its own and that of 2028.
test.each([
  { year: 2026, days: ['01-01', '01-19', '02-16', '05-25', '06-19', '07-03', '09-07', '10-12', '11-11', '11-26', '12-25'] },
  {
    year: 2027,
    days: ['01-01', '01-18', '02-15', '05-31', '06-18', '07-05', '09-06', '10-11', '11-11', '11-25', '12-24', '12-31'],
  },
  { year: 2028, days: ['01-17', '02-21', '05-29', '06-19', '07-04', '09-04', '10-09', '11-10', '11-23', '12-25'] },
  { year: 2029, days: ['01-01', '01-15', '02-19', '05-28', '06-19', '07-04', '09-03', '10-08', '11-12', '11-22', '12-25'] },
])('the federal holidays of $year', ({ year, days }) => {
  expect(observedIn(year)).toEqual(days.map((day) => `${year}-${day}`));
});

test.each([
  { state: 'AL', date: '2026-04-27', because: 'Confederate Memorial Day' },
  { state: 'AL', date: '2026-07-03', because: 'Independence Day observed' },
  { state: 'LA', date: '2027-02-09', because: 'Mardi Gras' },
  { state: 'LA', date: '2029-01-19', because: 'Inauguration Day, a Saturday, observed' },
  { state: 'PA', date: '2027-11-02', because: 'election day, every year' },
  { state: 'RI', date: '2026-08-10', because: 'Victory Day' },
  { state: 'UT', date: '2027-07-24', because: 'Pioneer Day on a Saturday' },
  { state: 'UT', date: '2027-07-23', because: 'and the Friday before it' },
])('$state bars $date: $because', ({ state, date }) => {
  expect(stateHolidays(state)?.actualAndObserved.has(date)).toBe(true);
});

test('a state without a calendar has none', () => {
  expect(stateHolidays('NY')).toBeNull();
});

test('the table names its version for the record', () => {
  expect(holidayTable.version).toMatch(/^[0-9a-f]{12}$/);
});
