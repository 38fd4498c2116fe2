import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Holidays } from './holidays.ts';
import { DAY_MS, firstClosing, firstOpening, isoDateOf, minutesOf, weekdayOf, type ZoneHours } from './openHours.ts';

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

/** A stretch in which a person may be written to: from `opensAt` (included) to `closesAt` (excluded). */
export interface OpenPeriod {
  readonly opensAt: Temporal.Instant;
  readonly closesAt: Temporal.Instant;
}

/**
 * The next stretch inside the window in every one of `zones`, from `at` on, or null when none opens within `horizonDays`: several
 * candidate zones mean that we do not know the person's, so all of them must be open (their overlap can be empty). An all-day window
 * never closes: its stretch ends with the horizon, counted from the opening.
 */
export function nextOpenPeriod(
  window: SendWindow,
  zones: readonly string[],
  holidays: Holidays,
  at: Temporal.Instant | string,
  horizonDays: number,
): OpenPeriod | null {
  const opensAt = nextOpening(window, zones, holidays, at, horizonDays);
  if (opensAt === null) return null;
  const from = opensAt.epochMilliseconds;
  const closing = firstClosing(hoursIn(window, zones, holidays), from, from + horizonDays * DAY_MS);
  return { opensAt, closesAt: Temporal.Instant.fromEpochMilliseconds(closing) };
}

/** The earliest instant at or after `at` inside the window in every one of `zones`, or null when there is none within `horizonDays`. */
export function nextOpening(
  window: SendWindow,
  zones: readonly string[],
  holidays: Holidays,
  at: Temporal.Instant | string,
  horizonDays: number,
): Temporal.Instant | null {
  const asked = typeof at === 'string' ? Temporal.Instant.from(at) : at;
  const from = asked.epochMilliseconds;
  const found = firstOpening(hoursIn(window, zones, holidays), from, from + horizonDays * DAY_MS);
  if (found === null) return null;
  return found === from ? asked : Temporal.Instant.fromEpochMilliseconds(found);
}

/** Whether `at` is inside the window in every one of `zones`. */
export function isOpen(window: SendWindow, zones: readonly string[], holidays: Holidays, at: Temporal.Instant | string): boolean {
  return nextOpening(window, zones, holidays, at, 0) !== null;
}

function hoursIn({ from, to, weekdays, skipHolidays }: SendWindow, zones: readonly string[], holidays: Holidays): ZoneHours[] {
  const hours = { from: minutesOf(from), to: minutesOf(to) };
  function hoursOn(localDay: number) {
    if (!weekdays.includes(weekdayOf(localDay))) return null;
    return skipHolidays && holidays.has(isoDateOf(localDay)) ? null : hours;
  }
  return zones.map((zone) => ({ zone, hoursOn }));
}
