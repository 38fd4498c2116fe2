import { z } from 'zod';
import { type HolidayCalendar, holidayCalendar, parseHolidayRule } from '../domain/holidays.ts';
import { blank, stateCode } from './columns.ts';
import { groupBy, readTable } from './load.ts';

const Row = z
  .strictObject({
    state: stateCode, // US: the federal holidays
    name: z.string().min(3),
    rule: z.string().transform((text, context) => {
      try {
        return parseHolidayRule(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
    observed: blank.or(z.literal('SAT-1 SUN+1')), // empty: a weekend's holiday is not moved
    citation: z.string().min(8),
  })
  .transform(({ state, name, rule, observed, citation }) => ({
    state,
    name,
    rule,
    movesOffWeekends: observed !== null,
    citation,
  }));

/** law/state-holidays.csv: the federal holidays and those of the states that bar calls on theirs. */
export const holidayTable = readTable('state-holidays.csv', 80, Row, ({ state, name }) => `${state} ${name}`);

const calendars = new Map<string, HolidayCalendar>(
  [...groupBy(holidayTable.rows, ({ state }) => state)].map(([state, rows]) => [state, holidayCalendar(rows)]),
);

/** A state's calendar, or null where none is kept: no rule of ours asks for it. */
export function stateHolidays(state: string): HolidayCalendar | null {
  return calendars.get(state) ?? null;
}

/** Legal public holidays of the United States (5 U.S.C. 6103); the 2028 New Year is observed on 2027-12-31. */
export const federalHolidays: HolidayCalendar = federal();

function federal(): HolidayCalendar {
  const calendar = calendars.get('US');
  if (!calendar) throw new Error('law/state-holidays.csv has no federal holidays (state US).');
  return calendar;
}
