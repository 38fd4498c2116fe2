/** The person's own clock, told by Intl alone: tests of sent instants must not ask the rules that chose them. */
export interface Local {
  date: string; // ISO
  time: string; // HH:MM
  weekday: string; // Mon
}

export function localIn(zone: string, instant: Date): Local {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
    weekday: part('weekday'),
  };
}

/** Federal holidays of the tests' weeks, by hand. */
const holidays = ['2026-11-26', '2026-12-25', '2027-01-01'];

export const isBusinessDay = (date: string): boolean => {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.includes(date);
};

export function businessDaysAfter(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  for (let counted = 0; counted < days; ) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (isBusinessDay(day.toISOString().slice(0, 10))) counted += 1;
  }
  return day.toISOString().slice(0, 10);
}
