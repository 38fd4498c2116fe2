import type { Reply } from '../../api.ts';

export type Definition = Reply<'get', '/sequences/{sequenceId}'>['shown']['definition'];
export type Step = Definition['steps'][number];
export type EmailStep = Extract<Step, { kind: 'email' }>;
export type Variant = NonNullable<EmailStep['variants']>[number];
export type Finding = Reply<'post', '/content-checks'>['findings'][number];
export type Delay = Step['after'];
export type DelayUnit = 'hours' | 'days' | 'businessDays';

const DEFAULT_SPACING = [3, 4, 5, 7]; // business days between one touch and the next

/** A sequence that nobody has written yet: one empty e-mail, in business hours. */
export function blankDefinition(): Definition {
  return {
    window: { from: '08:30', to: '17:30', weekdays: [1, 2, 3, 4, 5], skipHolidays: true },
    steps: [{ ...newStep('email', []), after: { hours: 0 } }],
  };
}

export function newStep(kind: Step['kind'], before: readonly Step[]): Step {
  const shared = {
    id: freeId(before),
    after: { businessDays: DEFAULT_SPACING[before.length - 1] ?? 7 },
    branches: {},
  };
  if (kind === 'email') return { ...shared, kind, subject: '', text: '' };
  return { ...shared, kind, title: kind === 'call' ? 'Call' : '', instructions: '' };
}

function freeId(steps: readonly Step[]): string {
  for (let n = steps.length + 1; ; n += 1) {
    const id = `step-${n}`;
    if (!steps.some((step) => step.id === id)) return id;
  }
}

const letters: readonly Variant['id'][] = ['b', 'c', 'd'];

/** The step with one more wording to try, which begins as the step's own; undefined: it has as many as there may be. */
export function withVariant(step: EmailStep): EmailStep | undefined {
  const { subject, text, html, variants = [] } = step;
  const id = letters.find((letter) => !variants.some((variant) => variant.id === letter));
  return id && { ...step, variants: [...variants, { id, subject, text, ...(html !== undefined && { html }) }] };
}

export function withoutVariant({ variants = [], ...step }: EmailStep, id: Variant['id']): EmailStep {
  const left = variants.filter((variant) => variant.id !== id);
  return left.length > 0 ? { ...step, variants: left } : step;
}

/** Swaps a step with its neighbour; branches that would lead backwards then are given up. */
export function moved(steps: readonly Step[], from: number, to: number): Step[] {
  const next = [...steps];
  const [step] = next.splice(from, 1);
  if (step) next.splice(to, 0, step);
  return withoutDeadBranches(next);
}

export function removed(steps: readonly Step[], at: number): Step[] {
  return withoutDeadBranches(steps.filter((_, index) => index !== at));
}

function withoutDeadBranches(steps: readonly Step[]): Step[] {
  return steps.map((step, index) => {
    const later = new Set(steps.slice(index + 1).map(({ id }) => id));
    const kept = Object.entries(step.branches).filter(([, target]) => target === 'end' || later.has(target));
    return { ...step, branches: Object.fromEntries(kept) };
  });
}

export function unitOf(delay: Delay): DelayUnit {
  if ('hours' in delay) return 'hours';
  return 'days' in delay ? 'days' : 'businessDays';
}

export function amountOf(delay: Delay): number {
  if ('hours' in delay) return delay.hours;
  return 'days' in delay ? delay.days : delay.businessDays;
}

export function delayOf(unit: DelayUnit, amount: number): Delay {
  if (unit === 'hours') return { hours: amount };
  return unit === 'days' ? { days: amount } : { businessDays: amount };
}
