export interface Callee {
  /** E.164; null: no number that anybody could dial. */
  readonly number: string | null;
  /** As the contact's address spells it. */
  readonly state: string;
  /** The same; absent: nobody knows. */
  readonly country?: string | undefined;
  readonly zone: string | null;
}

/** What the tenant has switched, by state. */
export interface CallingSwitches {
  /** States whose exemption of business-to-business calls the tenant uses, with a reason. */
  readonly exemptions: readonly string[];
  readonly bans: readonly { readonly state: string; readonly reason: string }[];
}

export interface CallFacts extends CallingSwitches {
  readonly callee: Callee;
  readonly at: Date;
  /** On the internal list, or opted out of everything. */
  readonly isRequested: boolean;
  /** The lists that are loaded for the number's area code. */
  readonly registries: readonly { readonly list: string; readonly dataOn: string; readonly isListed: boolean }[];
  /** Whether the number has had another holder since it came to us. */
  readonly reassigned: 'yes' | 'no' | 'no data' | 'not asked';
  /** When this person was dialled lately, oldest first. */
  readonly attempts: readonly Date[];
}

export type Because =
  | 'do_not_call_request'
  | 'reassigned'
  | 'no_rules'
  | 'emergency_ban'
  | 'registry_missing'
  | 'registry_stale'
  | 'registry_listed'
  | 'outside_window'
  | 'too_many_attempts';

export interface Judgment {
  readonly because: Because | null;
  /** For people; empty when allowed. */
  readonly detail: string;
  readonly citation: string;
  readonly allowedUntil: Date | null;
  /** When the refusal ends by itself, as far as hours and attempts go. */
  readonly opensAt: Date | null;
  /** Rules and versions that decided it; no personal data. */
  readonly basis: { readonly lists: Readonly<Record<string, string>>; readonly [fact: string]: unknown };
}
