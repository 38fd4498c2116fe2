import { z } from 'zod';
import { standings } from '../db/standings.ts';
import { variantIds } from '../domain/sequence.ts';
import { Id, Instant } from './shapes.ts';

const Count = z.int().min(0);
export const Variant = z.enum(variantIds);
export const Tally = z.object({ total: Count, by: z.record(z.string(), Count) }).meta({ id: 'ReportTally' });

const Rate = z
  .object({ count: Count, of: Count, share: z.number().min(0).max(1).nullable().meta({ description: 'Null: of nobody.' }) })
  .meta({ id: 'ReportRate' });
const Rates = z.object({ bounced: Rate, replied: Rate, unsubscribed: Rate, complained: Rate }).meta({
  id: 'ReportRates',
  description:
    'Bounced: of the messages that servers took or refused for good. The others: of the people whom a message reached. Unknown outcomes are in no rate.',
});

const responses = {
  replied: Count.meta({ description: 'People; so are the next three.' }),
  autoReplied: Count,
  unsubscribed: Count.meta({ description: 'An opt-out by link counts for the last message that the person had had by then.' }),
  complained: Count,
};

const stepCounts = {
  people: Count.meta({ description: '`got` and `notGot` split them exactly.' }),
  got: Count,
  notGot: Count.meta({ description: 'The sum of `bouncedLater`, `unknown` and all the tallies but `tasks`.' }),
  sent: Count.meta({ description: 'Accepted by the server; those that bounced later too.' }),
  bouncedLater: Count,
  unknown: Count.meta({ description: 'The answer of the server was lost: never sent again.' }),
  planned: Tally.meta({ description: 'By the rule that each message waits for.' }),
  held: Tally.meta({ description: 'Waits for a person; by the rule that holds it.' }),
  waiting: Tally.meta({ description: 'The step is to come, or its task is open.' }),
  refused: Tally.meta({ description: 'By class of the answer.' }),
  cancelled: Tally,
  stopped: Tally.meta({ description: 'Ended before the step was planned.' }),
  blocked: Tally.meta({ description: 'Never taken into the launch.' }),
  skipped: Tally.meta({ description: 'A branch went past it, or their version does not have it.' }),
  tasks: Tally.meta({ description: 'Tasks and calls of the step by outcome, or by state while they have none.' }),
  ...responses,
  rates: Rates,
};
export const StepCounts = z.object(stepCounts).meta({ id: 'StepCounts' });
export const StepReport = z
  .object({
    stepId: z.string(),
    number: z.int().nullable().meta({ description: 'Null: only people of an older version of the sequence have this step.' }),
    kind: z.enum(['email', 'task', 'call']),
    title: z.string(),
    ...stepCounts,
    people: Count.meta({ description: 'Everybody of the launch; `got` and `notGot` split them exactly.' }),
    variants: z
      .array(z.object({ variant: Variant, subject: z.string(), ...stepCounts }).meta({ id: 'VariantReport' }))
      .meta({ description: 'Of a step that is tried in several wordings: the people who got each, or were last to get it.' }),
  })
  .meta({ id: 'StepReport' });

const sums = {
  people: Count,
  reached: Count.meta({ description: 'People to whom at least one message went that did not come back.' }),
  planned: Count.meta({ description: 'Messages; so are the next six.' }),
  held: Count,
  sent: Count,
  bouncedLater: Count,
  unknown: Count,
  refused: Count,
  cancelled: Count,
  ...responses,
  rates: Rates,
};
export const Sums = z.object(sums).meta({ id: 'ReportSums' });
const Mailbox = { mailboxId: Id, address: z.string() };
const Rep = { userId: Id, name: z.string() };

export const LaunchReport = z
  .object({
    launchId: Id,
    sequenceId: Id,
    sequenceName: z.string(),
    version: z.int(),
    countedAt: Instant,
    total: Sums,
    steps: z.array(StepReport),
    mailboxes: z.array(z.object({ ...Mailbox, ...sums }).meta({ id: 'MailboxReport' })),
    reps: z.array(z.object({ ...Rep, ...sums }).meta({ id: 'RepReport' })).meta({ description: 'By whose the mailboxes are.' }),
  })
  .meta({ id: 'LaunchReport' });

const flow = {
  reached: sums.reached,
  sent: Count,
  bouncedLater: Count,
  unknown: Count,
  refused: Count,
  ...responses,
  rates: Rates,
};
export const Flow = z.object(flow).meta({ id: 'ReportFlow' });
export const Overview = z
  .object({
    from: Instant,
    to: Instant,
    total: Flow,
    sequences: z.array(z.object({ sequenceId: Id, name: z.string(), ...flow }).meta({ id: 'SequenceFlow' })),
    reps: z.array(z.object({ ...Rep, ...flow }).meta({ id: 'RepFlow' })),
    mailboxes: z.array(z.object({ ...Mailbox, ...flow }).meta({ id: 'MailboxFlow' })),
  })
  .meta({
    id: 'ReportOverview',
    description: 'Messages that left in the time, `from` included and `to` not, and what came back of them, whenever that was.',
  });

export const StepPerson = z
  .object({
    enrolmentId: Id,
    contact: z.object({ id: Id, name: z.string().nullable(), email: z.string().nullable(), company: z.string().nullable() }),
    mailboxId: Id,
    got: z.boolean(),
    standing: z.enum(standings),
    because: z.string().nullable().meta({ description: 'Why not, or the rule that it waits for; null: they got it.' }),
    variant: Variant.nullable().meta({ description: 'The wording, of a step that is tried in several.' }),
    at: Instant.nullable(),
    nextAt: Instant.nullable(),
    optedOut: z.boolean(),
  })
  .meta({ id: 'StepPerson' });

export const Rest = z
  .object({
    stepId: z.string(),
    people: Count.meta({ description: 'Who did not get the step.' }),
    reasons: z.array(
      z.object({
        because: z.string(),
        people: Count,
        optedOut: Count,
        listable: Count.meta({
          description: 'Those whom a list takes up: nobody who has opted out, was deleted, or may have got it after all.',
        }),
        proposed: z.boolean().meta({ description: 'The step will not come any more, and nobody wished it so.' }),
      }),
    ),
  })
  .meta({ id: 'ReportRest' });
