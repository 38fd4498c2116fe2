/** ISO dates, Monday to Sunday. */
export type Week = readonly string[];

/** The whole weeks from the one with `from` to the one with `until`; both ISO dates. */
export function weeksBetween(from: string, until: string): Week[] {
  const weeks: Week[] = [];
  const monday = new Date(`${from}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  while (isoOf(monday) <= until || weeks.length === 0) {
    weeks.push(
      Array.from({ length: 7 }, () => {
        const date = isoOf(monday);
        monday.setUTCDate(monday.getUTCDate() + 1);
        return date;
      }),
    );
  }
  return weeks;
}

function isoOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
