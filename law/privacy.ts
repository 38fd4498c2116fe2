import { z } from 'zod';
import type { PrivacyLaw, PrivacyTables } from '../domain/privacyDeadlines.ts';
import { blank, isoDate, stateCode, wholeNumber, yesNo } from './columns.ts';
import { federalHolidays } from './holidays.ts';
import { type InForceBetween, readDatedTable } from './load.ts';
import { westernmostZone } from './stateZones.ts';

const unverified = z.literal('unverified').transform(() => null);

const Row = z
  .strictObject({
    state: stateCode,
    law: z.string().min(8),
    citation: z.string().min(8),
    valid_from: isoDate,
    valid_to: blank.or(isoDate),
    right_access: yesNo,
    right_correct: yesNo,
    right_delete: yesNo,
    right_portability: yesNo,
    right_optout_sale: yesNo,
    right_optout_targeted_ads: yesNo,
    right_optout_profiling: yesNo,
    right_limit_sensitive: yesNo,
    sensitive_model: z.string().min(3),
    response_days: wholeNumber,
    extension_days: wholeNumber,
    acknowledge_days: blank.or(wholeNumber), // empty: the policy's clock
    acknowledge_unit: blank.or(z.enum(['business_days', 'calendar_days'])),
    appeal_required: yesNo,
    appeal_response_days: blank.or(wholeNumber),
    appeal_extension_days: blank.or(wholeNumber),
    free_requests_per_year: wholeNumber,
    authorized_agent: yesNo.or(unverified),
    agent_scope: blank.or(z.enum(['all_rights', 'opt_out_only'])),
    universal_opt_out_required: yesNo,
    universal_opt_out_since: z.string(),
    cure_period_days: wholeNumber,
    cure_status: z.string(),
    child_age_threshold: wholeNumber,
    minor_rules: z.string(),
    denial_must_give_ag_contact: z.enum(['no', 'on_denial', 'on_appeal_denial', 'on_appeal_decision', 'unverified']),
    contact_regulator: z.string().min(3), // every denial and appeal decision names it, whatever the column before says
    business_contacts_covered: yesNo,
    in_force: z.string(),
    remarks: z.string(),
    confidence: z.string().min(3),
  })
  .transform((row, context): PrivacyLaw & InForceBetween & Shown => {
    if ((row.acknowledge_days === null) !== (row.acknowledge_unit === null)) {
      context.addIssue({ code: 'custom', path: ['acknowledge_unit'], message: 'days and their unit go together' });
      return z.NEVER;
    }
    const unit = row.acknowledge_unit === 'calendar_days' ? ('calendar' as const) : ('business' as const);
    return {
      state: row.state,
      law: row.law,
      citation: row.citation,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      responseDays: row.response_days,
      extensionDays: row.extension_days,
      acknowledge: row.acknowledge_days === null ? null : { days: row.acknowledge_days, unit },
      appealDays: row.appeal_response_days,
      businessContactsCovered: row.business_contacts_covered,
      regulator: row.contact_regulator,
      remarks: row.remarks,
      confidence: row.confidence,
    };
  });

/** What officers and answers name beside the dates. */
interface Shown {
  readonly state: string;
  readonly law: string;
  readonly regulator: string;
  readonly remarks: string;
  readonly confidence: string;
}

/** law/privacy.csv: the clocks of the states' privacy laws, by state and date. */
export const privacyLaw = readDatedTable('privacy.csv', 21, Row, ({ state }) => state);

/** What `requestDeadlines` asks. */
export const privacyTables: PrivacyTables = {
  westernmostZone,
  inForce: privacyLaw.inForce,
  holidays: federalHolidays.asObserved,
};
