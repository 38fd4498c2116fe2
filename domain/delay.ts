import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { addBusinessDays } from './businessDays.ts';
import type { Holidays } from './holidays.ts';

/** How long a step waits after the one before it. */
export const Delay = z.union([
  z.strictObject({
    hours: z
      .number()
      .nonnegative()
      .max(24 * 366),
  }),
  z.strictObject({ days: z.int().nonnegative().max(366) }),
  z.strictObject({ businessDays: z.int().nonnegative().max(260) }),
]);
export type Delay = z.infer<typeof Delay>;

/**
 * `at` plus the delay. Hours are time that passes; days and business days keep the time on the person's clock, also when the clocks
 * change in between (an hour that is jumped over becomes the one after it, an hour that comes twice its first coming).
 */
export function addDelay(at: Temporal.Instant | string, delay: Delay, zone: string, holidays: Holidays): Temporal.Instant {
  const start = typeof at === 'string' ? Temporal.Instant.from(at) : at;
  if ('hours' in delay) return start.add({ milliseconds: Math.round(delay.hours * 3_600_000) });
  const local = start.toZonedDateTimeISO(zone);
  if ('days' in delay) return local.add({ days: delay.days }).toInstant();
  if (delay.businessDays === 0) return start;
  const due = addBusinessDays(local.toPlainDate().toString(), delay.businessDays, holidays);
  return Temporal.PlainDate.from(due).toZonedDateTime({ timeZone: zone, plainTime: local.toPlainTime() }).toInstant();
}
