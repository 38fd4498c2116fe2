import { z } from 'zod';
import type { Tx } from '../../db/transaction.ts';
import {
  decisionsAbout,
  launchTests,
  newestLooks,
  pickWinner,
  variantFigures,
  type VariantLook,
  type VariantTest as Test,
} from '../../db/variantTests.ts';
import { variantIds } from '../../domain/sequence.ts';
import { stillRunning, wordingsOf } from '../../domain/variants.ts';
import { rateBetween, responsesForLook } from '../../domain/variantTest.ts';
import { foundLaunch, ownLaunch } from '../launchAccess.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

const Count = z.int().min(0);
const Variant = z.enum(variantIds);
const Rate = z
  .object({ count: Count, of: Count, low: z.number().nullable(), high: z.number().nullable() })
  .meta({ id: 'VariantRate', description: 'Between `low` and `high` lies the true rate, at 95 % (Wilson); null: of nobody.' });

const Look = z
  .object({
    at: Instant,
    responses: Count.meta({ description: 'Of all variants together, when it was looked.' }),
    foremost: Variant.nullable(),
    confidence: z.number().min(0).max(1).meta({
      description: "That it is really the foremost, by Fisher's exact test; all looks and all variants are taken into account.",
    }),
  })
  .meta({ id: 'VariantLook' });
const Measure = z
  .object({
    last: Look.nullable(),
    nextAt: Count.nullable().meta({ description: 'How many responses the next look waits for; null: the test is over.' }),
  })
  .meta({ id: 'VariantMeasure' });

const VariantTest = z
  .object({
    stepId: z.string(),
    number: z.int(),
    variants: z.array(
      z.object({
        variant: Variant,
        subject: z.string(),
        state: z.enum(['running', 'won', 'lost', 'stopped']),
        replied: Rate.meta({ description: 'Of the people whom the message reached.' }),
        optedOut: Rate,
      }),
    ),
    replies: Measure.meta({ description: 'What decides: at 95 % the most answered wins.' }),
    optOuts: Measure.meta({ description: 'The guard: at 95 % the variant that most people opt out of is stopped.' }),
    decisions: z
      .array(
        z.object({
          variant: Variant,
          verdict: z.enum(['won', 'stopped']),
          because: z.enum(['replies', 'opt_outs', 'by_hand']),
          at: Instant,
          byName: z.string().nullable(),
        }),
      )
      .meta({ description: 'Oldest first; the last winner holds.' }),
  })
  .meta({ id: 'VariantTest' });
const VariantTests = z.object({ tests: z.array(VariantTest) }).meta({ id: 'VariantTests' });
const params = z.object({ launchId: Id });

const read = route({
  method: 'get',
  path: '/launches/{launchId}/variants',
  action: 'reports.read',
  tag: 'Reports',
  summary: 'The tests of a launch: how each wording of a step does, with what confidence, and what was decided',
  params,
  reply: { status: 200, schema: VariantTests },
  handle: ({ who, db, params: { launchId } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      await foundLaunch(tx, launchId);
      return shown(tx, launchId);
    }),
});

const pick = route({
  method: 'post',
  path: '/launches/{launchId}/variants/winner',
  action: 'launches.write',
  tag: 'Launches',
  summary: 'Pick the winner of a test by hand: whoever gets the step from now on gets its words',
  params,
  body: z.strictObject({ stepId: z.string().min(1).max(40), variant: Variant }),
  reply: { status: 200, schema: VariantTests },
  errors: ['conflict'],
  handle: ({ who, db, params: { launchId }, body: { stepId, variant } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state } = await ownLaunch(tx, who, launchId);
      if (state === 'stopped' || state === 'finished') throw new Problem('conflict', `The launch is ${state}.`);
      const test = (await launchTests(tx, launchId)).find(({ step }) => step.id === stepId);
      if (!test || !wordingsOf(test.step).some((wording) => wording.variant === variant)) {
        throw new Problem('not-found', 'The launch tries no such wording.');
      }
      if (test.decided.stopped.has(variant)) {
        throw new Problem(
          'conflict',
          `Variant ${variant} was stopped: significantly more people opt out of it than of the others.`,
        );
      }
      await pickWinner(tx, launchId, test, { variant, byUser: who.userId });
      return shown(tx, launchId);
    }),
});

export const variantRoutes = [read, pick];

async function shown(tx: Tx, launchId: string): Promise<z.input<typeof VariantTests>> {
  const tests: z.input<typeof VariantTest>[] = [];
  for (const test of await launchTests(tx, launchId)) tests.push(await result(tx, launchId, test));
  return { tests };
}

async function result(tx: Tx, launchId: string, test: Test): Promise<z.input<typeof VariantTest>> {
  const { step, number, decided } = test;
  const figures = await variantFigures(tx, launchId, test);
  const looks = await newestLooks(tx, launchId, test);
  const wordings = wordingsOf(step);
  const running = stillRunning(
    wordings.map(({ variant }) => variant),
    decided,
  );
  const measure = (name: VariantLook['measure']): z.input<typeof Measure> => {
    const last = looks.find((look) => look.measure === name);
    return { last: last ? seen(last) : null, nextAt: running.length > 1 ? responsesForLook((last?.look ?? 0) + 1) : null };
  };
  return {
    stepId: step.id,
    number,
    variants: figures.map(({ variant, people, replied, optedOut }) => ({
      variant,
      subject: wordings.find((wording) => wording.variant === variant)?.subject ?? '',
      state: decided.stopped.has(variant)
        ? 'stopped'
        : decided.won === null
          ? 'running'
          : decided.won === variant
            ? 'won'
            : 'lost',
      replied: rateOf(replied, people),
      optedOut: rateOf(optedOut, people),
    })),
    replies: measure('replies'),
    optOuts: measure('opt_outs'),
    decisions: await decisionsAbout(tx, launchId, test),
  };
}

function rateOf(responses: number, people: number): z.input<typeof Rate> {
  const between = rateBetween({ people, responses });
  return { count: responses, of: people, low: between?.low ?? null, high: between?.high ?? null };
}

function seen({ at, arms, variant, confidence }: VariantLook): z.input<typeof Look> {
  return { at, responses: arms.reduce((sum, { responses }) => sum + responses, 0), foremost: variant, confidence };
}
