import { zoneSpanAt } from './zoneSpan.ts';

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Hours of a day, in minutes after its local midnight: the opening belongs to it, the closing does not. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** A zone and the hours kept in it; `localDay` counts days from 1970-01-01. Null: closed that day. */
export interface Place {
  readonly zone: string;
  hoursOn(localDay: number): Hours | null;
}

/** Weekday of a local day, 1 (Monday) to 7 (Sunday). */
export function weekdayOf(localDay: number): number {
  return ((((localDay + 3) % 7) + 7) % 7) + 1;
}

/** ISO date of a local day. */
export function isoDateOf(localDay: number): string {
  return new Date(localDay * DAY_MS).toISOString().slice(0, 10);
}

/** Minutes after midnight of `HH:MM`, up to `24:00`. */
export function minutesOf(time: string): number {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(time) ?? [];
  const found = Number(hours) * 60 + Number(minutes);
  if (!(found <= 24 * 60)) throw new RangeError(`"${time}" is no time between 00:00 and 24:00.`);
  return found;
}

/**
 * The first instant from `at` to `until` (epoch milliseconds, both included) when every place is open at once; null when there is none.
 * What counts is the wall clock of each place: where clocks jump over an opening it opens at the jump, and an hour that
 * comes twice is open, or closed, both times.
 */
export function firstOpening(places: readonly Place[], at: number, until: number): number | null {
  if (places.length === 0) throw new RangeError('An opening needs at least one zone.');
  for (let candidate = at; candidate <= until; ) {
    let latest = candidate;
    for (const place of places) latest = openingIn(place, latest, until);
    if (latest === candidate) return candidate;
    candidate = latest;
  }
  return null;
}

/** The first instant from `at` on when this place is open; infinity when it is not before `until`. */
function openingIn(place: Place, at: number, until: number): number {
  for (let from = at; from <= until; ) {
    const span = zoneSpanAt(place.zone, from); // within it, local time is UTC plus a constant
    const end = Math.min(span.until, until + 1);
    for (let day = Math.floor((from + span.offsetMs) / DAY_MS); day * DAY_MS - span.offsetMs < end; day += 1) {
      const hours = place.hoursOn(day);
      if (!hours) continue;
      const midnight = day * DAY_MS - span.offsetMs;
      const opening = Math.max(from, midnight + hours.from * MINUTE_MS);
      if (opening < end && opening < midnight + hours.to * MINUTE_MS) return opening;
    }
    from = span.until;
  }
  return Number.POSITIVE_INFINITY;
}
