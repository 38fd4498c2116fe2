import { Temporal } from 'temporal-polyfill';
import { addBusinessDays } from './businessDays.ts';
import type { Holidays } from './holidays.ts';

/** What a person may ask for (P8, P9, P10). A request to limit runs as an opt-out, a complaint as an access request. */
export type PrivacyRequestKind =
  | 'access'
  | 'correct'
  | 'delete'
  | 'portability'
  | 'opt_out'
  | 'limit'
  | 'appeal'
  | 'complaint'
  | 'unsubscribe';

/** The clocks of a state's privacy law. */
export interface PrivacyLaw {
  readonly citation: string;
  readonly responseDays: number;
  readonly extensionDays: number;
  /** Null: the law sets none, the policy's clock runs. */
  readonly acknowledge: { readonly days: number; readonly unit: 'calendar' | 'business' } | null;
  readonly appealDays: number | null;
  readonly businessContactsCovered: boolean;
}

/** The tables that the rule asks. */
export interface PrivacyTables {
  /** Null for what is no state: it counts as unknown. */
  westernmostZone(state: string): string | null;
  inForce(state: string, on: string): PrivacyLaw | null;
  /** Federal, as observed. */
  readonly holidays: Holidays;
}

interface DueDate {
  /** The last day. */
  readonly date: string;
  /** The instant after it: 00:00 in New York of the next day, wherever our servers stand. */
  readonly at: string;
}

export interface RequestDeadlines {
  readonly receivedDate: string;
  readonly acknowledge: DueDate | null;
  readonly answer: DueDate;
  /** With the one extension a notice sent before `answer` can give; null where none is allowed. */
  readonly extended: DueDate | null;
  /** Only California's law covers business contacts; everybody else has the same rights by our policy. */
  readonly basis: 'law' | 'policy';
  /** Of the law that was looked at, kept with the record; null where the state has none. */
  readonly citation: string | null;
}

export interface ClosureDeadlines {
  readonly receivedDate: string;
  readonly livePurge: DueDate;
  readonly backupsPurged: DueDate;
}

/** The policy's own clocks; a law can only shorten them. */
const POLICY = {
  acknowledgeBusinessDays: 10,
  answerDays: 45,
  californiaAnswerDays: 30,
  extensionDays: 45,
  appealDays: 45,
  optOutConfirmationBusinessDays: 15, // the opt-out itself is in force at once
  unsubscribeBusinessDays: 10, // 15 U.S.C. 7704(a)(4)(A); in force at once too
  livePurgeDays: 30,
  backupsPurgedDays: 60,
};
const STRICTEST_STATE = 'CA';
const STRICTEST_ZONE = 'Pacific/Honolulu'; // the day begins last: never a date later than the person's own
const OFFICE_ZONE = 'America/New_York';

/** When a privacy request must be acknowledged and answered. Verification never stops a clock, weekends never move one. */
export function requestDeadlines(
  request: { readonly receivedAt: string; readonly state: string | null; readonly kind: PrivacyRequestKind },
  tables: PrivacyTables,
): RequestDeadlines {
  const { receivedDate, state } = received(request, tables);
  const law = tables.inForce(state ?? STRICTEST_STATE, receivedDate);
  const after = (days: number) => dueOn(addDays(receivedDate, days));
  const afterBusiness = (days: number) => dueOn(addBusinessDays(receivedDate, days, tables.holidays));
  const common = {
    receivedDate,
    acknowledge: earlier(afterBusiness(POLICY.acknowledgeBusinessDays), lawfulAcknowledgement(law, after, afterBusiness)),
    basis: state !== null && law?.businessContactsCovered ? 'law' : 'policy',
    citation: law?.citation ?? null,
  } as const;
  switch (request.kind) {
    case 'unsubscribe':
      return { ...common, acknowledge: null, answer: afterBusiness(POLICY.unsubscribeBusinessDays), extended: null };
    case 'opt_out':
    case 'limit':
      return { ...common, answer: afterBusiness(POLICY.optOutConfirmationBusinessDays), extended: null };
    case 'appeal':
      return { ...common, answer: after(Math.min(POLICY.appealDays, law?.appealDays ?? POLICY.appealDays)), extended: null };
    default: {
      const policyDays = (state ?? STRICTEST_STATE) === STRICTEST_STATE ? POLICY.californiaAnswerDays : POLICY.answerDays;
      const extendedDays = policyDays + POLICY.extensionDays;
      return {
        ...common,
        answer: after(Math.min(policyDays, law?.responseDays ?? policyDays)),
        extended: after(Math.min(extendedDays, law ? law.responseDays + law.extensionDays : extendedDays)),
      };
    }
  }
}

/** When a closed account's data are gone (P7): live after 30 days, from the backups after 60, both days included. */
export function closureDeadlines(
  request: { readonly receivedAt: string; readonly state: string | null },
  tables: Pick<PrivacyTables, 'westernmostZone'>,
): ClosureDeadlines {
  const { receivedDate } = received(request, tables);
  return {
    receivedDate,
    livePurge: dueOn(addDays(receivedDate, POLICY.livePurgeDays)),
    backupsPurged: dueOn(addDays(receivedDate, POLICY.backupsPurgedDays)),
  };
}

/** Day 0: the local date where the person's day begins last. */
function received(
  { receivedAt, state }: { readonly receivedAt: string; readonly state: string | null },
  tables: Pick<PrivacyTables, 'westernmostZone'>,
): { receivedDate: string; state: string | null } {
  const zone = state === null ? null : tables.westernmostZone(state);
  const local = Temporal.Instant.from(receivedAt).toZonedDateTimeISO(zone ?? STRICTEST_ZONE);
  return { receivedDate: local.toPlainDate().toString(), state: zone === null ? null : state };
}

function lawfulAcknowledgement(
  law: PrivacyLaw | null,
  after: (days: number) => DueDate,
  afterBusiness: (days: number) => DueDate,
): DueDate | null {
  if (!law?.acknowledge) return null;
  const { days, unit } = law.acknowledge;
  return unit === 'business' ? afterBusiness(days) : after(days);
}

function earlier(policy: DueDate, law: DueDate | null): DueDate {
  return law !== null && law.date < policy.date ? law : policy;
}

function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

function dueOn(date: string): DueDate {
  const nextDay = Temporal.PlainDate.from(date).add({ days: 1 });
  return { date, at: nextDay.toZonedDateTime(OFFICE_ZONE).toInstant().toString() };
}
