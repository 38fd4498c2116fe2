import type { Clock } from '../domain/breachPlan.ts';
import type { breachLaw } from './breach.ts';
import type { callingLaw } from './calling.ts';
import type { privacyLaw } from './privacy.ts';

type Row<Table extends { readonly rows: readonly unknown[] }> = Table['rows'][number];

/** Hours, holidays and attempts of one row of law/calling.csv. */
export function callingInWords(row: Row<typeof callingLaw>): string {
  return sentences([
    `Monday to Friday ${hours(row.weekday)}, Saturday ${hours(row.saturday)}, Sunday ${hours(row.sunday)}`,
    row.barredOn !== null && 'no calls on its holidays',
    row.attempts !== null && `at most ${row.attempts.count} calls to one person in ${row.attempts.hours} hours`,
    row.ownDoNotCallList && 'keeps a do-not-call list of its own',
    row.registrationRequired && 'wants callers registered',
    `calls to businesses exempt: ${row.b2bExempt}`,
  ]);
}

/** Who is told of a breach by one row of law/breach.csv, and by when. */
export function breachInWords(row: Row<typeof breachLaw>): string {
  const { consumers, regulators, creditBureaus } = row;
  return sentences([
    !row.bindsUs && 'does not bind us',
    `people ${consumers === null ? 'without unreasonable delay' : within(consumers)}`,
    regulators !== null &&
      `${regulators.names.join(', ')} from ${regulators.minResidents} residents on, ${regulatorsBy(regulators)}`,
    ...row.sectorRegulators.map(({ name, clock }) => `${name} for those it licenses, ${within(clock)}`),
    creditBureaus !== null &&
      [
        `credit bureaus from ${creditBureaus.minResidents} residents on`,
        creditBureaus.clock && within(creditBureaus.clock),
        creditBureaus.condition,
      ]
        .filter((part) => part !== null)
        .join(', '),
  ]);
}

/** The clocks of one row of law/privacy.csv. */
export function privacyInWords(row: Row<typeof privacyLaw>): string {
  return sentences([
    row.law,
    `answer within ${row.responseDays} days, ${row.extensionDays} more when extended`,
    row.appealDays !== null && `appeal within ${row.appealDays} days`,
    `regulator: ${row.regulator}`,
  ]);
}

function sentences(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('; ');
}

/** Where both apply, the earlier counts. */
function regulatorsBy({ clock, byConsumerNotice }: NonNullable<Row<typeof breachLaw>['regulators']>): string {
  const notice = { with: 'not later than the notice to people', before: 'before the notice to people' };
  return [clock && within(clock), byConsumerNotice && notice[byConsumerNotice]].filter((part) => part !== null).join(' and ');
}

function within(clock: Clock): string {
  const period = 'hours' in clock ? `${clock.hours} hours` : `${clock.days} ${clock.unit} days`;
  return `within ${period} of ${clock.from.replaceAll('_', ' ')}`;
}

function hours(day: { from: number; to: number } | null): string {
  return day === null ? 'none' : `${clockTime(day.from)}-${clockTime(day.to)}`;
}

function clockTime(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
