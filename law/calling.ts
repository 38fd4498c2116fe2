import { z } from 'zod';
import type { CallingTables } from '../domain/callingWindow.ts';
import { minutesOf } from '../domain/openHours.ts';
import { areaCode, zonesOfState } from './areaCodes.ts';
import { blank, isoDate, stateCode, wholeNumber, yesNo } from './columns.ts';
import { stateHolidays } from './holidays.ts';
import { readDatedTable } from './load.ts';

const time = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time from 00:00 to 24:00')
  .transform(minutesOf);
const hour = blank.or(time);

const Row = z
  .strictObject({
    state: stateCode,
    valid_from: blank.or(isoDate),
    valid_to: blank.or(isoDate),
    weekday_start: hour, // Monday to Friday; both empty: no calls
    weekday_end: hour,
    saturday_start: hour,
    saturday_end: hour,
    sunday_start: hour,
    sunday_end: hour,
    holiday_calendar: blank.or(stateCode),
    holiday_scope: blank.or(z.literal('actual and observed day')),
    attempts: blank.or(wholeNumber), // to one person, whatever number is called from
    attempts_hours: blank.or(wholeNumber), // rolling
    own_do_not_call_list: yesNo, // the remarks name it
    registration_required: yesNo,
    b2b_exempt: z.enum(['yes', 'partial', 'no']), // off unless a tenant switches it on, by state, with a reason
    citation: z.string().min(8),
    remarks: z.string(),
    confidence: z.string().min(3),
  })
  .transform((row, context) => {
    const refuse = (column: string, message: string) => {
      context.addIssue({ code: 'custom', path: [column], message });
      return z.NEVER;
    };
    const hours = (day: 'weekday' | 'saturday' | 'sunday') => {
      const [from, to] = [row[`${day}_start`], row[`${day}_end`]];
      if (from === null && to === null) return null;
      return from !== null && to !== null && from < to ? { from, to } : refuse(`${day}_end`, 'hours begin before they end');
    };
    const calendar = row.holiday_calendar === null ? null : stateHolidays(row.holiday_calendar);
    if (row.holiday_calendar !== null && !calendar) return refuse('holiday_calendar', 'no such calendar in state-holidays.csv');
    if ((row.holiday_scope === null) !== (calendar === null))
      return refuse('holiday_scope', 'a calendar and its scope go together');
    if ((row.attempts === null) !== (row.attempts_hours === null))
      return refuse('attempts_hours', 'attempts and their hours go together');
    return {
      state: row.state,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      weekday: hours('weekday'),
      saturday: hours('saturday'),
      sunday: hours('sunday'),
      barredOn: calendar?.actualAndObserved ?? null,
      attempts: row.attempts === null || row.attempts_hours === null ? null : { count: row.attempts, hours: row.attempts_hours },
      ownDoNotCallList: row.own_do_not_call_list,
      registrationRequired: row.registration_required,
      b2bExempt: row.b2b_exempt,
      citation: row.citation,
      remarks: row.remarks,
      confidence: row.confidence,
    };
  });

/** law/calling.csv: hours, holidays and attempts of telephone solicitation, by state. */
export const callingLaw = readDatedTable('calling.csv', 56, Row, ({ state }) => state);

/** What `callingWindow` asks. */
export const callingTables: CallingTables = { areaCode, zonesOfState, inForce: callingLaw.inForce };
