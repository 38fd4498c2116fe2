import { Context } from '@temporalio/activity';
import { claim } from '../db/claims.ts';
import { nextForwardMs } from '../db/forwarding.ts';
import { nextLeaseEndMs, settleAbandoned } from '../db/leases.ts';
import { mailboxSettings } from '../db/messages.ts';
import { beginLook, closeWork } from '../db/outbox.ts';
import { giveNextWindow, hasOpenWork, nextRoomMs, nextWorkMs, outOfWindow } from '../db/pacing.ts';
import type { Database } from '../db/transaction.ts';
import { mailboxWork } from '../db/workflowIds.ts';
import { openingAt } from '../law/openings.ts';
import type { LanePool } from '../providers/mail/lanePool.ts';
import type { Vault } from '../providers/vault.ts';
import type { Dispatch } from './dispatch.ts';
import type { RendererOf } from './mail/renderer.ts';
import { serverOf } from './mail/serverOf.ts';
import { type Fault, sendBatch } from './mail/sendBatch.ts';

/** A call returns after so long even if more is due: the workflow calls again. */
const turnMs = 50_000;
/** A claim is small and late: only what the next minute can send. */
const claimSize = 50;
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
      const endsAt = deps.monotonicMs() + turnMs;
      const context = Context.current();
      const isOver = () => context.cancellationSignal.aborted || deps.monotonicMs() > endsAt;
      const beat = setInterval(() => context.heartbeat(), 2_000);
      try {
        const renderer = deps.rendererOf(tenantId);
        for (;;) {
          if (isOver()) return 0;
          const settings = await db.inTenant(tenantId, (tx) => mailboxSettings(tx, mailboxId));
          if (settings.state === 'paused') return null;
          await moveToNextWindow(tenantId, mailboxId);
          const claimed = await db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most: claimSize, jitter: deps.random() }));
          if (claimed.rows.length > 0) {
            const sending = { db, pool: deps.pool, renderer, fault: deps.fault, isOver };
            const reachable = await sendBatch(sending, settings, serverOf(deps.vault, tenantId, settings), claimed);
            await dispatch.deliver();
            if (!reachable) return unreachableMs;
            if (await repliesWait(tenantId, mailboxId)) return 0; // they go between two turns, and their minute runs
          } else if (!claimed.progressed) {
            return await restMs(tenantId, mailboxId, claimed.heldBy);
          }
        }
      } finally {
        clearInterval(beat);
      }
    },
  };

  async function repliesWait(tenantId: string, mailboxId: string): Promise<boolean> {
    return (await db.inTenant(tenantId, (tx) => nextForwardMs(tx, mailboxId))) === 0;
  }

  async function moveToNextWindow(tenantId: string, mailboxId: string): Promise<void> {
    for (let moved = 500; moved === 500; ) {
      moved = await db.inTenant(tenantId, async (tx) => {
        const rows = await outOfWindow(tx, mailboxId);
        if (rows.length === 0) return 0;
        const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
        await giveNextWindow(
          tx,
          rows.map(({ id, place, definition }) => {
            const opening = openingAt(definition, place, now);
            return { id, opensAt: opening?.at ?? null, closesAt: opening?.closesAt ?? null };
          }),
        );
        return rows.length;
      });
    }
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
