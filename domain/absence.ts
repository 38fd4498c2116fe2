import { Temporal } from 'temporal-polyfill';

/** A person who does not say when to be back is written to again after so long. */
const assumedDays = 7;

/**
 * When an absent person may be written to again: at the start of the day of return on the person's own clock; of several zones that may
 * be the person's, the last to begin that day. A day that has begun already tells nothing of the rest of it: then the next day.
 */
export function endOfAbsence(returnsOn: string | null, zones: readonly string[], now: Temporal.Instant): Temporal.Instant {
  const begins = zones.map((zone) => {
    const today = now.toZonedDateTimeISO(zone).toPlainDate();
    const stated = returnsOn === null ? today.add({ days: assumedDays }) : Temporal.PlainDate.from(returnsOn);
    const tomorrow = today.add({ days: 1 });
    const day = Temporal.PlainDate.compare(stated, tomorrow) < 0 ? tomorrow : stated;
    return day.toZonedDateTime(zone).toInstant();
  });
  return begins.reduce((latest, begin) => (Temporal.Instant.compare(begin, latest) > 0 ? begin : latest), now);
}
