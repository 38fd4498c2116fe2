import fc from 'fast-check';
import {
  type Arm,
  chanceOf,
  enoughConfidence,
  lookAt,
  mostAnswered,
  mostOptedOut,
  rateBetween,
  responsesForLook,
} from '../../domain/variantTest.ts';
import type { VariantId } from '../../domain/sequence.ts';
import { variantFor } from '../../domain/variants.ts';

const arm = (variant: VariantId, responses: number, people: number): Arm => ({ variant, responses, people });

test.each([
  { a: [4, 4], b: [0, 4], chance: 1 / 70, because: "Fisher's tea: all four cups right" },
  { a: [3, 4], b: [1, 4], chance: 17 / 70, because: "Fisher's tea: three of four" },
  { a: [10, 15], b: [3, 15], chance: 0.0127, because: 'exact2x2 and R give the same' },
  { a: [0, 50], b: [5, 50], chance: 1, because: 'fewer is no sign of more' },
  { a: [2, 50], b: [2, 50], chance: 0.6913, because: 'the same rate' },
  { a: [600, 20_000], b: [500, 20_000], chance: 0.0012, because: 'as many as a large launch has' },
  { a: [1, 1_000], b: [999, 1_000], chance: 1, because: 'far below the expected number a term has no number of its own' },
  { a: [999, 1_000], b: [1, 1_000], chance: 0, because: 'nor has it far above' },
  { a: [0, 0], b: [3, 10], chance: 1, because: 'nobody tells nothing' },
])('chance of $a against $b: $because', ({ a: [x = 0, n = 0], b: [y = 0, m = 0], chance }) => {
  expect(chanceOf(arm('a', x, n), arm('b', y, m))).toBeCloseTo(chance, 3);
});

const choose = (n: number, k: number): bigint => {
  let product = 1n;
  for (let i = 1; i <= k; i += 1) product = (product * BigInt(n - k + i)) / BigInt(i);
  return k < 0 || k > n ? 0n : product;
};

test('the chance is the sum of all tables at least as telling, counted one by one', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (n, m, x, y) => {
      const one = arm('a', Math.min(x, n), n);
      const other = arm('b', Math.min(y, m), m);
      const responses = one.responses + other.responses;
      let ways = 0n;
      for (let k = one.responses; k <= responses; k += 1) ways += choose(n, k) * choose(m, responses - k);
      const all = choose(n + m, responses);
      return Math.abs(chanceOf(one, other) - Number((ways * 1_000_000_000n) / all) / 1e9) < 1e-7;
    }),
  );
});

test('one more response never makes a variant look less answered', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }), fc.nat(), fc.nat(), (n, m, x, y) => {
      const other = arm('b', y % (m + 1), m);
      const fewer = x % n;
      return chanceOf(arm('a', fewer + 1, n), other) <= chanceOf(arm('a', fewer, n), other) + 1e-9;
    }),
  );
});

test.each([
  { responses: 0, look: 0, because: 'nothing to look at' },
  { responses: 7, look: 0, because: 'one too few' },
  { responses: 8, look: 1, because: 'the first' },
  { responses: 15, look: 1, because: 'still the first' },
  { responses: 16, look: 2, because: 'twice as many' },
  { responses: 1_024, look: 8, because: 'eight looks see a thousand replies' },
])('$responses responses are look $look: $because', ({ responses, look }) => {
  expect(lookAt(responses)).toBe(look);
  if (look > 0) expect(responsesForLook(look)).toBeLessThanOrEqual(responses);
});

test('all looks together may err no more often than one test may', () => {
  const spent = Array.from({ length: 1_000 }, (_, n) => 1 / ((n + 1) * (n + 2))).reduce((sum, part) => sum + part, 0);
  expect(spent).toBeLessThan(1);
});

test.each<{ arms: Arm[]; variants?: number; variant: VariantId | null; isSure: boolean; because: string }>([
  { arms: [arm('a', 0, 40), arm('b', 8, 40)], variant: 'b', isSure: true, because: 'the first look shows only what is plain' },
  { arms: [arm('a', 1, 40), arm('b', 7, 40)], variant: 'b', isSure: false, because: 'seven of eight may be luck' },
  { arms: [arm('a', 0, 40), arm('b', 7, 40)], variant: 'b', isSure: false, because: 'too few to look' },
  { arms: [arm('a', 2, 200), arm('b', 14, 200)], variant: 'b', isSure: true, because: 'the second look' },
  { arms: [arm('a', 20, 200), arm('b', 32, 200)], variant: 'b', isSure: false, because: 'p = 0.05 at the third look is luck' },
  { arms: [arm('a', 100, 1_000), arm('b', 160, 1_000)], variant: 'b', isSure: true, because: 'many people' },
  { arms: [arm('a', 2, 200), arm('b', 14, 200)], variants: 8, variant: 'b', isSure: false, because: 'of many one is lucky' },
  {
    arms: [arm('a', 2, 200), arm('b', 14, 200), arm('c', 13, 200)],
    variant: 'b',
    isSure: false,
    because: 'it must beat each of the others',
  },
  { arms: [arm('a', 0, 40), arm('b', 0, 40)], variant: null, isSure: false, because: 'nobody answered' },
  { arms: [arm('a', 30, 40)], variant: 'a', isSure: false, because: 'one alone has beaten nobody' },
])('a winner? $because', ({ arms, variants = arms.length, variant, isSure }) => {
  const judged = mostAnswered(arms, variants);
  expect({ variant: judged.variant, isSure: judged.confidence >= enoughConfidence }).toEqual({ variant, isSure });
});

test.each<{ arms: Arm[]; variant: VariantId; isSure: boolean; because: string }>([
  { arms: [arm('a', 0, 100), arm('b', 8, 100)], variant: 'b', isSure: true, because: 'eight opt-outs on one side' },
  { arms: [arm('a', 3, 100), arm('b', 5, 100)], variant: 'b', isSure: false, because: 'about the same' },
  {
    arms: [arm('a', 1, 100), arm('b', 14, 100), arm('c', 1, 100)],
    variant: 'b',
    isSure: true,
    because: 'against all others together',
  },
  { arms: [arm('a', 8, 2_000), arm('b', 8, 200)], variant: 'b', isSure: true, because: 'the rate counts, not the number' },
])('stopped? $because', ({ arms, variant, isSure }) => {
  const judged = mostOptedOut(arms, arms.length);
  expect({ variant: judged.variant, isSure: judged.confidence >= enoughConfidence }).toEqual({ variant, isSure });
});

test('of wordings that are alike hardly any is ever declared the winner, however long one looks', () => {
  const tests = 200;
  let wrong = 0;
  for (let trial = 0; trial < tests; trial += 1) {
    const counts = { a: { people: 0, responses: 0 }, b: { people: 0, responses: 0 } };
    let seen = 0;
    for (let n = 0; n < 500; n += 1) {
      const who = `person ${n} of trial ${trial}`;
      const variant = variantFor(who, 'hello', ['a', 'b']) === 'a' ? 'a' : 'b';
      counts[variant].people += 1;
      if (n % 4 !== 0) continue; // whether somebody answers has nothing to do with the words
      counts[variant].responses += 1;
      const look = lookAt(counts.a.responses + counts.b.responses);
      if (look === seen) continue;
      seen = look;
      const arms = [arm('a', counts.a.responses, counts.a.people), arm('b', counts.b.responses, counts.b.people)];
      if (mostAnswered(arms, 2).confidence < enoughConfidence) continue;
      wrong += 1;
      break;
    }
  }
  expect(wrong / tests).toBeLessThanOrEqual(0.05);
});

test('the interval of a rate holds the rate, and is narrower for more people', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(), (people, drawn) => {
      const responses = drawn % (people + 1);
      const some = rateBetween({ people, responses });
      const more = rateBetween({ people: people * 10, responses: responses * 10 });
      if (!some || !more) return false;
      const rate = responses / people;
      return some.low <= rate + 1e-9 && some.high >= rate - 1e-9 && more.high - more.low < some.high - some.low;
    }),
  );
  expect(rateBetween({ people: 0, responses: 0 })).toBeNull();
  expect(rateBetween({ people: 10, responses: 0 })?.high).toBeCloseTo(0.2775, 3); // as Wilson's paper has it
});
