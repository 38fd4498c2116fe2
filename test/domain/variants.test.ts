import fc from 'fast-check';
import { Definition, type EmailStep, type VariantId, variantIds } from '../../domain/sequence.ts';
import { stillRunning, variantFor, worded, wordingsOf } from '../../domain/variants.ts';

const definition = Definition.parse({
  steps: [
    {
      id: 'hello',
      kind: 'email',
      after: { hours: 0 },
      subject: 'Hello',
      text: 'We make clocks.',
      variants: [
        { id: 'b', subject: 'Clocks', text: 'Do you need clocks?', html: '<p>Clocks?</p>' },
        { id: 'd', subject: 'Time', text: 'It is late.' },
      ],
    },
    { id: 'again', kind: 'email', after: { days: 1 }, subject: '', text: 'Any thoughts?' },
    { id: 'call', kind: 'call', after: { days: 1 }, title: 'Call' },
  ],
});
const hello = definition.steps[0] as EmailStep;
const person = fc.uuid();
const step = fc.constantFrom('s/hello', 's/again', 't/hello');
const among = fc.uniqueArray(fc.constantFrom(...variantIds), { minLength: 1 });

test('the same person has the same words of a step, whoever asks and in whatever order the variants stand', () => {
  fc.assert(
    fc.property(person, step, among, (who, which, variants) => {
      const given = variantFor(who, which, variants);
      return variants.includes(given) && variantFor(who, which, [...variants].reverse()) === given;
    }),
  );
});

test('when a variant is stopped, only its own people get other words', () => {
  fc.assert(
    fc.property(person, step, among, fc.nat(3), (who, which, variants, n) => {
      const before = variantFor(who, which, variants);
      const stopped = variants[n % variants.length];
      const left = variants.filter((variant) => variant !== stopped);
      return left.length === 0 || before === stopped || variantFor(who, which, left) === before;
    }),
  );
});

/** Ids as they come from the database, and others that differ in their last digits only. */
const crowd = Array.from({ length: 12_000 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);

test.each([
  { variants: ['a', 'b'], because: 'halves' },
  { variants: ['a', 'b', 'c'], because: 'thirds' },
  { variants: ['b', 'd'], because: 'what is left after two were stopped' },
  { variants: ['a', 'b', 'c', 'd'], because: 'quarters' },
] as { variants: VariantId[]; because: string }[])('people are split evenly: $because', ({ variants }) => {
  const counts = new Map<VariantId, number>();
  for (const who of crowd) {
    const variant = variantFor(who, 's/hello', variants);
    counts.set(variant, (counts.get(variant) ?? 0) + 1);
  }
  const fair = crowd.length / variants.length;
  // Five deviations of a fair draw: nobody's luck, for these people are always the same.
  for (const variant of variants) expect(Math.abs((counts.get(variant) ?? 0) - fair)).toBeLessThan(5 * Math.sqrt(fair));
});

test('who has `a` of one step has any of the next, so that one test tells nothing about the other', () => {
  const both = crowd.filter((who) => variantFor(who, 's/hello', ['a', 'b']) === variantFor(who, 's/again', ['a', 'b'])).length;
  expect(Math.abs(both - crowd.length / 2)).toBeLessThan(5 * Math.sqrt(crowd.length / 4));
});

test.each<{ won: VariantId | null; stopped: VariantId[]; left: VariantId[]; because: string }>([
  { won: null, stopped: [], left: ['a', 'b', 'd'], because: 'all run' },
  { won: null, stopped: ['a'], left: ['b', 'd'], because: 'the own words can be stopped like any' },
  { won: 'd', stopped: ['a'], left: ['d'], because: 'later people get the winner' },
  { won: null, stopped: ['a', 'b', 'd'], left: ['a', 'b', 'd'], because: 'somebody who is due must get some words' },
])('still running: $because', ({ won, stopped, left }) => {
  expect(stillRunning(['a', 'b', 'd'], { won, stopped: new Set(stopped) })).toEqual(left);
});

test('a worded sequence has one wording a step, and is otherwise the same', () => {
  expect(worded(definition, new Map([['hello', 'b']])).steps).toEqual([
    { ...hello, variants: undefined, subject: 'Clocks', text: 'Do you need clocks?', html: '<p>Clocks?</p>' },
    ...definition.steps.slice(1),
  ]);
  const own = [{ ...hello, variants: undefined }, ...definition.steps.slice(1)];
  expect(worded(definition, new Map()).steps).toEqual(own);
  expect(worded(definition, new Map([['hello', 'c']])).steps).toEqual(own); // a letter that these words do not have
});

test('wordings come with the own first', () => {
  expect(wordingsOf(hello).map(({ variant }) => variant)).toEqual(['a', 'b', 'd']);
});
