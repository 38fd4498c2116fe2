import type { z } from 'zod';
import type { LaunchReport, StepCounts, Sums } from './reportShapes.ts';

const numbers = [
  'people',
  'got',
  'not_got',
  'reached',
  'planned',
  'held',
  'sent',
  'bounced_later',
  'unknown',
  'refused',
  'cancelled',
  'waiting',
  'stopped',
  'blocked',
  'skipped',
  'replied',
  'auto_replied',
  'unsubscribed',
  'complained',
  'bounce_rate',
  'bounce_rate_of', // messages
  'reply_rate',
  'unsubscribe_rate',
  'complaint_rate',
  'other_rates_of', // people
] as const;
/** What a row is of, its id and its name, then the numbers; one that a row has not is empty. */
export const reportColumns = ['of', 'id', 'name', ...numbers, 'reasons'] as const;

type Row = Partial<Record<(typeof reportColumns)[number], string | number>>;
type Report = z.input<typeof LaunchReport>;

export function reportRows({ total, steps, mailboxes, reps, launchId, sequenceName }: Report): Row[] {
  return [
    ...steps.flatMap((step) => [
      { of: 'step', id: step.stepId, name: step.title, ...counted(step) },
      ...step.variants.map((variant) => ({
        of: 'variant',
        id: `${step.stepId} ${variant.variant}`,
        name: variant.subject,
        ...counted(variant),
      })),
    ]),
    ...mailboxes.map(({ mailboxId, address, ...sums }) => ({ of: 'mailbox', id: mailboxId, name: address, ...summed(sums) })),
    ...reps.map(({ userId, name, ...sums }) => ({ of: 'rep', id: userId, name, ...summed(sums) })),
    { of: 'launch', id: launchId, name: sequenceName, ...summed(total) },
  ];
}

function counted(step: z.input<typeof StepCounts>): Row {
  return {
    people: step.people,
    got: step.got,
    not_got: step.notGot,
    planned: step.planned.total,
    held: step.held.total,
    sent: step.sent,
    bounced_later: step.bouncedLater,
    unknown: step.unknown,
    refused: step.refused.total,
    cancelled: step.cancelled.total,
    waiting: step.waiting.total,
    stopped: step.stopped.total,
    blocked: step.blocked.total,
    skipped: step.skipped.total,
    ...came(step),
    reasons: reasonsOf(step),
  };
}

function summed(sums: z.input<typeof Sums>): Row {
  return {
    people: sums.people,
    reached: sums.reached,
    planned: sums.planned,
    held: sums.held,
    sent: sums.sent,
    bounced_later: sums.bouncedLater,
    unknown: sums.unknown,
    refused: sums.refused,
    cancelled: sums.cancelled,
    ...came(sums),
  };
}

function came({
  replied,
  autoReplied,
  unsubscribed,
  complained,
  rates,
}: Pick<z.input<typeof Sums>, 'replied' | 'autoReplied' | 'unsubscribed' | 'complained' | 'rates'>): Row {
  return {
    replied,
    auto_replied: autoReplied,
    unsubscribed,
    complained,
    bounce_rate: share(rates.bounced),
    bounce_rate_of: rates.bounced.of,
    reply_rate: share(rates.replied),
    unsubscribe_rate: share(rates.unsubscribed),
    complaint_rate: share(rates.complained),
    other_rates_of: rates.replied.of,
  };
}

/** A plain number: spreadsheets take "3/40" for a day in March. */
function share({ share }: Report['total']['rates']['replied']): string {
  return share === null ? '' : share.toFixed(4);
}

function reasonsOf(step: z.input<typeof StepCounts>): string {
  const tallies = ['planned', 'held', 'waiting', 'refused', 'cancelled', 'stopped', 'blocked', 'skipped', 'tasks'] as const;
  return tallies
    .flatMap((name) => Object.entries(step[name].by).map(([because, people]) => `${name} ${because}: ${people}`))
    .join('; ');
}
