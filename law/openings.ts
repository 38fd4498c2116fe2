import { Temporal } from 'temporal-polyfill';
import type { Delay } from '../domain/delay.ts';
import { addDelay } from '../domain/delay.ts';
import type { Opening, Place } from '../domain/opening.ts';
import { nextOpenPeriod } from '../domain/sendWindow.ts';
import type { Definition } from '../domain/sequence.ts';
import { federalHolidays } from './holidays.ts';
import { candidateZones } from './zones.ts';

/** A window that does not open within this time for the zones that may be the person's never will. */
const horizonDays = 60;
const holidays = federalHolidays.actualAndObserved; // a window may include Saturdays

/** The window around `from`, or the next one, after a delay on the person's own clock. Null: it never opens. */
export function openingAfter(definition: Definition, place: Place, delay: Delay, from: Date): Opening | null {
  const { zones } = candidateZones(place);
  // Of several candidate zones the delay takes the first; which one hardly matters, since the window has to be open in all of them.
  const earliest = addDelay(Temporal.Instant.fromEpochMilliseconds(from.getTime()), delay, zones[0] ?? 'UTC', holidays);
  const period = nextOpenPeriod(definition.window, zones, holidays, earliest, horizonDays);
  return period && { at: new Date(period.opensAt.epochMilliseconds), closesAt: new Date(period.closesAt.epochMilliseconds) };
}

export function openingAt(definition: Definition, place: Place, at: Date): Opening | null {
  return openingAfter(definition, place, { hours: 0 }, at);
}

export function firstOpening(definition: Definition, place: Place, from: Date): Opening | null {
  const [first] = definition.steps;
  return first ? openingAfter(definition, place, first.after, from) : null;
}
