import { createHash } from 'node:crypto';
import type { EmailStep, VariantId } from '../domain/sequence.ts';
import { stillRunning, variantFor, worded, wordingsOf } from '../domain/variants.ts';
import type { Claimed } from './claims.ts';
import type { MessageFacts } from './messages.ts';
import type { Tx } from './transaction.ts';

/** Names the test of a step by its words: whoever changes a word begins it anew, so that no number is of two wordings. */
export function testOf(step: EmailStep): string {
  const words = wordingsOf(step).map(({ variant, subject, text, html }) => [variant, subject, text, html ?? null]);
  return createHash('sha256')
    .update(JSON.stringify([step.id, words]))
    .digest('base64url')
    .slice(0, 22);
}

/** What has been decided of a launch's test so far. */
export interface Decided {
  won: VariantId | null;
  stopped: ReadonlySet<VariantId>;
}

/** By launch and test; a test of which nothing is decided is not in it. */
export async function decisionsOf(tx: Tx, launchIds: readonly string[]): Promise<(launchId: string, test: string) => Decided> {
  const rows = await tx.rows<{ launchId: string; test: string; variant: VariantId; verdict: 'won' | 'stopped' }>(
    `select launch_id as "launchId", test, variant, verdict from variant_decisions where launch_id = any($1) order by id`,
    [launchIds],
  );
  return (launchId, test) => {
    const own = rows.filter((row) => row.launchId === launchId && row.test === test);
    return {
      won: own.findLast(({ verdict }) => verdict === 'won')?.variant ?? null,
      stopped: new Set(own.filter(({ verdict }) => verdict === 'stopped').map(({ variant }) => variant)),
    };
  };
}

/**
 * Gives each claimed message the words that its person is to get, and writes down which these are, in the transaction of the claim: what
 * the record says was sent is then what was. A step of one wording costs nothing. After a refusal that was no end the message is claimed,
 * and given its words, anew: the same as before unless something was decided meanwhile.
 */
export async function giveWords(tx: Tx, claimed: readonly Claimed[], facts: readonly MessageFacts[]): Promise<MessageFacts[]> {
  const claims = new Map(claimed.map((claim) => [claim.id, claim]));
  const begun = await firstWords(tx, facts);
  const tested = facts.flatMap((message) => {
    const step = message.definition.steps[message.step];
    const claim = claims.get(message.sendId);
    return claim && isTested(step) ? [{ claim, step, test: testOf(step) }] : [];
  });
  const given = new Map<string, VariantId>();
  if (tested.length > 0) {
    const decided = await decisionsOf(tx, [...new Set(tested.map(({ claim }) => claim.launchId))]);
    for (const { claim, step, test } of tested) {
      const variants = wordingsOf(step).map(({ variant }) => variant);
      const running = stillRunning(variants, decided(claim.launchId, test));
      // By person and sequence: whoever comes into it again reads the same words as before.
      given.set(claim.id, variantFor(claim.contactId, `${claim.sequenceId}/${step.id}`, running));
    }
    await tx.run(
      `update sends s set variant = g.variant, variant_test = g.test
       from jsonb_to_recordset($1::jsonb) as g(id uuid, variant text, test text) where s.id = g.id and s.state = 'claimed'`,
      [JSON.stringify(tested.map(({ claim: { id }, test }) => ({ id, test, variant: given.get(id) })))],
    );
  }
  return facts.map((message) => {
    const variant = given.get(message.sendId);
    const first = begun.get(message.sendId);
    if (!variant && !first) return message;
    const chosen = new Map<string, VariantId>(first ? [[first.stepId, first.variant]] : []);
    const stepId = message.definition.steps[message.step]?.id;
    if (variant && stepId !== undefined) chosen.set(stepId, variant);
    return { ...message, definition: worded(message.definition, chosen) };
  });
}

/** A follow-up that goes on in the thread of its sequence's first e-mail takes up the subject which that person has had. */
async function firstWords(tx: Tx, facts: readonly MessageFacts[]): Promise<Map<string, { stepId: string; variant: VariantId }>> {
  const followUps = facts.flatMap(({ sendId, enrolmentId, step, definition }) => {
    const place = definition.steps.findIndex(({ kind }) => kind === 'email');
    return place < step && isTested(definition.steps[place]) ? [{ sendId, enrolmentId, place }] : [];
  });
  if (followUps.length === 0) return new Map();
  const rows = await tx.rows<{ sendId: string; variant: VariantId; place: number }>(
    `select f."sendId", s.variant, f.place
     from jsonb_to_recordset($1::jsonb) as f("sendId" uuid, "enrolmentId" uuid, place int)
     join sends s on s.enrolment_id = f."enrolmentId" and s.step = f.place where s.variant is not null`,
    [JSON.stringify(followUps)],
  );
  const steps = new Map(facts.map(({ sendId, definition }) => [sendId, definition.steps]));
  return new Map(rows.map(({ sendId, variant, place }) => [sendId, { stepId: steps.get(sendId)?.[place]?.id ?? '', variant }]));
}

function isTested(step: MessageFacts['definition']['steps'][number] | undefined): step is EmailStep {
  return step?.kind === 'email' && (step.variants ?? []).length > 0;
}
