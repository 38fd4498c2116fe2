import { z } from 'zod';
import { Delay } from './delay.ts';
import { BUSINESS_HOURS, SendWindow } from './sendWindow.ts';

/** What a call or a manual task can end with; `sent` is the only outcome of an e-mail that leads on. */
export const outcomes = [
  'sent',
  'done',
  'connected',
  'no_answer',
  'voicemail',
  'wrong_number',
  'do_not_call',
  'replied',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Where an outcome leads: a later step by its id, or the end. An outcome that is not named leads to the next step, a reply to the end. */
const Branches = z.partialRecord(z.enum(outcomes), z.string().min(1));

const shared = {
  id: z.string().regex(/^[a-z0-9_-]{1,40}$/, 'A step id is a short name in small letters.'),
  after: Delay,
  branches: Branches.default({}),
};
const words = z.string().max(50_000);

/** Letters of the words that an e-mail step may be tried with; `a` are the step's own. */
export const variantIds = ['a', 'b', 'c', 'd'] as const;
export type VariantId = (typeof variantIds)[number];

const message = {
  subject: z.string().max(500), // empty on a follow-up: the thread's subject with Re:
  text: words.min(1),
  html: words.optional(), // absent: made from the text
};
export const EmailStep = z.strictObject({
  ...shared,
  kind: z.literal('email'),
  ...message,
  /** Other words for the same message, to find out which are answered more (domain/variants.ts). */
  variants: z
    .array(z.strictObject({ id: z.enum(variantIds).exclude(['a']), ...message }))
    .max(variantIds.length - 1)
    .optional(),
});
const TaskStep = z.strictObject({
  ...shared,
  kind: z.literal('task'),
  title: z.string().min(1).max(200),
  instructions: words.default(''),
});
const CallStep = z.strictObject({
  ...shared,
  kind: z.literal('call'),
  title: z.string().min(1).max(200),
  instructions: words.default(''),
});

export const Step = z.discriminatedUnion('kind', [EmailStep, TaskStep, CallStep]);
export type Step = z.output<typeof Step>;
export type EmailStep = z.output<typeof EmailStep>;

/** A version of a sequence, as it is stored: immutable, so that a running launch keeps its words. */
export const Definition = z
  .strictObject({ window: SendWindow.default(BUSINESS_HOURS), steps: z.array(Step).min(1).max(30) })
  .superRefine(({ steps }, context) => {
    const places = new Map(steps.map((step, index) => [step.id, index]));
    if (places.size !== steps.length)
      context.addIssue({ code: 'custom', path: ['steps'], message: 'Each step needs an id of its own.' });
    for (const [index, step] of steps.entries()) {
      const letters = step.kind === 'email' ? (step.variants ?? []).map(({ id }) => id) : [];
      if (new Set(letters).size !== letters.length)
        context.addIssue({
          code: 'custom',
          path: ['steps', index, 'variants'],
          message: 'Each variant needs a letter of its own.',
        });
      for (const [outcome, target] of Object.entries(step.branches)) {
        const place = target === 'end' ? steps.length : places.get(target);
        if (place === undefined || place <= index) {
          // Forwards only: a step that is done once per person is the product's promise of "at most once per step".
          context.addIssue({
            code: 'custom',
            path: ['steps', index, 'branches', outcome],
            message: 'A branch leads to a later step or to "end".',
          });
        }
      }
    }
  });
export type Definition = z.output<typeof Definition>;

/** Index of the step that `outcome` of step `index` leads to; null: the sequence ends there. */
export function nextStep(definition: Definition, index: number, outcome: Outcome): number | null {
  const target = definition.steps[index]?.branches[outcome] ?? (outcome === 'replied' ? 'end' : undefined);
  const place = target === undefined ? index + 1 : definition.steps.findIndex((step) => step.id === target);
  return place < 0 || place >= definition.steps.length ? null : place;
}
