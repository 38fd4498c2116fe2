import type { Definition, EmailStep, VariantId } from './sequence.ts';

/** One of the ways in which an e-mail step can be worded. */
export interface Wording {
  readonly variant: VariantId;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
}

/** Every wording of a step, its own (`a`) first. One alone is no test. */
export function wordingsOf({ subject, text, html, variants = [] }: EmailStep): Wording[] {
  return [{ variant: 'a', subject, text, html }, ...variants.map(({ id, ...words }) => ({ variant: id, ...words }))];
}

/**
 * Which of the variants a person gets: always the same for the same person and step, whoever asks and however often, and each variant
 * for an equal part of all people. By highest random weight, the weight being a hash (D. G. Thaler, C. V. Ravishankar, "Using name-based
 * mappings to increase hit rates", IEEE/ACM Transactions on Networking 6 (1998) 1-14): when a variant is stopped only its own people go
 * elsewhere, evenly, and everybody else keeps theirs. The step belongs to the hash, so that whoever had `a` once has not `a` for ever.
 */
export function variantFor(person: string, step: string, among: readonly VariantId[]): VariantId {
  const weight = (variant: VariantId) => hashOf(`${person} ${step} ${variant}`);
  return among.reduce((best, variant) => (weight(variant) > weight(best) ? variant : best), among[0] ?? 'a');
}

/** Who still gets which words: after a win the winner's alone, before it every variant that has not been stopped. */
export function stillRunning(
  variants: readonly VariantId[],
  { won, stopped }: { won: VariantId | null; stopped: ReadonlySet<VariantId> },
): VariantId[] {
  if (won !== null) return [won];
  const left = variants.filter((variant) => !stopped.has(variant));
  return left.length > 0 ? left : [...variants]; // a person must get some words
}

/** The definition as somebody reads it who gets `chosen` of each step, by the step's id: one wording a step, the own where none is chosen. */
export function worded(definition: Definition, chosen: ReadonlyMap<string, VariantId>): Definition {
  return {
    ...definition,
    steps: definition.steps.map((step) => {
      if (step.kind !== 'email') return step;
      const { variants: _, ...own } = step;
      const words = wordingsOf(step).find(({ variant }) => variant === chosen.get(step.id));
      if (!words) return own;
      const { variant: __, ...message } = words;
      return { ...own, ...message };
    }),
  };
}

/** FNV-1a, then the finaliser of MurmurHash3: without it texts that differ in their last letter have hashes close to each other. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
