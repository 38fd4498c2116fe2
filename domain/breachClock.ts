import { Temporal } from 'temporal-polyfill';

/** Officers are reminded at these hours after discovery (P6). */
export const REMINDER_HOURS = [24, 48, 60, 66] as const;
/** From here on a regulator that must hear before the users is shown in red. */
export const RED_HOURS = 60;
const PROMISE_HOURS = 72;
const SPARE_HOURS = 1;
/** Until a drill has measured what the mail server takes. */
export const UNMEASURED_PER_SECOND = 10;

/**
 * When the notice starts without anybody's approval, so that the last person has it by hour 72 (P6): 72 h less the sending time at half
 * the measured rate less an hour, at hour 71 at the latest. It may lie before the discovery was recorded: then it starts at once.
 */
export function defaultNoticeAt({
  discoveredAt,
  people,
  perSecond,
}: {
  discoveredAt: string;
  people: number;
  perSecond: number;
}): string {
  const sendingMs = Math.ceil((people / (perSecond / 2)) * 1000);
  return Temporal.Instant.from(discoveredAt)
    .add({ hours: PROMISE_HOURS - SPARE_HOURS })
    .subtract({ milliseconds: sendingMs })
    .toString();
}

/** An instant of a drill's clock, which runs `factor` times faster from the discovery on. */
export function compressed(at: string, discoveredAt: string, factor: number): string {
  if (factor === 1) return at;
  const discovered = Temporal.Instant.from(discoveredAt);
  const ms = Temporal.Instant.from(at).epochMilliseconds - discovered.epochMilliseconds;
  return discovered.add({ milliseconds: Math.round(ms / factor) }).toString();
}

/** The instant `hours` after the discovery. */
export function hoursAfter(discoveredAt: string, hours: number, factor: number): string {
  return compressed(Temporal.Instant.from(discoveredAt).add({ hours }).toString(), discoveredAt, factor);
}
