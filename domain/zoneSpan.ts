import { Temporal } from 'temporal-polyfill';

/** A stretch of time in which a zone keeps one offset: from one change of its clocks (included) to the next (excluded), in epoch milliseconds. */
export interface ZoneSpan {
  readonly from: number;
  readonly until: number;
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

// What a zone's rules say does not change while we run, and asking them costs a thousand times more than looking here.
const knownSpans = new Map<string, ZoneSpan[]>();

/** The span around an instant. Throws a RangeError for a zone that does not exist. */
export function zoneSpanAt(zone: string, epochMs: number): ZoneSpan {
  const spans = knownSpans.get(zone) ?? [];
  for (const span of spans) if (span.from <= epochMs && epochMs < span.until) return span;
  const span = workOut(zone, epochMs);
  spans.push(span);
  knownSpans.set(zone, spans);
  return span;
}

function workOut(zone: string, epochMs: number): ZoneSpan {
  const here = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  const before = here.add({ milliseconds: 1 }).getTimeZoneTransition('previous'); // "previous" excludes the instant itself
  const after = here.getTimeZoneTransition('next');
  return {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: here.offsetNanoseconds / 1e6,
  };
}
