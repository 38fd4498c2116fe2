/** No fewer distinct people may stand behind a number that stays when they are gone (P7). */
export const fewestPeople = 10;

export interface Cell {
  readonly cell: string;
  /** Distinct people; nobody is in two cells of a measure. */
  readonly people: number;
}

/**
 * The cells of a measure that may stay. Small ones are hidden, and then as many more, the smallest first, that what is left when one takes
 * the shown cells from the total are at least two cells and ten people: otherwise the difference would tell the hidden one.
 */
export function publishable(cells: readonly Cell[]): { total: number | null; shown: Cell[] } {
  const filled = cells.filter(({ people }) => people > 0).sort((a, b) => a.people - b.people || (a.cell < b.cell ? -1 : 1));
  const total = sum(filled);
  if (total < fewestPeople) return { total: null, shown: [] };
  let hidden = filled.filter(({ people }) => people < fewestPeople).length;
  while (hidden > 0 && hidden < filled.length && (hidden < 2 || sum(filled.slice(0, hidden)) < fewestPeople)) hidden += 1;
  return { total, shown: filled.slice(hidden) };
}

const sum = (cells: readonly Cell[]): number => cells.reduce((all, { people }) => all + people, 0);
