/** Reads a text, piece by piece, and remembers which words were in it; a word may lie over the border of two pieces. */
export interface WordScan {
  read(piece: string): void;
  /** Places of the words that were found. */
  readonly found: ReadonlySet<number>;
}

/**
 * Finds many words in a text of any length in one pass, in whatever case: a step a letter, however many words there are (Aho and Corasick,
 * Communications of the ACM 18, 1975). `words`: each in every spelling in which it may stand.
 */
export function wordFinder(words: readonly (readonly string[])[]): { scan(): WordScan } {
  const spelled = words.map((spellings) => spellings.map((word) => word.toLowerCase()).filter((word) => word !== ''));
  const { classOf, classes } = classesOf(spelled.flat());
  const { next, ends, endAt } = machineOf(spelled, classOf, classes);

  return {
    scan() {
      const found = new Set<number>();
      let state = 0;
      return {
        found,
        read(piece) {
          for (let at = 0; at < piece.length; at += 1) {
            state = next[state * classes + (classOf[piece.charCodeAt(at)] ?? 0)] ?? 0;
            for (let end = endAt[state] ?? 0; end !== 0; end = ends.get(end)?.shorter ?? 0)
              for (const word of ends.get(end)?.words ?? []) found.add(word);
          }
        },
      };
    },
  };
}

/** Letters that no word has are all one class, 0; a letter and its capital are one. */
function classesOf(words: readonly string[]): { classOf: Uint16Array; classes: number } {
  const classOf = new Uint16Array(65_536);
  let classes = 1;
  for (const letter of new Set(words.flatMap((word) => word.split('')))) {
    classOf[letter.charCodeAt(0)] = classes;
    const capital = letter.toUpperCase();
    if (capital.length === 1) classOf[capital.charCodeAt(0)] = classes;
    classes += 1;
  }
  return { classOf, classes };
}

/** Where a word ends: which ones, and the next shorter end that is a tail of it. */
interface End {
  words: number[];
  shorter: number;
}

/** The tree of all words, each state filled up with where the longest tail of what was read goes on. */
function machineOf(words: readonly (readonly string[])[], classOf: Uint16Array, classes: number) {
  const most = 1 + words.flat().reduce((sum, word) => sum + word.length, 0);
  const next = new Int32Array(most * classes);
  const ends = new Map<number, End>();
  let states = 1;
  for (const [place, spellings] of words.entries()) {
    for (const word of spellings) {
      let state = 0;
      for (let at = 0; at < word.length; at += 1) {
        const edge = state * classes + (classOf[word.charCodeAt(at)] ?? 0);
        if (next[edge] === 0) next[edge] = states++;
        state = next[edge] ?? 0;
      }
      ends.set(state, { words: [...(ends.get(state)?.words ?? []), place], shorter: 0 });
    }
  }

  /** The longest end that a state's text has as its tail. */
  const endAt = new Int32Array(states);
  const tailOf = new Int32Array(states);
  const waiting = [0]; // by their depth, so that a tail is finished before what it is the tail of
  for (const state of waiting) {
    const tail = tailOf[state] ?? 0;
    const end = ends.get(state);
    endAt[state] = end ? state : (endAt[tail] ?? 0);
    if (end) end.shorter = endAt[tail] ?? 0;
    for (let letter = 1; letter < classes; letter += 1) {
      const edge = state * classes + letter;
      const onward = state === 0 ? 0 : (next[tail * classes + letter] ?? 0);
      const child = next[edge] ?? 0;
      if (child === 0) next[edge] = onward;
      else {
        tailOf[child] = onward;
        waiting.push(child);
      }
    }
  }
  return { next, ends, endAt };
}
