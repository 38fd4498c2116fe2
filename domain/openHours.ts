import { zoneSpanAt } from './zoneSpan.ts';

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Hours of a day, in minutes after its local midnight: the opening belongs to it, the closing does not. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** The hours kept in a zone; `localDay` counts days from 1970-01-01. Null: closed that day. */
export interface ZoneHours {
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
 * The first instant from `at` to `until` (epoch milliseconds, both included) when every zone is open at once; null when there is none.
 * What counts is the wall clock of each zone: where clocks jump over an opening it opens at the jump, and an hour that
 * comes twice is open, or closed, both times.
 */
export function firstOpening(zones: readonly ZoneHours[], at: number, until: number): number | null {
  if (zones.length === 0) throw new RangeError('An opening needs at least one zone.');
  for (let candidate = at; candidate <= until; ) {
    let latest = candidate;
    for (const zone of zones) latest = openingIn(zone, latest, until);
    if (latest === candidate) return candidate;
    candidate = latest;
  }
  return null;
}

/** The first instant after `openAt`, when all are open, at which one of them is closed; `until` when none is by then. */
export function firstClosing(zones: readonly ZoneHours[], openAt: number, until: number): number {
  return zones.reduce((earliest, zone) => closingIn(zone, openAt, earliest), until);
}

/** The first instant from `at` on when this zone is open; infinity when it is not by `until`. */
function openingIn(zone: ZoneHours, at: number, until: number): number {
  for (let from = at; from <= until; ) {
    const span = zoneSpanAt(zone.zone, from); // within it, local time is UTC plus a constant
    const end = Math.min(span.until, until + 1);
    for (let day = Math.floor((from + span.offsetMs) / DAY_MS); day * DAY_MS - span.offsetMs < end; day += 1) {
      const hours = zone.hoursOn(day);
      if (!hours) continue;
      const midnight = day * DAY_MS - span.offsetMs;
      const opening = Math.max(from, midnight + hours.from * MINUTE_MS);
      if (opening < end && opening < midnight + hours.to * MINUTE_MS) return opening;
    }
    from = span.until;
  }
  return Number.POSITIVE_INFINITY;
}

/** The end of the hours around `openAt`, across midnights and changes of the clock as long as they go on. */
function closingIn(zone: ZoneHours, openAt: number, until: number): number {
  for (let open = openAt; open < until; ) {
    const span = zoneSpanAt(zone.zone, open);
    const day = Math.floor((open + span.offsetMs) / DAY_MS);
    const midnight = day * DAY_MS - span.offsetMs;
    const hours = zone.hoursOn(day);
    if (!hours || open < midnight + hours.from * MINUTE_MS || open >= midnight + hours.to * MINUTE_MS) return open;
    open = Math.min(span.until, midnight + hours.to * MINUTE_MS);
  }
  return until;
}
