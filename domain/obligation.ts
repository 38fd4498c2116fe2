import type { Temporal } from 'temporal-polyfill';

/** A promise with a clock. What opens one says which clause it keeps and on what the date rests. */
export interface KeptPromise {
  clause: `P${number}`;
  citation: string;
}

/** The promises that open obligations, with their source. */
export const promises = {
  'suppression.honoured': { clause: 'P11', citation: '15 U.S.C. 7704(a)(4)(A)(i); 16 CFR 316.5: ten business days' },
} as const satisfies Record<string, KeptPromise>;
export type ObligationKind = keyof typeof promises;

/** How an obligation closes: met up to and including its due instant, late after it. */
export function closing(dueAt: Temporal.Instant, metAt: Temporal.Instant): 'met' | 'late' {
  return metAt.epochNanoseconds <= dueAt.epochNanoseconds ? 'met' : 'late';
}
