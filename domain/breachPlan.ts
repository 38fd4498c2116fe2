import { Temporal } from 'temporal-polyfill';
import { addBusinessDays } from './businessDays.ts';
import type { Holidays } from './holidays.ts';

type BreachedData = 'ssn' | 'driver_licence' | 'email_and_password';

/** A fact about the breached company that brings in the regulator of its sector. */
export type SectorFact = 'nyDfsCoveredEntity';

export interface BreachFacts extends Readonly<Partial<Record<SectorFact, boolean | undefined>>> {
  readonly discoveredAt: string;
  /** When it was determined that this was a breach; not recorded: at discovery. */
  readonly determinedAt?: string | undefined;
  /** People affected, by state of residence. */
  readonly residents: Readonly<Record<string, number>>;
  readonly data: readonly BreachedData[];
  readonly encrypted?: boolean | undefined;
  /** The key was not taken with the data. Without it, encryption exempts nothing. */
  readonly keySafe?: boolean | undefined;
}

export type ClockStart = 'discovery' | 'determination' | 'consumer_notice';

/** A statute's period. Days end with their last day in UTC, hours at an instant; no days from the consumer notice: not later than it. */
export type Clock =
  | { readonly from: ClockStart; readonly hours: number }
  | { readonly from: ClockStart; readonly days: number; readonly unit: 'calendar' | 'business' };

/** What one state asks for after a breach. */
export interface BreachLaw {
  readonly state: string;
  /** False where the law binds others only (Georgia: information brokers). */
  readonly bindsUs: boolean;
  readonly credentialsAlone: boolean;
  readonly encryptedDataExempt: boolean;
  readonly consumers: Clock | null;
  readonly regulators: {
    readonly names: readonly string[];
    readonly minResidents: number;
    readonly clock: Clock | null;
    /** Also not later than the consumer notice, or strictly before it. */
    readonly byConsumerNotice: 'with' | 'before' | null;
  } | null;
  readonly sectorRegulators: readonly { readonly name: string; readonly fact: SectorFact; readonly clock: Clock }[];
  readonly creditBureaus: {
    readonly minResidents: number;
    readonly clock: Clock | null;
    readonly condition: string | null;
  } | null;
}

/** An ISO instant, or an ISO date that means its end in UTC. */
export type Due = string;

export interface BreachPlan {
  /** Our own promise to every affected user (P6); null when nobody is left to be told. */
  readonly consumersBy: string | null;
  readonly consumersByLaw: Readonly<Record<string, string>>;
  readonly regulators: readonly {
    readonly state: string;
    readonly to: string;
    readonly due: Due;
    readonly strictlyBefore?: true;
  }[];
  readonly creditBureaus: readonly { readonly state: string; readonly due: Due; readonly conditional?: true }[];
}

const PROMISE = { hours: 72 };

/** Whether `at` has come for a due instant or date: a date ends at 24:00 UTC. */
export function endOfDue(due: Due): Temporal.Instant {
  if (due.includes('T')) return Temporal.Instant.from(due);
  return Temporal.PlainDate.from(due).add({ days: 1 }).toZonedDateTime('UTC').toInstant();
}

/**
 * Who must be told of a breach and by when (P6), by the laws in force where the affected people live. `lawOf` answers a state's law on the
 * day of discovery, or null where there is none; `holidays` are the federal ones as observed.
 */
export function breachPlan(facts: BreachFacts, lawOf: (state: string) => BreachLaw | null, holidays: Holidays): BreachPlan {
  const clocks = clocksOf(facts, holidays);
  const affected = Object.entries(facts.residents)
    .map(([state, count]) => ({ state, count, law: lawOf(state) }))
    .filter(({ count, law }) => count > 0 && !isExempt(facts, law))
    .sort((a, b) => byText(a.state, b.state));
  const bound = affected.flatMap(({ count, law }) => (law && isTriggered(facts, law) ? [{ count, law }] : []));
  return {
    consumersBy: affected.length === 0 ? null : clocks.noticeAt,
    consumersByLaw: Object.fromEntries(
      bound.flatMap(({ law }) => (law.consumers === null ? [] : [[law.state, clocks.due(law.consumers)] as const])),
    ),
    regulators: bound.flatMap(({ count, law }) =>
      [...regulatorsOf(law, count, clocks), ...sectorRegulatorsOf(law, facts, clocks)].sort((a, b) => byText(a.to, b.to)),
    ),
    creditBureaus: bound.flatMap(({ count, law }) => creditBureausOf(law, count, clocks)),
  };
}

/** Encrypted data whose key is safe are no breach, but where the law knows redaction only (Wyoming). */
function isExempt({ encrypted, keySafe }: BreachFacts, law: BreachLaw | null): boolean {
  return encrypted === true && keySafe === true && law?.encryptedDataExempt === true;
}

function isTriggered({ data }: BreachFacts, law: BreachLaw): boolean {
  return law.bindsUs && data.some((item) => item !== 'email_and_password' || law.credentialsAlone);
}

function regulatorsOf({ state, regulators }: BreachLaw, count: number, clocks: Clocks): BreachPlan['regulators'] {
  if (regulators === null || count < regulators.minResidents) return [];
  const { names, clock, byConsumerNotice } = regulators;
  const dues = [clock === null ? [] : clocks.due(clock), byConsumerNotice === null ? [] : clocks.noticeAt].flat();
  const due = dues.reduce((a, b) => (Temporal.Instant.compare(endOfDue(b), endOfDue(a)) < 0 ? b : a));
  const strictlyBefore = byConsumerNotice === 'before' && due === clocks.noticeAt;
  return names.map((to) => ({ state, to, due, ...(strictlyBefore && { strictlyBefore }) }));
}

function sectorRegulatorsOf(
  { state, sectorRegulators }: BreachLaw,
  facts: BreachFacts,
  clocks: Clocks,
): BreachPlan['regulators'] {
  return sectorRegulators
    .filter(({ fact }) => facts[fact] === true)
    .map(({ name, clock }) => ({ state, to: name, due: clocks.due(clock) }));
}

function creditBureausOf({ state, creditBureaus }: BreachLaw, count: number, clocks: Clocks): BreachPlan['creditBureaus'] {
  if (creditBureaus === null || count < creditBureaus.minResidents) return [];
  const { clock, condition } = creditBureaus;
  return [
    {
      state,
      due: clock === null ? clocks.noticeAt : clocks.due(clock),
      ...(condition !== null && { conditional: true as const }),
    },
  ];
}

interface Clocks {
  /** When the consumer notice goes out at the latest. */
  readonly noticeAt: string;
  due(clock: Clock): Due;
}

/** Day 0 is the UTC date of the start; the last day counts to its end and is not moved for weekends. */
function clocksOf({ discoveredAt, determinedAt }: BreachFacts, holidays: Holidays): Clocks {
  const discovery = Temporal.Instant.from(discoveredAt);
  const notice = discovery.add(PROMISE);
  const starts = { discovery, determination: Temporal.Instant.from(determinedAt ?? discoveredAt), consumer_notice: notice };
  return {
    noticeAt: notice.toString(),
    due(clock) {
      const start = starts[clock.from];
      if ('hours' in clock) return start.add({ hours: clock.hours }).toString();
      if (clock.days === 0 && clock.from === 'consumer_notice') return notice.toString();
      const day0 = start.toZonedDateTimeISO('UTC').toPlainDate();
      if (clock.unit === 'business') return addBusinessDays(day0.toString(), clock.days, holidays);
      return day0.add({ days: clock.days }).toString();
    },
  };
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
