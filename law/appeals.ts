import { Temporal } from 'temporal-polyfill';
import { APPEAL_BUSINESS_DAYS } from '../domain/abuse.ts';
import { addBusinessDays } from '../domain/businessDays.ts';
import { federalHolidays, holidayTable } from './holidays.ts';

/** When an appeal against a measure is answered at the latest: our own promise, counted as opt-outs are (law/optOut.ts). */
export function appealDeadline(askedAt: Date): { dueAt: Date; basis: Record<string, unknown> } {
  const received = Temporal.Instant.fromEpochMilliseconds(askedAt.getTime()).toZonedDateTimeISO('Pacific/Honolulu');
  const receivedDate = received.toPlainDate().toString();
  const lastDay = addBusinessDays(receivedDate, APPEAL_BUSINESS_DAYS, federalHolidays.asObserved);
  const due = Temporal.PlainDate.from(lastDay).add({ days: 1 }).toZonedDateTime('America/New_York');
  return {
    dueAt: new Date(due.epochMilliseconds),
    basis: {
      receivedAt: askedAt.toISOString(),
      receivedDate,
      lastDay,
      businessDays: APPEAL_BUSINESS_DAYS,
      table: holidayTable.version,
    },
  };
}
