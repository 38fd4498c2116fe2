import { useLegalClock } from '../shell/legalClock.tsx';

const full = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' });
const short = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NEAR = 7 * DAY;

/** An instant: near ones relative to the workspace's legal time, others as date and time in the viewer's zone; the whole on hover and in print. */
export function When({ at, absolute = false }: { at: string | null | undefined; absolute?: boolean }) {
  const { now } = useLegalClock();
  if (at === null || at === undefined) return <span aria-label="none">–</span>;
  const date = new Date(at);
  const distance = date.getTime() - now;
  return (
    <time dateTime={at} title={full.format(date)}>
      {absolute || now === 0 || Math.abs(distance) > NEAR ? short.format(date) : near(distance)}
    </time>
  );
}

function near(distance: number): string {
  const size = Math.abs(distance);
  if (size < MINUTE) return distance > 0 ? 'in a moment' : 'just now';
  if (size < HOUR) return relative.format(Math.round(distance / MINUTE), 'minute');
  if (size < DAY) return relative.format(Math.round(distance / HOUR), 'hour');
  return relative.format(Math.round(distance / DAY), 'day');
}

/** When something that waits will go: what could go already goes now. */
export function Next({ at }: { at: string }) {
  const { now } = useLegalClock();
  return Date.parse(at) <= now ? <>now</> : <When at={at} />;
}

/** How long is left until a deadline, in words; `overdue` past it. `isBare`: the words around it say that it is left. */
export function TimeLeft({ until, isBare = false }: { until: string; isBare?: boolean }) {
  const { now } = useLegalClock();
  const left = Date.parse(until) - now;
  return <span className="tabular">{left < 0 ? `overdue by ${span(-left)}` : `${span(left)}${isBare ? '' : ' left'}`}</span>;
}

/** To the minute as long as hours count: the clocks of a breach are of 72. */
function span(size: number): string {
  const minutes = Math.max(1, Math.floor(size / MINUTE));
  if (size < HOUR) return `${minutes} min`;
  if (size <= 3 * DAY) return `${Math.floor(size / HOUR)} h ${minutes % 60} min`;
  return `${Math.floor(size / DAY)} days`;
}
