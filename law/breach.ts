import { z } from 'zod';
import type { BreachLaw, Clock, ClockStart, SectorFact } from '../domain/breachPlan.ts';
import { blank, isoDate, list, stateCode, wholeNumber, yesNo } from './columns.ts';
import { type InForceBetween, readDatedTable } from './load.ts';

/** Conditions of `sector_regulators` for which the product asks a fact; a table with another one does not load. */
const SECTOR_FACTS: Readonly<Record<string, SectorFact>> = { 'covered entity under 23 NYCRR 500.1': 'nyDfsCoveredEntity' };

const start = z.enum(['discovery', 'determination', 'consumer_notice']);

/** `45 days` or `48 hours`. */
const within = z
  .string()
  .regex(/^\d+ (days|hours)$/, 'a period is "45 days" or "48 hours"')
  .transform((text) => ({
    amount: Number.parseInt(text, 10),
    unit: text.endsWith('hours') ? ('hours' as const) : ('days' as const),
  }));

/** A regulator's name: up to ` OR `, which names the one for licensees, and without what stands in brackets. */
function nameOf(text: string): string {
  return (text.split(' OR ')[0] ?? text).replace(/\s*\([^)]*\)/g, '').trim();
}

function clockOf(from: ClockStart, { amount, unit }: z.output<typeof within>): Clock {
  return unit === 'hours' ? { from, hours: amount } : { from, days: amount, unit: 'calendar' };
}

const Row = z
  .strictObject({
    state: stateCode,
    valid_from: blank.or(isoDate),
    valid_to: blank.or(isoDate),
    applies_to: z.string().min(3), // `all`; anything else binds others only
    regulators: blank.or(list),
    regulator_duty: yesNo,
    regulator_min_residents: blank.or(wholeNumber), // the smallest count that triggers; empty: no duty
    regulator_days: blank.or(wholeNumber),
    regulator_days_unit: blank.or(z.enum(['calendar', 'business'])),
    regulator_days_from: blank.or(start),
    regulator_not_after_consumer_notice: blank.or(z.enum(['statute', 'before', 'policy', 'no'])),
    sector_regulators: blank.or(z.string().regex(/^[^|]+\|[^|]+\|[^|]+\|[^|]+$/, 'who | when it applies | within | from')),
    consumer_days: blank.or(wholeNumber),
    consumer_days_from: start,
    credit_bureaus_min_residents: blank.or(wholeNumber),
    credit_bureaus_within: blank.or(within),
    credit_bureaus_from: blank.or(start),
    credit_bureaus_condition: blank.or(z.string()),
    credentials_alone: yesNo,
    encrypted_data_exempt: yesNo,
    risk_of_harm_exemption: yesNo,
    citation: z.string().min(8),
    regulator_channel: z.string(),
    required_content: z.string(),
    regulator_deadline_text: z.string(),
    regulator_threshold_text: z.string(),
    consumer_deadline_text: z.string(),
    credit_bureaus_text: z.string(),
    remarks: z.string(),
    in_force: z.string(),
    confidence: z.enum(['high', 'medium', 'low']),
  })
  .transform((row, context): BreachLaw & InForceBetween & Shown => {
    const refuse = (column: string, message: string) => {
      context.addIssue({ code: 'custom', path: [column], message });
      return z.NEVER;
    };

    function regulatorClock(): Clock | null {
      const { regulator_days: days, regulator_days_unit: unit, regulator_days_from: from } = row;
      if (days !== null && unit !== null && from !== null) return { from, days, unit };
      return days === null && unit === null && from === null
        ? null
        : refuse('regulator_days', 'days, unit and start go together');
    }

    function regulators(): BreachLaw['regulators'] {
      const { regulator_duty: duty, regulator_min_residents: minResidents, regulator_not_after_consumer_notice: notAfter } = row;
      const clock = regulatorClock();
      if (!duty && (minResidents !== null || clock !== null || notAfter !== null))
        return refuse('regulator_duty', 'no duty, yet a threshold or clock');
      if (!duty || minResidents === null) return null;
      if (row.regulators === null) return refuse('regulators', 'a duty towards nobody');
      const byConsumerNotice = notAfter === 'before' ? 'before' : notAfter === 'statute' || notAfter === 'policy' ? 'with' : null;
      if (clock === null && byConsumerNotice === null)
        return refuse('regulator_not_after_consumer_notice', 'a duty without any due date');
      return { names: row.regulators.map(nameOf), minResidents, clock, byConsumerNotice };
    }

    function sectorRegulators(): BreachLaw['sectorRegulators'] {
      if (row.sector_regulators === null) return [];
      const [who = '', when = '', period = '', from = ''] = row.sector_regulators.split('|').map((part) => part.trim());
      const fact = SECTOR_FACTS[when];
      const clock = z.tuple([start, within]).safeParse([from, period]);
      if (fact === undefined) return refuse('sector_regulators', `no fact is asked for "${when}"`);
      if (!clock.success) return refuse('sector_regulators', 'the last two parts are a period and its start');
      return who.split(';').map((name) => ({ name: nameOf(name), fact, clock: clockOf(...clock.data) }));
    }

    function creditBureaus(): BreachLaw['creditBureaus'] {
      const { credit_bureaus_min_residents: minResidents, credit_bureaus_within: period, credit_bureaus_from: from } = row;
      if ((period === null) !== (from === null)) return refuse('credit_bureaus_within', 'a period and its start go together');
      if (minResidents === null)
        return period === null ? null : refuse('credit_bureaus_min_residents', 'a period without a duty');
      return { minResidents, clock: period && from ? clockOf(from, period) : null, condition: row.credit_bureaus_condition };
    }

    return {
      state: row.state,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      bindsUs: row.applies_to === 'all',
      credentialsAlone: row.credentials_alone,
      encryptedDataExempt: row.encrypted_data_exempt,
      consumers: row.consumer_days === null ? null : { from: row.consumer_days_from, days: row.consumer_days, unit: 'calendar' },
      regulators: regulators(),
      sectorRegulators: sectorRegulators(),
      creditBureaus: creditBureaus(),
      riskOfHarmExemption: row.risk_of_harm_exemption,
      citation: row.citation,
      requiredContent: row.required_content,
      regulatorChannel: row.regulator_channel,
      remarks: row.remarks,
      confidence: row.confidence,
    };
  });

/** What officers read beside the dates. */
interface Shown {
  /** A documented human decision may remove the duty; never the software. */
  readonly riskOfHarmExemption: boolean;
  readonly citation: string;
  readonly requiredContent: string;
  readonly regulatorChannel: string;
  readonly remarks: string;
  readonly confidence: 'high' | 'medium' | 'low';
}

/** law/breach.csv: who must be told of a breach, by state. */
export const breachLaw = readDatedTable('breach.csv', 54, Row, ({ state }) => state);
