import { wordFinder } from '../../domain/wordFinder.ts';

/** How many of the words were found, of the deleted account's people and of those of the account that stays. */
export interface Found {
  deleted: number;
  control: number;
}

/** Both accounts' words at once, in one pass over whatever is searched. */
export type Search = (source: AsyncIterable<Buffer | string> | Iterable<Buffer | string>) => Promise<Found>;

export function searchFor(words: { deleted: readonly string[]; control: readonly string[] }): Search {
  const finder = wordFinder([...words.deleted, ...words.control].map(spellings));
  return async (source) => {
    const scan = finder.scan();
    for await (const piece of source) scan.read(typeof piece === 'string' ? `${piece}\n` : piece.toString('latin1'));
    const places = [...scan.found];
    const deleted = places.filter((place) => place < words.deleted.length).length;
    return { deleted, control: places.length - deleted };
  };
}

/** As text, and as a dump shows bytes. */
const spellings = (word: string): string[] => [
  word,
  ...[word, word.toLowerCase()].map((each) => Buffer.from(each).toString('hex')),
];
