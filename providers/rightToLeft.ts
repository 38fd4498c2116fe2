import bidiFactory from 'bidi-js';

const bidi = bidiFactory();
/** Letters that are written from right to left, and the marks that order them. */
const turning = /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export const hasRightToLeft = (text: string): boolean => turning.test(text);

/** Letters that stand together, in the order in which they are read. */
export interface Run {
  text: string;
  isRightToLeft: boolean;
}

/** The runs of a line in the order in which they stand from left to right (UAX #9). Our documents are English: a line begins on the left. */
export function standingRuns(line: string): Run[] {
  const embedding = bidi.getEmbeddingLevels(line, 'ltr');
  const mirrored = bidi.getMirroredCharactersMap(line, embedding.levels);
  const runs: { text: string; level: number }[] = [];
  for (let at = 0; at < line.length; at += 1) {
    const level = embedding.levels[at] ?? 0;
    const letter = mirrored.get(at) ?? line[at] ?? '';
    const last = runs.at(-1);
    if (last !== undefined && last.level === level) last.text += letter;
    else runs.push({ text: letter, level });
  }
  const deepest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = deepest; level > 0; level -= 1) turn(runs, (run) => run.level >= level); // rule L2
  return runs.map(({ text, level }) => ({ text, isRightToLeft: level % 2 === 1 }));
}

/** Turns each stretch of what is chosen around, in place. */
function turn<Item>(items: Item[], isChosen: (item: Item) => boolean): void {
  for (let from = 0; from < items.length; from += 1) {
    let until = from;
    for (let item = items[until]; item !== undefined && isChosen(item); item = items[until]) until += 1;
    if (until > from) items.splice(from, until - from, ...items.slice(from, until).reverse());
    from = Math.max(from, until);
  }
}
