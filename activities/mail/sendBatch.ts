import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, release } from '../../db/claims.ts';
import { type MailboxSettings, messageFacts } from '../../db/messages.ts';
import { type Outcome, recordOutcomes, type Verdict } from '../../db/outcomes.ts';
import type { Database } from '../../db/transaction.ts';
import { passGate } from '../../db/wire.ts';
import { openingAfter } from '../../law/openings.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import type { LanePool } from '../../providers/mail/lanePool.ts';
import { type AnswerKind, classifyAnswer } from '../../providers/mail/smtpAnswer.ts';
import { SmtpConnectFailed, type SmtpServer } from '../../providers/mail/smtpConnect.ts';
import type { NotBegun, Refused, SendOutcome } from '../../providers/mail/smtpLane.ts';
import { openWireWindow } from '../../providers/mail/wireWindow.ts';
import { Batcher } from './batcher.ts';
import type { RenderedMessage, Renderer } from './renderer.ts';

/** Named places at which a test lets the process die, wait or fail. */
export type Fault = (point: 'after-claim' | 'after-gate' | 'before-record') => Promise<void>;

export interface Sending {
  db: Database;
  pool: LanePool;
  renderer: Renderer;
  fault: Fault;
  /** The caller's turn is up: no further message of the claim is taken. */
  isOver(): boolean;
}

/** A second apart; after two minutes the row is taken for lost anyway. */
const recordTries = 60;

const verdicts: Record<AnswerKind, Verdict> = {
  transient: 'retry',
  hardBounce: 'hard_bounce',
  softBounce: 'soft_bounce',
  policy: 'policy',
  authentication: 'authentication',
};

/**
 * Brings a claim through the gate to the mail server, over as many connections as the mailbox has, and records what became of each
 * message before its connection takes the next one: a process that dies leaves no more messages unknown than it had connections.
 * Answers false when the server could not be reached or logged in to: what was not begun is planned again.
 */
export async function sendBatch(
  sending: Sending,
  settings: MailboxSettings,
  server: SmtpServer,
  { claimId, rows }: Claim,
): Promise<boolean> {
  const { db, pool, renderer, fault } = sending;
  const { tenantId } = renderer;
  await fault('after-claim');
  const facts = await db.inTenant(tenantId, (tx) =>
    messageFacts(
      tx,
      claimId,
      rows.map(({ id }) => id),
    ),
  );

  const gate = new Batcher<string, boolean>(async (ids) => {
    const passed = await passGate(db, tenantId, claimId, ids);
    return ids.map((id) => passed.has(id));
  });
  const recorder = new Batcher<Outcome, void>(async (outcomes) => {
    await persistently(() =>
      db.inTenant(tenantId, (tx) =>
        recordOutcomes(tx, settings.id, outcomes, { nextOpening: openingAfter, deadline: optOutDeadline }),
      ),
    );
    return outcomes.map(() => undefined);
  });

  /** One message, gate to record. False: there is no way to the server. */
  async function sendOne(message: RenderedMessage): Promise<boolean> {
    const { sendId, enrolmentId, step, messageId } = message;
    const record = (verdict: Verdict, answer?: Refused) =>
      recorder.ask({
        sendId,
        enrolmentId,
        step,
        verdict,
        messageId,
        ...(answer ? { answerCode: answer.code, answerClass: verdict } : {}),
      });
    let lane: Awaited<ReturnType<LanePool['take']>>;
    try {
      lane = await pool.take(server);
    } catch (error) {
      if (!(error instanceof SmtpConnectFailed)) throw error;
      const isOurs = error.phase === 'auth' && error.answer !== null && classifyAnswer(error.answer, 'auth') === 'authentication';
      await record(isOurs ? 'authentication' : 'retry');
      return false;
    }
    try {
      const prepared = await lane.prepare(message.envelope);
      if (prepared.outcome !== 'ready') {
        await record(verdictOf(prepared), prepared.outcome === 'refused' ? prepared : undefined);
        return prepared.outcome !== 'notBegun' || prepared.reason !== 'timeout'; // a server that hangs is left alone for a while
      }
      const window = openWireWindow(); // before the gate is asked: it ends no later than what the gate promises
      if (!(await gate.ask(sendId))) {
        lane.abandon();
        return true;
      }
      await fault('after-gate');
      const outcome = await lane.data(message.bytes, window);
      await fault('before-record');
      await record(verdictOf(outcome), outcome.outcome === 'refused' ? outcome : undefined);
      return true;
    } finally {
      pool.giveBack(server, lane);
    }
  }

  let next = 0;
  let reachable = true;
  async function connection(): Promise<void> {
    while (reachable && next < facts.length && !sending.isOver()) {
      const fact = facts[next];
      next += 1;
      if (!fact) return;
      const rendered = await renderer.render(fact, settings);
      if ('unrenderable' in rendered) {
        await recorder.ask({ sendId: fact.sendId, enrolmentId: fact.enrolmentId, step: fact.step, verdict: 'unrenderable' });
      } else if (!(await sendOne(rendered))) {
        reachable = false;
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(settings.connections, facts.length) }, connection));
  } finally {
    if (next < facts.length) await db.inTenant(tenantId, (tx) => release(tx, claimId));
  }
  return reachable;
}

/** An outcome that we know is worth waiting for the database: unrecorded it would become `unknown`, for a person to settle. */
async function persistently(record: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await record();
    } catch (error) {
      if (tries === recordTries) throw error;
      await sleep(1_000);
    }
  }
}

function verdictOf(outcome: SendOutcome | NotBegun | Refused): Verdict {
  switch (outcome.outcome) {
    case 'sent':
      return 'sent';
    case 'unknown':
      return 'unknown';
    case 'notBegun':
      return 'retry';
    case 'refused':
      return verdicts[classifyAnswer(outcome, outcome.phase)];
  }
}
