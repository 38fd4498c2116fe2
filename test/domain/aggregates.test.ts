import fc from 'fast-check';
import { fewestPeople, publishable } from '../../domain/aggregates.ts';

const cells = (...people: number[]) => people.map((each, i) => ({ cell: String.fromCharCode(97 + i), people: each }));
const shownOf = (...people: number[]) => publishable(cells(...people)).shown.map(({ people: each }) => each);

test.each([
  { people: [10, 20], shown: [10, 20], because: 'ten are enough' },
  { people: [9, 20, 30], shown: [30], because: 'nine alone would be total minus the rest: the next smallest hides with it' },
  { people: [4, 5, 20, 30], shown: [30], because: 'two small ones are nine people together' },
  { people: [9, 9, 20], shown: [20], because: 'two hidden cells with eighteen people tell nobody apart' },
  { people: [3, 4], shown: [], because: 'not even the total may be told' },
  { people: [9, 40], shown: [], because: 'of two cells one cannot hide alone' },
  { people: [], shown: [], because: 'nobody' },
])('$people shows $shown: $because', ({ people, shown }) => {
  expect(shownOf(...people)).toEqual(shown);
});

test('no number that is shown, nor a difference between them, is of fewer than ten people', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 12 }), (people) => {
      const { total, shown } = publishable(cells(...people));
      for (const cell of shown) expect(cell.people).toBeGreaterThanOrEqual(fewestPeople);
      if (total === null) return expect(shown).toEqual([]);
      const hidden = total - shown.reduce((all, cell) => all + cell.people, 0);
      const hiddenCells = people.filter((each) => each > 0).length - shown.length;
      expect(hidden === 0 || hidden >= fewestPeople).toBe(true);
      expect(hiddenCells).not.toBe(shown.length === 0 ? -1 : 1);
    }),
  );
});
