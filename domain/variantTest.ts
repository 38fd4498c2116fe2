import type { VariantId } from './sequence.ts';

/** A variant in a test: the people whom it reached, and how many of them responded (replied, or opted out). */
export interface Arm {
  readonly variant: VariantId;
  readonly people: number;
  readonly responses: number;
}

/** What a look at a test says of its foremost variant. */
export interface Judgement {
  /** From 1; 0: too few responses to look at all. */
  readonly look: number;
  /** The variant with the highest rate; null: nobody has responded. */
  readonly variant: VariantId | null;
  /** That it is really the foremost, all looks and all variants taken together; from 0 to 1. */
  readonly confidence: number;
}

/** What a winner must have, and what stops a variant. */
export const enoughConfidence = 0.95;
const firstLook = 8; // responses

/**
 * Which look at a test it is when so many people of all its variants together have responded: the first at 8, then at 16, 32, 64 and so on.
 *
 * Whoever looks at a test after each reply and ends it once it "is significant" finds a winner among equals sooner or later (P. Armitage,
 * C. K. McPherson, B. C. Rowe, "Repeated significance tests on accumulating data", J. R. Stat. Soc. A 132 (1969) 235-244). So there are
 * few looks, at numbers fixed beforehand, and each may err only so often that all of them together err in at most 5 % (see `confidenceOf`).
 * They are counted in responses, not in people or days: a look before anybody has had time to answer would be wasted.
 */
export function lookAt(responses: number): number {
  return responses < firstLook ? 0 : Math.floor(Math.log2(responses / firstLook)) + 1;
}

/** How many responses the look after this one waits for. */
export function responsesForLook(look: number): number {
  return firstLook * 2 ** (look - 1);
}

/**
 * How likely `one` would have so many of the two arms' responses, or more, if the words made no difference: Fisher's exact test, one-sided
 * (R. A. Fisher, The Design of Experiments (1935), ch. II; A. Agresti, Categorical Data Analysis, 3rd ed. (2013), 3.5).
 *
 * It compares two proportions without the normal approximation of the usual z test, which says nonsense of a handful of opt-outs. It assumes
 * only that chance alone decided who got which words, which the split of domain/variants.ts sees to; people who have not had time to respond
 * yet are in both arms alike.
 */
export function chanceOf(one: Arm, other: Arm): number {
  const responses = one.responses + other.responses;
  const expected = (responses * one.people) / Math.max(1, one.people + other.people);
  if (one.responses > expected) return tail(one.people, one.responses, other.people, other.responses);
  // From the other side: a term far below the expected number is too small for a number, and so would be every one after it.
  return 1 - tail(other.people, other.responses + 1, one.people, one.responses - 1);
}

/** The hypergeometric tail: that `taken` or more of so many responses fall on `n` of the `n + m` people, `left` or fewer on the `m`. */
function tail(n: number, taken: number, m: number, left: number): number {
  if (taken > n || left < 0) return 0;
  let term = Math.exp(logChoose(n, taken) + logChoose(m, left) - logChoose(n + m, taken + left));
  let sum = 0;
  for (let more = 0; taken + more <= n && more <= left; more += 1) {
    sum += term;
    term *= ((n - taken - more) * (left - more)) / ((taken + more + 1) * (m - left + more + 1)); // each term by its ratio to the one before
  }
  return Math.min(1, sum);
}

/**
 * Bonferroni's bound: the k-th look may spend 1/(k(k + 1)) of what may be erred (1/2, 1/6, 1/12, ..., which sum to 1), and of that each of
 * the `variants` its part. With two variants and one look this is the usual two-sided test.
 */
function confidenceOf(chance: number, look: number, variants: number): number {
  return look === 0 ? 0 : Math.max(0, 1 - chance * variants * look * (look + 1));
}

/** Which variant is answered more than each of the others. `variants`: how many the test began with, stopped ones too. */
export function mostAnswered(running: readonly Arm[], variants: number): Judgement {
  return judge(running, variants, (leader, others) => Math.max(...others.map((other) => chanceOf(leader, other))));
}

/** The guard: which variant makes more people opt out than all the others together. */
export function mostOptedOut(running: readonly Arm[], variants: number): Judgement {
  return judge(running, variants, (worst, others) =>
    chanceOf(worst, {
      variant: worst.variant,
      people: sum(others.map(({ people }) => people)),
      responses: sum(others.map(({ responses }) => responses)),
    }),
  );
}

function judge(running: readonly Arm[], variants: number, chance: (foremost: Arm, others: readonly Arm[]) => number): Judgement {
  const look = lookAt(sum(running.map(({ responses }) => responses)));
  const [foremost, ...others] = [...running].sort((a, b) => rate(b) - rate(a));
  if (!foremost || foremost.responses === 0) return { look, variant: null, confidence: 0 };
  const confidence = others.length === 0 ? 0 : confidenceOf(chance(foremost, others), look, variants);
  return { look, variant: foremost.variant, confidence };
}

/**
 * Between which rates the true one lies, at 95 %: the interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
 * inference", J. Am. Stat. Assoc. 22 (1927) 209-212, which stays within 0 and 1 and holds for few people, too.
 */
export function rateBetween({ people, responses }: Pick<Arm, 'people' | 'responses'>): { low: number; high: number } | null {
  if (people === 0) return null;
  const z = 1.959964; // 95 % of a normal distribution lie within so many deviations
  const share = responses / people;
  const middle = share + z ** 2 / (2 * people);
  const half = z * Math.sqrt((share * (1 - share)) / people + z ** 2 / (4 * people ** 2));
  const scale = 1 + z ** 2 / people;
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}

function rate({ people, responses }: Arm): number {
  return people === 0 ? 0 : responses / people;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}

/** Logarithm of how many ways there are to choose `chosen` of `all`. */
function logChoose(all: number, chosen: number): number {
  return logFactorial(all) - logFactorial(chosen) - logFactorial(all - chosen);
}

/** Stirling's series beyond 20; its error is below 1e-13 there (NIST Digital Library of Mathematical Functions, 5.11.1). */
function logFactorial(n: number): number {
  if (n <= 20) {
    let product = 1;
    for (let factor = 2; factor <= n; factor += 1) product *= factor;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}
