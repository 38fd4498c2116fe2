import type { Definition, EmailStep, VariantId } from '../domain/sequence.ts';
import { stillRunning, wordingsOf } from '../domain/variants.ts';
import { type Arm, enoughConfidence, mostAnswered, mostOptedOut } from '../domain/variantTest.ts';
import { arrived, responses } from './responses.ts';
import type { Tx } from './transaction.ts';
import { type Decided, decisionsOf, testOf } from './variants.ts';

type Measure = 'replies' | 'opt_outs';

/** People whom a variant reached, and what came back of them. */
export interface VariantFigures {
  variant: VariantId;
  people: number;
  replied: number;
  optedOut: number;
}

/** A test of a launch: the wordings of one of its steps, as the launch runs them. */
export interface VariantTest {
  step: EmailStep;
  /** From 1. */
  number: number;
  test: string;
  decided: Decided;
}

function testsOf(definition: Definition, decided: (test: string) => Decided): VariantTest[] {
  return definition.steps.flatMap((step, index) => {
    if (step.kind !== 'email' || wordingsOf(step).length < 2) return [];
    const test = testOf(step);
    return [{ step, number: index + 1, test, decided: decided(test) }];
  });
}

export async function launchTests(tx: Tx, launchId: string): Promise<VariantTest[]> {
  const [launch] = await tx.rows<{ definition: Definition }>(
    `select v.definition from launches l join sequence_versions v using (tenant_id, sequence_id, version) where l.id = $1`,
    [launchId],
  );
  if (!launch) return [];
  const decided = await decisionsOf(tx, [launchId]);
  return testsOf(launch.definition, (test) => decided(launchId, test));
}

/** Counted afresh from the messages; of every wording of the test, also of one that nobody has had. */
export async function variantFigures(tx: Tx, launchId: string, { step, test }: VariantTest): Promise<VariantFigures[]> {
  const reached = await tx.rows<{ variant: VariantId; people: number }>(
    `select variant, count(*) as people from sends s where launch_id = $1 and variant_test = $2 and ${arrived} group by 1`,
    [launchId, test],
  );
  const came = await tx.rows<{ variant: VariantId; replied: number; optedOut: number }>(
    `with response as (${responses})
     select s.variant, count(distinct s.id) filter (where r.kind = 'replied') as replied,
       count(distinct s.id) filter (where r.kind in ('unsubscribed', 'complained')) as "optedOut"
     from response r join sends s on s.enrolment_id = r.enrolment_id and s.step = r.step
     where s.launch_id = $1 and s.variant_test = $2 and ${arrived} group by 1`,
    [launchId, test],
  );
  return wordingsOf(step).map(({ variant }) => ({
    variant,
    people: reached.find((row) => row.variant === variant)?.people ?? 0,
    replied: came.find((row) => row.variant === variant)?.replied ?? 0,
    optedOut: came.find((row) => row.variant === variant)?.optedOut ?? 0,
  }));
}

/**
 * Looks at the tests of a mailbox's launches, if one is due a look: a variant that makes significantly more people opt out is stopped, one
 * that is answered significantly more wins. To be asked before the mailbox sends on, so that the next people get what was decided.
 */
export async function judgeVariants(tx: Tx, mailboxId: string): Promise<void> {
  const launches = await tx.rows<{ id: string; definition: Definition }>(
    `select l.id, v.definition from launch_mailboxes x
     join launches l on l.tenant_id = x.tenant_id and l.id = x.launch_id
     join sequence_versions v on v.tenant_id = l.tenant_id and v.sequence_id = l.sequence_id and v.version = l.version
     where x.mailbox_id = $1 and l.state in ('enrolling', 'running')
       and exists (select from sends s where s.launch_id = l.id and s.variant is not null)`,
    [mailboxId],
  );
  const decided = await decisionsOf(
    tx,
    launches.map(({ id }) => id),
  );
  for (const { id, definition } of launches) {
    for (const test of testsOf(definition, (name) => decided(id, name))) await judge(tx, id, test);
  }
}

async function judge(tx: Tx, launchId: string, test: VariantTest): Promise<void> {
  const variants = wordingsOf(test.step).map(({ variant }) => variant);
  const before = stillRunning(variants, test.decided);
  if (before.length < 2) return;
  const figures = await variantFigures(tx, launchId, test);
  const arms = (running: readonly VariantId[], count: 'replied' | 'optedOut'): Arm[] =>
    figures
      .filter(({ variant }) => running.includes(variant))
      .map((row) => ({ variant: row.variant, people: row.people, responses: row[count] }));
  // The guard first: a variant that drives people away does not win by being answered.
  const worst = await look(tx, launchId, test, 'opt_outs', arms(before, 'optedOut'));
  if (worst) await decide(tx, launchId, test, { variant: worst, verdict: 'stopped', because: 'opt_outs', byUser: null });
  const left = before.filter((variant) => variant !== worst);
  if (left.length < 2) return;
  const best = await look(tx, launchId, test, 'replies', arms(left, 'replied'));
  if (best) await decide(tx, launchId, test, { variant: best, verdict: 'won', because: 'replies', byUser: null });
}

/** What a look saw. */
interface LookFigures {
  arms: Arm[];
  /** The foremost: the most answered, or the most opted out of; null: nobody responded. */
  variant: VariantId | null;
  confidence: number;
}

/** Looks once at each number of responses; of two who look at the same time one does. Answers the variant that is surely the foremost. */
async function look(
  tx: Tx,
  launchId: string,
  { step, test }: VariantTest,
  measure: Measure,
  arms: Arm[],
): Promise<VariantId | null> {
  const judge = measure === 'replies' ? mostAnswered : mostOptedOut;
  const { look: number, variant, confidence } = judge(arms, wordingsOf(step).length);
  if (number === 0) return null;
  const figures: LookFigures = { arms, variant, confidence };
  const isFirst = await tx.run(
    `insert into variant_looks (tenant_id, launch_id, test, measure, look, figures) values (decorum.tenant(), $1, $2, $3, $4, $5)
     on conflict do nothing`,
    [launchId, test, measure, number, JSON.stringify(figures)],
  );
  return isFirst > 0 && confidence >= enoughConfidence ? variant : null;
}

interface Decision {
  variant: VariantId;
  verdict: 'won' | 'stopped';
  because: Measure | 'by_hand';
  byUser: string | null;
}

async function decide(tx: Tx, launchId: string, { step, test }: VariantTest, decision: Decision): Promise<void> {
  await tx.run(
    `insert into variant_decisions (tenant_id, launch_id, step_id, test, variant, verdict, because, by_user)
     values (decorum.tenant(), $1, $2, $3, $4, $5, $6, $7)`,
    [launchId, step.id, test, decision.variant, decision.verdict, decision.because, decision.byUser],
  );
}

/** The rep's own choice, before or after the test's. False: it is the winner already. */
export async function pickWinner(
  tx: Tx,
  launchId: string,
  test: VariantTest,
  { variant, byUser }: { variant: VariantId; byUser: string },
): Promise<boolean> {
  if (test.decided.won === variant) return false;
  await decide(tx, launchId, test, { variant, verdict: 'won', because: 'by_hand', byUser });
  return true;
}

/** The newest look at each measure. */
export interface VariantLook extends LookFigures {
  measure: Measure;
  look: number;
  at: Date;
}

export async function newestLooks(tx: Tx, launchId: string, { test }: VariantTest): Promise<VariantLook[]> {
  const rows = await tx.rows<{ measure: Measure; look: number; at: Date; figures: LookFigures }>(
    `select distinct on (measure) measure, look, looked_at as at, figures from variant_looks
     where launch_id = $1 and test = $2 order by measure, look desc`,
    [launchId, test],
  );
  return rows.map(({ figures, ...row }) => ({ ...row, ...figures }));
}

export interface ShownDecision extends Omit<Decision, 'byUser'> {
  at: Date;
  byName: string | null;
}

/** Oldest first; the last winner holds. */
export function decisionsAbout(tx: Tx, launchId: string, { test }: VariantTest): Promise<ShownDecision[]> {
  return tx.rows<ShownDecision>(
    `select d.variant, d.verdict, d.because, d.decided_at as at, u.name as "byName" from variant_decisions d
     left join users u on u.tenant_id = d.tenant_id and u.id = d.by_user where d.launch_id = $1 and d.test = $2 order by d.id`,
    [launchId, test],
  );
}
