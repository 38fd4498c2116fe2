import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxSettings, MessageFacts } from '../../db/messages.ts';
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
}

/** A claimed message with all that it takes to send it. */
export interface Job {
  claimId: string;
  settings: MailboxSettings;
  server: SmtpServer;
  facts: MessageFacts;
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
 * Writes a message, brings it through the gate to the mail server and records what became of it. Many at a time share the gate's and
 * the record's transactions. Answers false when the server could not be reached or logged in to.
 */
export function messageSender({ db, pool, renderer, fault }: Sending, mailboxId: string): (job: Job) => Promise<boolean> {
  const { tenantId } = renderer;
  // A third of the connections: the others are at the wire or in the other batch.
  let worthwhile = 1;
  const gate = new Batcher<Job, boolean>(
    async (jobs) => {
      // Under the claim that each has: a row that was lost to another claim is no longer ours to send.
      const claims = [...new Set(jobs.map(({ claimId }) => claimId))];
      const passed = await Promise.all(
        claims.map(async (claimId) => {
          const ids = jobs.filter((job) => job.claimId === claimId).map(({ facts }) => facts.sendId);
          return [claimId, await passGate(db, tenantId, claimId, ids)] as const;
        }),
      );
      const through = new Map(passed);
      return jobs.map(({ claimId, facts }) => through.get(claimId)?.has(facts.sendId) === true);
    },
    () => worthwhile,
  );
  const recorder = new Batcher<Outcome, void>(
    async (outcomes) => {
      await persistently(() =>
        db.inTenant(tenantId, (tx) =>
          recordOutcomes(tx, mailboxId, outcomes, { nextOpening: openingAfter, deadline: optOutDeadline }),
        ),
      );
      return outcomes.map(() => undefined);
    },
    () => worthwhile,
  );

  async function deliver(job: Job, message: RenderedMessage): Promise<boolean> {
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
      lane = await pool.take(job.server);
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
      if (!(await gate.ask(job))) {
        lane.abandon();
        return true;
      }
      await fault('after-gate');
      const outcome = await lane.data(message.bytes, window);
      await fault('before-record');
      await record(verdictOf(outcome), outcome.outcome === 'refused' ? outcome : undefined);
      return true;
    } finally {
      pool.giveBack(job.server, lane);
    }
  }

  return async (job) => {
    worthwhile = Math.ceil(job.settings.connections / 3);
    const { sendId, enrolmentId, step } = job.facts;
    const message = await renderer.render(job.facts, job.settings);
    if (!('unrenderable' in message)) return deliver(job, message);
    await recorder.ask({ sendId, enrolmentId, step, verdict: 'unrenderable' });
    return true;
  };
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
