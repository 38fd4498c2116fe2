import type { BreachFacts } from './breachPlan.ts';

export type BreachedData = BreachFacts['data'][number];

/** What is known of an incident; it arrives in pieces and is corrected. An empty text: not known yet. */
export interface IncidentFacts {
  readonly discoveredAt: string;
  readonly determinedAt: string | null;
  /** When it happened, in words: a date, or a range that is an estimate. */
  readonly happened: string;
  readonly nature: string;
  readonly data: BreachedData[];
  /** Categories beside those that laws name. */
  readonly otherData: string;
  readonly systems: string;
  readonly encrypted: boolean;
  readonly keySafe: boolean;
  /** The credentials are those of the mailboxes that the notices would go to: then never there (Cal. Civ. Code 1798.82(j)(5)). */
  readonly mailboxesLeaked: boolean;
  readonly steps: string;
  readonly advice: string;
  /** Telephone number and address for questions. */
  readonly contact: string;
  readonly nyDfsCoveredEntity: boolean;
  /** Everybody affected is in the scope; false: some are unknown yet. */
  readonly isScopeKnown: boolean;
}

export const noFacts: Omit<IncidentFacts, 'discoveredAt'> = {
  determinedAt: null,
  happened: '',
  nature: '',
  data: [],
  otherData: '',
  systems: '',
  encrypted: false,
  keySafe: false,
  mailboxesLeaked: false,
  steps: '',
  advice: '',
  contact: '',
  nyDfsCoveredEntity: false,
  isScopeKnown: false,
};

const wanted = {
  nature: 'what happened',
  happened: 'when it happened',
  systems: 'which systems were hit',
  steps: 'what is being done',
  advice: 'what people can do to protect themselves',
  contact: 'whom to ask, with a telephone number',
} as const satisfies Partial<Record<keyof IncidentFacts, string>>;

/** What P6 wants in every notice and nobody has said yet. */
export function missingFacts(facts: IncidentFacts): string[] {
  const missing: string[] = Object.entries(wanted).flatMap(([name, words]) =>
    facts[name as keyof typeof wanted].trim() === '' ? [words] : [],
  );
  if (facts.data.length === 0 && facts.otherData.trim() === '') missing.push('which categories of data');
  if (!facts.isScopeKnown) missing.push('everybody who is affected');
  return missing;
}
