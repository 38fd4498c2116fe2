import { Temporal } from 'temporal-polyfill';
import type { Because, Callee, CallFacts, CallingSwitches, Judgment } from '../domain/callJudgment.ts';
import { type CallingTables, type CallingWindow, callingWindow } from '../domain/callingWindow.ts';
import { usState } from '../domain/usStates.ts';
import { callingLaw, callingTables } from './calling.ts';
import { countryCode, zonesOfCountry } from './countries.ts';

const FEDERAL_HOURS = '47 CFR 64.1200(c)(1); 16 CFR 310.4(c)';
const FEDERAL_REGISTRY = '16 CFR 310.4(b)(1)(iii)(B), 310.4(b)(3)(iv); 47 CFR 64.1200(c)(2)';
const INTERNAL_LIST = '16 CFR 310.4(b)(1)(iii)(A); 47 CFR 64.1200(d)';
/** The safe harbour for whoever asks before the call. */
const REASSIGNED = '47 CFR 64.1200(m)';
/** From this age on a registry's data clears nothing: 16 CFR 310.4(b)(3)(iv). */
const STALE_AT_DAYS = 31;
const HOUR_MS = 3_600_000;
/** The territories are countries to IANA's tables, and states to the rules of calls. */
const TERRITORIES = new Set(['PR', 'GU', 'VI', 'AS', 'MP']);
const wholeDay = { from: 0, to: 24 * 60 };

/** The window of a call, by the rules in force and the tenant's switches. A ban is no hours: it has no end that the table knows. */
export function callWindow(
  { number, state, country = '', zone }: Callee,
  at: Date,
  { exemptions, bans }: CallingSwitches,
): CallingWindow {
  const exempt = new Set(exemptions);
  const tables: CallingTables = {
    ...callingTables,
    // An exempted state's hours fall away, the federal ones stay.
    inForce: (name, on) =>
      exempt.has(name)
        ? { state: name, weekday: wholeDay, saturday: wholeDay, sunday: wholeDay, barredOn: null }
        : callingTables.inForce(name, on),
  };
  const land = countryCode(country) ?? 'US';
  const home = usState(state) ?? (TERRITORIES.has(land) ? land : null);
  const zonesAbroad = land === 'US' || TERRITORIES.has(land) ? [] : zonesOfCountry(land);
  const window = callingWindow(
    { number: number ?? '', state: home ?? undefined, zonesAbroad, zone: zone ?? undefined, at: at.toISOString() },
    tables,
  );
  const ban = bans.find((one) => window.states.includes(one.state));
  return ban
    ? { ...window, allowed: false, opensAt: null, closesAt: null, reason: `${ban.state} is barred: ${ban.reason}` }
    : window;
}

/** Whether this call may be made now (P12). Every refusal names its rule; what is not known counts against the call. */
export function judgeCall(facts: CallFacts): Judgment {
  const { callee, at, exemptions, bans, registries, attempts } = facts;
  const window = callWindow(callee, at, facts);
  const on = at.toISOString().slice(0, 10);
  const states = window.states.filter((state) => !exemptions.includes(state));
  const rows = states.flatMap((state) => callingLaw.inForce(state, on) ?? []);
  const lists = ['federal', ...rows.filter((row) => row.ownDoNotCallList).map(({ state }) => state)];
  const hours = [FEDERAL_HOURS, ...rows.map(({ citation }) => citation)].join('; ');
  const basis = {
    at: at.toISOString(),
    zones: window.zones,
    states: window.states,
    exemptions: window.states.filter((state) => exemptions.includes(state)),
    table: callingLaw.version,
    lists: Object.fromEntries(registries.filter(({ list }) => lists.includes(list)).map(({ list, dataOn }) => [list, dataOn])),
    reassigned: facts.reassigned,
    attempts: attempts.length,
  };
  const refuse = (because: Because, detail: string, citation: string, opensAt: Date | null = null): Judgment => ({
    because,
    detail,
    citation,
    allowedUntil: null,
    opensAt,
    basis,
  });

  if (facts.isRequested) return refuse('do_not_call_request', 'This person has asked not to be called.', INTERNAL_LIST);
  if (facts.reassigned === 'yes')
    return refuse('reassigned', 'The number has had another holder since it came to us: ask for the new one.', REASSIGNED);
  if (window.states.length === 0) return refuse('no_rules', window.reason, FEDERAL_HOURS);
  const ban = bans.find(({ state }) => window.states.includes(state));
  if (ban) return refuse('emergency_ban', window.reason, callingLaw.inForce(ban.state, on)?.citation ?? FEDERAL_HOURS);
  for (const list of lists) {
    const citation = list === 'federal' ? FEDERAL_REGISTRY : (callingLaw.inForce(list, on)?.citation ?? FEDERAL_REGISTRY);
    const name = list === 'federal' ? 'federal Do Not Call Registry' : `${list} do-not-call list`;
    const loaded = registries.find((one) => one.list === list);
    if (!loaded) return refuse('registry_missing', `The ${name} has not been loaded for this area code.`, citation);
    if (ageDays(loaded.dataOn, on) >= STALE_AT_DAYS)
      return refuse('registry_stale', `The ${name} of ${loaded.dataOn} is stale: load it anew.`, citation);
    if (loaded.isListed) return refuse('registry_listed', `The number is on the ${name}.`, citation);
  }
  if (!window.allowed) return refuse('outside_window', window.reason, hours, asDate(window.opensAt));
  for (const { state, attempts: limit, citation } of rows) {
    if (!limit) continue;
    const recent = attempts.filter((made) => made.getTime() > at.getTime() - limit.hours * HOUR_MS);
    const first = recent.at(-limit.count);
    if (first) {
      const detail = `${state} allows ${limit.count} calls to a person in ${limit.hours} hours.`;
      return refuse('too_many_attempts', detail, citation, new Date(first.getTime() + limit.hours * HOUR_MS));
    }
  }
  return {
    because: null,
    detail: '',
    citation: `${hours}; ${FEDERAL_REGISTRY}`,
    allowedUntil: asDate(window.closesAt),
    opensAt: null,
    basis,
  };
}

/** How long a registry's data may still be used; not positive: stale. */
export function registryDaysLeft(dataOn: string, on: string): number {
  return STALE_AT_DAYS - ageDays(dataOn, on);
}

/** From this instant on the data clears nothing. */
export function registryStaleAt(dataOn: string): Date {
  return new Date(`${Temporal.PlainDate.from(dataOn).add({ days: STALE_AT_DAYS }).toString()}T00:00:00Z`);
}

function ageDays(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to).total('days');
}

function asDate(instant: Temporal.Instant | null): Date | null {
  return instant && new Date(instant.epochMilliseconds);
}

/** What a task keeps of its window. */
export const callingTableVersion = callingLaw.version;
