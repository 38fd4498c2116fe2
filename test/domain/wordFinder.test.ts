import fc from 'fast-check';
import { wordFinder } from '../../domain/wordFinder.ts';

const found = (words: readonly string[], ...pieces: string[]): number[] => {
  const scan = wordFinder(words.map((word) => [word])).scan();
  for (const piece of pieces) scan.read(piece);
  return [...scan.found].sort((a, b) => a - b);
};

test.each([
  { words: ['he', 'she', 'his', 'hers'], pieces: ['ushers'], at: [0, 1, 3], because: 'a word may begin within another' },
  { words: ['ann', 'anna'], pieces: ['ANNA'], at: [0, 1], because: 'a capital is its letter' },
  { words: ['zoë'], pieces: ['ZOË'], at: [0], because: 'also with its marks' },
  { words: ['ann@x.example'], pieces: ['to ann@', 'x.example'], at: [0], because: 'it lies over the border of two pieces' },
  { words: ['abc', 'bc'], pieces: ['ab', 'dbc'], at: [1], because: 'after a wrong letter the tail goes on' },
  { words: ['same', 'SAME'], pieces: ['same'], at: [0, 1], because: 'two words that are spelled alike are both found' },
  { words: ['', 'x'], pieces: ['y'], at: [], because: 'an empty word is nowhere' },
  { words: [], pieces: ['anything'], at: [], because: 'there is nothing to look for' },
])('$words in $pieces: $at, $because', ({ words, pieces, at }) => {
  expect(found(words, ...pieces)).toEqual(at);
});

test('a word is found in any of its spellings', () => {
  const scan = wordFinder([['é', '\\303\\251'], ['never']]).scan();
  scan.read('caf\\303\\251');
  expect([...scan.found]).toEqual([0]);
});

test('it finds what a search for each word alone finds, however the text is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c'), maxLength: 40 });
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), { maxLength: 8 });
  fc.assert(
    fc.property(words, fc.array(text, { maxLength: 4 }), (looked, pieces) => {
      const whole = pieces.join('').toLowerCase();
      const expected = looked.flatMap((word, place) => (whole.includes(word) ? [place] : []));
      expect(found(looked, ...pieces)).toEqual(expected);
    }),
  );
});
