import { Temporal } from 'temporal-polyfill';
import type { Holidays } from './holidays.ts';
import { DAY_MS, firstClosing, firstOpening, type Hours, isoDateOf, weekdayOf, type ZoneHours } from './openHours.ts';

/** What a state says about the time of telephone solicitations. */
interface CallingHours {
  readonly state: string;
  /** Null: no calls that day of the week. */
  readonly weekday: Hours | null;
  readonly saturday: Hours | null;
  readonly sunday: Hours | null;
  /** Days without calls; null: the state has none. */
  readonly barredOn: Holidays | null;
}

/** The tables that the rule asks. */
export interface CallingTables {
  /** State and zones of a U.S. area code; null for every other. */
  areaCode(code: string): { readonly state: string; readonly zones: readonly string[] } | null;
  zonesOfState(state: string): readonly string[] | null;
  inForce(state: string, on: string): CallingHours | null;
}

export interface CallFacts {
  /** E.164. */
  readonly number: string;
  /** State of the contact's address. */
  readonly state?: string | undefined;
  /** Zones of the address's country, where it is another one: beside the state's, because a contradiction narrows. */
  readonly zonesAbroad?: readonly string[] | undefined;
  /** Zone of the contact's address, when it is known: it replaces those of state and country, never those of the number. */
  readonly zone?: string | undefined;
  readonly at: string;
}

export interface CallingWindow {
  readonly allowed: boolean;
  /** The first whole minute from `at` on when a call is allowed; null when it is at once, or not within 14 days. */
  readonly opensAt: Temporal.Instant | null;
  /** When the window that is open, or opens at `opensAt`, closes; null when there is none within 14 days. */
  readonly closesAt: Temporal.Instant | null;
  /** Every zone the person may be in, and every state whose rules count. */
  readonly zones: readonly string[];
  readonly states: readonly string[];
  /** Why not now, for people; empty when allowed. */
  readonly reason: string;
}

/** 08:00 to 21:00 at the called party's location: 47 CFR 64.1200(c)(1), 16 CFR 310.4(c). No state's hours reach outside it. */
const FEDERAL: Hours = { from: 8 * 60, to: 21 * 60 };
const HORIZON_DAYS = 14;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/**
 * Whether the time allows a call (P12): in every zone the person may be in, by the rules of the number's state and of the address's.
 * Lists, attempts and bans are other rules. A number without rules is not called, whatever the address.
 */
export function callingWindow({ number, state, zonesAbroad = [], zone, at }: CallFacts, tables: CallingTables): CallingWindow {
  const code = /^\+1([2-9]\d\d)[2-9]\d{6}$/.exec(number)?.[1];
  const home = code === undefined ? null : tables.areaCode(code);
  if (!home) return without('no rules for this number: toll-free, foreign or an unknown area code');
  const stateZones = zone !== undefined ? [] : state !== undefined ? tables.zonesOfState(state) : [];
  if (!stateZones) return without(`no rules for the address: ${state} is no U.S. state`);

  const states = [...new Set(state === undefined ? [home.state] : [home.state, state])];
  const zones = [...new Set([...home.zones, ...(zone !== undefined ? [zone] : [...stateZones, ...zonesAbroad])])];
  const everywhere = zones.map((name) => hoursInZone(name, states, tables));
  const asked = Temporal.Instant.from(at);
  const askedMs = asked.epochMilliseconds;
  const closing = (openAt: number) =>
    Temporal.Instant.fromEpochMilliseconds(firstClosing(everywhere, openAt, openAt + HORIZON_DAYS * DAY_MS));
  if (firstOpening(everywhere, askedMs, askedMs) !== null)
    return { allowed: true, opensAt: null, closesAt: closing(askedMs), zones, states, reason: '' };
  const nextMinuteMs = asked.round({ smallestUnit: 'minute', roundingMode: 'ceil' }).epochMilliseconds;
  const opening = firstOpening(everywhere, nextMinuteMs, askedMs + HORIZON_DAYS * DAY_MS);
  return {
    allowed: false,
    opensAt: opening === null ? null : Temporal.Instant.fromEpochMilliseconds(opening),
    closesAt: opening === null ? null : closing(opening),
    zones,
    states,
    reason: whyNot(asked, zones, states, tables),
  };
}

function without(reason: string): CallingWindow {
  return { allowed: false, opensAt: null, closesAt: null, zones: [], states: [], reason };
}

/** One zone with the hours that every one of the states allows there. */
function hoursInZone(zone: string, states: readonly string[], tables: CallingTables): ZoneHours {
  return {
    zone,
    hoursOn(localDay) {
      let { from, to } = FEDERAL;
      for (const state of states) {
        const hours = hoursOfDay(tables.inForce(state, isoDateOf(localDay)), localDay);
        if (!hours) return null;
        from = Math.max(from, hours.from);
        to = Math.min(to, hours.to);
      }
      return { from, to };
    },
  };
}

function hoursOfDay(rules: CallingHours | null, localDay: number): Hours | null {
  if (!rules || rules.barredOn?.has(isoDateOf(localDay))) return null; // no rule in force: no call
  return hoursOfWeekday(rules, weekdayOf(localDay));
}

function hoursOfWeekday(rules: CallingHours, weekday: number): Hours | null {
  if (weekday === 7) return rules.sunday;
  return weekday === 6 ? rules.saturday : rules.weekday;
}

function whyNot(at: Temporal.Instant, zones: readonly string[], states: readonly string[], tables: CallingTables): string {
  for (const zone of zones) {
    const local = at.toZonedDateTimeISO(zone);
    const date = local.toPlainDate().toString();
    const minute = local.hour * 60 + local.minute;
    for (const state of states) {
      const rules = tables.inForce(state, date);
      if (!rules) return `no ${state} rules in force on ${date}`;
      if (rules.barredOn?.has(date)) return `${state} legal holiday ${date} in ${zone}`;
      const hours = hoursOfWeekday(rules, local.dayOfWeek);
      if (!hours) return `${state} allows no calls on ${WEEKDAYS[local.dayOfWeek - 1]} (${zone})`;
      const [from, to] = [Math.max(hours.from, FEDERAL.from), Math.min(hours.to, FEDERAL.to)];
      if (minute < from || minute >= to) return `${clock(minute)} in ${zone} is outside ${state} ${clock(from)}-${clock(to)}`;
    }
  }
  return '';
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
