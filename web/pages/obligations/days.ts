/** The viewer's time zone: in it a day begins and ends. */
export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** From the first to the last instant of a day in the viewer's zone; none for none. */
export function dayBounds(day: string | undefined): { dueFrom?: string; dueTo?: string } {
  const from = new Date(`${day ?? ''}T00:00:00`); // without an offset: the viewer's
  if (Number.isNaN(from.getTime())) return {};
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { dueFrom: from.toISOString(), dueTo: new Date(to.getTime() - 1).toISOString() };
}

/** `2026-11` of an instant, in the viewer's zone. */
export function monthOf(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;
}

export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return monthOf(new Date(year, number - 1 + months, 1));
}

/** The weeks of a month, Monday first; null where a week reaches into another month. */
export function weeksOf(month: string): (string | null)[][] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(year, number, 0).getDate();
  const before = (new Date(year, number - 1, 1).getDay() + 6) % 7;
  const days = [
    ...Array.from({ length: before }, () => null),
    ...Array.from({ length }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`),
  ];
  const weeks = Array.from({ length: Math.ceil(days.length / 7) }, (_, week) => days.slice(7 * week, 7 * week + 7));
  return weeks.map((week) => [...week, ...Array.from({ length: 7 - week.length }, () => null)]);
}
