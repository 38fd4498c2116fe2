import { Temporal } from 'temporal-polyfill';

/** P7: billing transaction records are kept for 7 years, and not for longer than it takes to delete them. */
const YEARS = 7;
const DAYS_TO_DELETE = 30;
/** The day ends here last: wherever the customer is, the whole of it has been kept. */
const LAST_ZONE = 'Etc/GMT+12';

export interface BillingRetention {
  /** ISO date, the last day on which the record must be there. */
  readonly lastDay: string;
  /** Nobody deletes it before. */
  readonly keepUntil: Temporal.Instant;
  /** And it is gone by then. */
  readonly deleteBy: Temporal.Instant;
}

/** How long the record of a transaction is kept. One of 29 February is kept through 1 March: never a day less than seven years. */
export function billingRetention(occurredOn: string): BillingRetention {
  const day = Temporal.PlainDate.from(occurredOn);
  const anniversary = day.add({ years: YEARS });
  const lastDay = anniversary.day === day.day ? anniversary : anniversary.add({ days: 1 });
  const keepUntil = lastDay.add({ days: 1 }).toZonedDateTime(LAST_ZONE).toInstant();
  return { lastDay: lastDay.toString(), keepUntil, deleteBy: keepUntil.add({ hours: 24 * DAYS_TO_DELETE }) };
}
