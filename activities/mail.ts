import { ApplicationFailure, Context } from '@temporalio/activity';
import { claim, release } from '../db/claims.ts';
import { nextForwardMs } from '../db/forwarding.ts';
import { nextLeaseEndMs, settleAbandoned } from '../db/leases.ts';
import { mailboxSettings, messageFacts } from '../db/messages.ts';
import { beginLook, closeWork } from '../db/outbox.ts';
import { giveNextWindow, hasOpenWork, mostOutOfWindow, nextRoomMs, nextWorkMs, outOfWindow } from '../db/pacing.ts';
import { isRehearsal } from '../db/rehearsal/playing.ts';
import type { Database, Tx } from '../db/transaction.ts';
import { giveWords } from '../db/variants.ts';
import { judgeVariants } from '../db/variantTests.ts';
import { mailboxWork } from '../db/workflowIds.ts';
import { openingAt } from '../law/openings.ts';
import type { LanePool } from '../providers/mail/lanePool.ts';
import type { Vault } from '../providers/vault.ts';
import type { Dispatch } from './dispatch.ts';
import type { RendererOf } from './mail/renderer.ts';
import { serverOf } from './mail/serverOf.ts';
import { type ClaimedWork, type Held, sendClaims } from './mail/sendClaims.ts';
import { type Fault, messageSender } from './mail/sendMessage.ts';

/** A call returns after so long even if more is due: the workflow calls again. */
const turnMs = 50_000;
/** A claim is small and late: only what each connection can send within the next seconds. */
const claimsPerConnection = 5;
/** What a crash of PostgreSQL takes from a claim is planned still: the gate waits for the disk, and with it for all that came before. */
const claimsMayBeLost = { mayBeLost: true } as const;
/** Pause before a server that could not be reached is tried again; wall clock. */
const unreachableMs = 5_000;

export interface MailDependencies {
  db: Database;
  dispatch: Dispatch;
  vault: Vault;
  pool: LanePool;
  rendererOf: RendererOf;
  fault: Fault;
  /** From 0 to 1: spreads the gap between two messages of a rep's mailbox. */
  random(): number;
  monotonicMs(): number;
}

/** What a mailbox's sender asks of the world. */
export function mailActivities(deps: MailDependencies) {
  const { db, dispatch } = deps;

  return {
    /** Settles what dead senders left; says how many lanes the mailbox has and whether replies wait, or that it has no work left. */
    async lookAtMailbox(tenantId: string, mailboxId: string): Promise<{ lanes: number; hasReplies: boolean; ended: boolean }> {
      const look = await db.inTenant(tenantId, async (tx) => {
        const { workflowId } = mailboxWork(tenantId, mailboxId);
        await beginLook(tx, workflowId);
        await settleAbandoned(tx, mailboxId);
        await judgeVariants(tx, mailboxId);
        const { lanes } = await tx.row<{ lanes: number }>(`select lanes from mailboxes where id = $1`, [mailboxId]);
        const isIdle = !(await hasOpenWork(tx, mailboxId));
        const hasReplies = (await nextForwardMs(tx, mailboxId)) !== null;
        return { lanes, hasReplies, ended: isIdle && !hasReplies && (await closeWork(tx, workflowId)) };
      });
      await dispatch.deliver();
      return look;
    },

    /** Sends what is due, for a minute at most. Answers the real milliseconds until there may be more; null: until somebody plans some. */
    async sendDue(tenantId: string, mailboxId: string): Promise<number | null> {
      await refuseWrongTransport(tenantId);
      const endsAt = deps.monotonicMs() + turnMs;
      const context = Context.current();
      const isOver = () => context.cancellationSignal.aborted || deps.monotonicMs() > endsAt;
      const beat = setInterval(() => context.heartbeat(), 2_000);
      try {
        const send = messageSender({ ...deps, renderer: deps.rendererOf(tenantId) }, mailboxId);
        for (;;) {
          if (isOver()) return 0;
          const { sent, reachable, heldBy } = await sendClaims({
            claimMore: () => claimMore(tenantId, mailboxId),
            send,
            release: (claimId) => db.inTenant(tenantId, (tx) => release(tx, claimId)),
            isOver,
          });
          await dispatch.deliver();
          if (!reachable) return unreachableMs;
          if (await repliesWait(tenantId, mailboxId)) return 0; // they go between two turns, and their minute runs
          if (sent === 0) return await restMs(tenantId, mailboxId, heldBy);
        }
      } finally {
        clearInterval(beat);
      }
    },
  };

  /** Nothing of a rehearsal goes to a mail server, whatever its mailbox says; and nothing of anybody else's counts as sent without one. */
  async function refuseWrongTransport(tenantId: string): Promise<void> {
    if ((await db.inTenant(tenantId, isRehearsal)) === deps.pool.hasTransport)
      throw ApplicationFailure.nonRetryable(
        'A rehearsal sends over no mail server, and only a rehearsal does.',
        'WrongTransport',
      );
  }

  /** What the mailbox may send within the next seconds, ready to be sent; or which rule keeps it from more right now. */
  async function claimMore(tenantId: string, mailboxId: string): Promise<ClaimedWork | Held> {
    for (;;) {
      const looked = await db.inTenant(tenantId, (tx) => lookForMore(tx, mailboxId), claimsMayBeLost);
      if (looked === 'replies wait') return { heldBy: null };
      if (looked === 'look again') continue;
      const { settings, claimed, facts } = looked;
      const { claimId, heldBy } = claimed;
      if (claimed.rows.length > 0) {
        await deps.fault('after-claim');
        const server = serverOf(deps.vault, tenantId, settings);
        return { connections: settings.connections, jobs: facts.map((facts) => ({ claimId, settings, server, facts })) };
      }
      if (!claimed.progressed) return { heldBy };
    }
  }

  async function lookForMore(tx: Tx, mailboxId: string) {
    if ((await nextForwardMs(tx, mailboxId)) === 0) return 'replies wait' as const;
    if (await moveToNextWindow(tx, mailboxId)) return 'look again' as const;
    const settings = await mailboxSettings(tx, mailboxId);
    const claimed = await claim(tx, mailboxId, { most: claimsPerConnection * settings.connections, jitter: deps.random() });
    const ids = claimed.rows.map(({ id }) => id);
    const facts = ids.length > 0 ? await giveWords(tx, claimed.rows, await messageFacts(tx, claimed.claimId, ids)) : [];
    return { settings, claimed, facts };
  }

  async function repliesWait(tenantId: string, mailboxId: string): Promise<boolean> {
    return (await db.inTenant(tenantId, (tx) => nextForwardMs(tx, mailboxId))) === 0;
  }

  /** A few hundred at a time; answers whether there may be more. */
  async function moveToNextWindow(tx: Tx, mailboxId: string): Promise<boolean> {
    const rows = await outOfWindow(tx, mailboxId);
    if (rows.length === 0) return false;
    const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
    await giveNextWindow(
      tx,
      rows.map(({ id, place, definition }) => {
        const opening = openingAt(definition, place, now);
        return { id, opensAt: opening?.at ?? null, closesAt: opening?.closesAt ?? null };
      }),
    );
    return rows.length === mostOutOfWindow;
  }

  function restMs(
    tenantId: string,
    mailboxId: string,
    heldBy: 'paused' | 'gap' | 'limit' | 'nothing_due' | null,
  ): Promise<number | null> {
    return db.inTenant(tenantId, async (tx) => {
      const work = heldBy === 'limit' ? await nextRoomMs(tx, mailboxId) : await nextWorkMs(tx, mailboxId);
      const lease = await nextLeaseEndMs(tx, mailboxId);
      if (work === null && lease === null) {
        const stays = (await hasOpenWork(tx, mailboxId)) || (await nextForwardMs(tx, mailboxId)) !== null;
        return stays ? null : 0; // 0: look again, and end
      }
      return work === null ? lease : Math.min(work, lease ?? work);
    });
  }
}
export type MailActivities = ReturnType<typeof mailActivities>;
