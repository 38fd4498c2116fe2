import type { Report } from './report.ts';

/** What is aimed at, beside what was measured. */
const aims: Readonly<Record<string, string>> = {
  ratioToWorkflowPerRecipient: '>= 80',
  ratioToBareMailLibrary: '>= 3',
  importRatioToBareCopy: '>= 0.4',
  unsubscribeP99Ms: '< 50',
  begunAfterUnsubscribe: '0',
  clearanceP99Ratio: '<= 3',
  historyBytesPerRecipient: 'the larger launch at most 1.1 times the smaller',
};

export function asTable(report: Report): string {
  const rows = Object.entries(report).flatMap(([name, value]: [string, unknown]) =>
    flat(name, value).map(([label, text], index) => [label, text, index === 0 ? (aims[name] ?? '') : ''] as const),
  );
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([label, text, aim]) => `${label.padEnd(width(0))}  ${text.padStart(width(1))}  ${aim}`.trimEnd()).join('\n');
}

/** One line a number, named by the way to it. */
function flat(name: string, value: unknown): [string, string][] {
  if (typeof value === 'number') return [[name, value.toLocaleString('en-US')]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => flat(`${name} ${key}`, inner));
}
