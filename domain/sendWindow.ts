import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Holidays } from './holidays.ts';
import { DAY_MS, firstOpening, isoDateOf, minutesOf, type Place, weekdayOf } from './openings.ts';

const TimeOfDay = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time from 00:00 to 24:00');

/** When a person may be written to, on the person's own clock: from `from` (included) to `to` (excluded). */
export const SendWindow = z
  .strictObject({
    from: TimeOfDay,
    to: TimeOfDay,
    /** 1 (Monday) to 7 (Sunday). */
    weekdays: z.array(z.int().min(1).max(7)).min(1),
    skipHolidays: z.boolean(),
  })
  .refine(({ from, to }) => from < to, 'a window ends after it begins, on the same day');
export type SendWindow = z.infer<typeof SendWindow>;

/** Mon-Fri 08:30-17:30 on the recipient's clock, not on the recipient's holidays. */
export const BUSINESS_HOURS: SendWindow = { from: '08:30', to: '17:30', weekdays: [1, 2, 3, 4, 5], skipHolidays: true };

/**
 * The earliest instant at or after `at` inside the window in every one of `zones`, or null when there is none within `horizonDays`:
 * several candidate zones mean that we do not know the person's, so all of them must be open (their overlap can be empty).
 */
export function nextOpening(
  window: SendWindow,
  zones: readonly string[],
  holidays: Holidays,
  at: Temporal.Instant | string,
  horizonDays: number,
): Temporal.Instant | null {
  const asked = typeof at === 'string' ? Temporal.Instant.from(at) : at;
  const from = asked.epochMilliseconds;
  const found = firstOpening(placesOf(window, zones, holidays), from, from + horizonDays * DAY_MS);
  if (found === null) return null;
  return found === from ? asked : Temporal.Instant.fromEpochMilliseconds(found);
}

/** Whether `at` is inside the window in every one of `zones`. */
export function isOpen(window: SendWindow, zones: readonly string[], holidays: Holidays, at: Temporal.Instant | string): boolean {
  return nextOpening(window, zones, holidays, at, 0) !== null;
}

function placesOf({ from, to, weekdays, skipHolidays }: SendWindow, zones: readonly string[], holidays: Holidays): Place[] {
  const hours = { from: minutesOf(from), to: minutesOf(to) };
  function hoursOn(localDay: number) {
    if (!weekdays.includes(weekdayOf(localDay))) return null;
    return skipHolidays && holidays.has(isoDateOf(localDay)) ? null : hours;
  }
  return zones.map((zone) => ({ zone, hoursOn }));
}
