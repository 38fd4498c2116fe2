import type { Temporal } from 'temporal-polyfill';

/** A promise with a clock. What opens one says which clause it keeps and on what the date rests. */
export interface KeptPromise {
  clause: `P${number}`;
  citation: string;
}

/** The promises that open obligations, with their source. */
export const promises = {
  'suppression.honoured': { clause: 'P11', citation: '15 U.S.C. 7704(a)(4)(A)(i); 16 CFR 316.5: ten business days' },
  'do_not_call.honoured': { clause: 'P12', citation: '47 CFR 64.1200(d)(3): ten business days; here at once' },
  'call.cleared': { clause: 'P12', citation: '16 CFR 310.4(b)(3)' },
  'registry.fresh': { clause: 'P12', citation: '16 CFR 310.4(b)(3)(iv): a registry no older than 31 days' },
  'backup.sound': { clause: 'P5', citation: 'Policy P5: automated database backups; P7: purged within 60 days' },
  'export.ready': { clause: 'P8', citation: 'Policy P8: a request is answered within 45 days, 30 for Californians' },
  'abuse.appeal': { clause: 'P3', citation: 'Policy P3: detection of abuse; an appeal is answered within five business days' },
  'billing.deleted': { clause: 'P7', citation: 'Policy P7: billing transaction records are kept for 7 years' },
  'breach.users': { clause: 'P6', citation: 'Policy P6: affected users are e-mailed within 72 hours of discovery' },
  'breach.regulators': { clause: 'P6', citation: 'Policy P6: regulators are notified as each state requires' },
  'breach.bureaus': { clause: 'P6', citation: 'Policy P6: credit bureaus are notified as each state requires' },
  'person.erased': { clause: 'P8', citation: 'Policy P8: a deletion is answered within 45 days, 30 for Californians' },
  'deletion.live': { clause: 'P7', citation: 'Policy P7: everything of a deleted account is erased within 30 days' },
  'deletion.backups': { clause: 'P7', citation: 'Policy P7: backups of a deleted account are purged within 60 days' },
  'breach.drill': { clause: 'P6', citation: 'Policy P6: a drill, nobody is affected' },
} as const satisfies Record<string, KeptPromise>;
export type ObligationKind = keyof typeof promises;

/** How an obligation closes: met up to and including its due instant, late after it. */
export function closing(dueAt: Temporal.Instant, metAt: Temporal.Instant): 'met' | 'late' {
  return metAt.epochNanoseconds <= dueAt.epochNanoseconds ? 'met' : 'late';
}
