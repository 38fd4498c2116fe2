import { Temporal } from 'temporal-polyfill';
import type { Holidays } from './holidays.ts';

/** Monday to Friday, and no holiday. `date` is an ISO date. */
export function isBusinessDay(date: string, holidays: Holidays): boolean {
  return countsAsBusinessDay(Temporal.PlainDate.from(date), holidays);
}

/** ISO date `days` business days after `start`: the first day excluded, the last included (Cal. Civ. Code 10). */
export function addBusinessDays(start: string, days: number, holidays: Holidays): string {
  if (!Number.isInteger(days) || days < 0) throw new RangeError(`Business days are counted forwards in whole days, not ${days}.`);
  let date = Temporal.PlainDate.from(start);
  for (let counted = 0; counted < days; ) {
    date = date.add({ days: 1 });
    if (countsAsBusinessDay(date, holidays)) counted += 1;
  }
  return date.toString();
}

function countsAsBusinessDay(date: Temporal.PlainDate, holidays: Holidays): boolean {
  return date.dayOfWeek <= 5 && !holidays.has(date.toString());
}
