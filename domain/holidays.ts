import { Temporal } from 'temporal-polyfill';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const SATURDAY = 6;
const SUNDAY = 7;

/** Anything that can say whether an ISO date is a holiday: a plain set, or a calendar that works a year out when it is first asked. */
export type Holidays = Pick<ReadonlySet<string>, 'has'>;

/** The date of a holiday in a year; null when that year has none. */
type HolidayRule = (year: number) => Temporal.PlainDate | null;

export interface Holiday {
  readonly name: string;
  readonly rule: HolidayRule;
  /** A Saturday is observed on the Friday before it, a Sunday on the Monday after it (5 U.S.C. 6103(b), E.O. 11582). */
  readonly movesOffWeekends: boolean;
}

export interface HolidayCalendar {
  /** The days off: how offices and business days count. */
  readonly asObserved: Holidays;
  /** The days themselves and the days off: where a law bars calls on holidays, both are barred. */
  readonly actualAndObserved: Holidays;
}

/**
 * Reads one rule: `07-04`, `3 MON JAN`, `-1 MON MAY` (the last), `EASTER-47`, `TUE AFTER 1 MON NOV`; `EVEN YEAR` or `YEAR%4=1` behind it
 * restricts the years. Throws on anything else, so that a misspelt row never silently means "no holiday".
 */
export function parseHolidayRule(text: string): HolidayRule {
  const [, day = '', parity, modulus, remainder] = /^(.+?)(?: (EVEN YEAR)| YEAR%(\d+)=(\d+))?$/.exec(text) ?? [];
  const rule = parseDayRule(day);
  if (rule === null) throw new RangeError(`Holiday rule "${text}" is not understood.`);
  if (parity) return (year) => (year % 2 === 0 ? rule(year) : null);
  if (modulus === undefined) return rule;
  if (Number(remainder) >= Number(modulus)) throw new RangeError(`Holiday rule "${text}" never comes true.`);
  return (year) => (year % Number(modulus) === Number(remainder) ? rule(year) : null);
}

function parseDayRule(text: string): HolidayRule | null {
  const fixed = /^(\d\d)-(\d\d)$/.exec(text);
  if (fixed) {
    const [month, day] = [Number(fixed[1]), Number(fixed[2])];
    if (month < 1 || month > 12 || day < 1 || day > Temporal.PlainDate.from({ year: 2024, month, day: 1 }).daysInMonth)
      return null;
    return (year) => {
      const first = Temporal.PlainDate.from({ year, month, day: 1 });
      return day <= first.daysInMonth ? first.with({ day }) : null; // 02-29 comes every fourth year
    };
  }
  const easter = /^EASTER([+-]\d+)?$/.exec(text);
  if (easter) return (year) => easterSunday(year).add({ days: Number(easter[1] ?? 0) });
  const nth = /^(?:([A-Z]{3}) AFTER )?(-1|[1-5]) ([A-Z]{3}) ([A-Z]{3})$/.exec(text);
  if (!nth) return null;
  const [weekday, month] = [WEEKDAYS.indexOf(nth[3] ?? '') + 1, MONTHS.indexOf(nth[4] ?? '') + 1];
  const after = nth[1] === undefined ? null : WEEKDAYS.indexOf(nth[1]) + 1;
  if (weekday === 0 || month === 0 || after === 0) return null;
  return (year) => {
    const found = nthWeekday(year, month, Number(nth[2]), weekday);
    if (found === null || after === null) return found;
    return found.add({ days: daysUntil(found, after) || 7 });
  };
}

function nthWeekday(year: number, month: number, nth: number, weekday: number): Temporal.PlainDate | null {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  if (nth === -1) {
    const last = first.with({ day: first.daysInMonth });
    return last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 });
  }
  const found = first.add({ days: daysUntil(first, weekday) + (nth - 1) * 7 });
  return found.month === month ? found : null;
}

function daysUntil(date: Temporal.PlainDate, weekday: number): number {
  return (weekday - date.dayOfWeek + 7) % 7;
}

/** Gregorian Easter by the anonymous computus (Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonShift + 15) % 30;
  const weekdayShift = (32 + 2 * (century % 4) + 2 * Math.floor((year % 100) / 4) - epact - (year % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * weekdayShift) / 451);
  const days = epact + weekdayShift - 7 * correction + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 });
}

function observedOn({ movesOffWeekends }: Holiday, date: Temporal.PlainDate): Temporal.PlainDate {
  if (!movesOffWeekends) return date;
  if (date.dayOfWeek === SATURDAY) return date.subtract({ days: 1 });
  return date.dayOfWeek === SUNDAY ? date.add({ days: 1 }) : date;
}

/** The calendar of these holidays, for every year: a New Year on a Saturday is observed in the year before. */
export function holidayCalendar(holidays: readonly Holiday[]): HolidayCalendar {
  const observed = yearly(holidays, (holiday, date) => [observedOn(holiday, date)]);
  const both = yearly(holidays, (holiday, date) => [date, observedOn(holiday, date)]);
  return { asObserved: observed, actualAndObserved: both };
}

function yearly(
  holidays: readonly Holiday[],
  daysOff: (holiday: Holiday, date: Temporal.PlainDate) => Temporal.PlainDate[],
): Holidays {
  const byYear = new Map<string, ReadonlySet<string>>();
  function datesTouching(year: number): string[] {
    return holidays
      .flatMap((holiday) => [year - 1, year, year + 1].map((near) => ({ holiday, date: holiday.rule(near) })))
      .flatMap(({ holiday, date }) => (date === null ? [] : daysOff(holiday, date)))
      .map((date) => date.toString());
  }
  return {
    has(isoDate) {
      const year = isoDate.slice(0, 4);
      let dates = byYear.get(year);
      if (!dates) {
        dates = new Set(datesTouching(Number(year)));
        byYear.set(year, dates);
      }
      return dates.has(isoDate);
    },
  };
}
