import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Dispatch } from '../activities/dispatch.ts';
import type { DispatcherDatabase, Owed } from '../db/dispatching.ts';
import { TenantKeyDestroyed } from '../providers/codec/keyring.ts';

/** Open rows are offered again to Temporal after so long, in case its store lost them without our knowing. */
const sweepAfterSeconds = 600;
const page = 200;

export interface Dispatcher extends Dispatch {
  /** Everything open is offered again: Temporal's store is new, or an operator asks for it. Answers how many. */
  rebuild(): Promise<number>;
  /** One round of the sweep: what is owed, then what has not been confirmed for long. */
  sweep(): Promise<void>;
}

/**
 * The road from the record to Temporal. A wish is delivered by signal-with-start: the id makes a second start a mere wake, and a start
 * that is lost is found by the next sweep. Temporal may be down: the wish stays owed.
 */
export function createDispatcher(options: { client: Client; db: DispatcherDatabase; log: Logger }): Dispatcher {
  const { client, db, log } = options;

  async function start(wish: Owed): Promise<void> {
    await client.workflow.signalWithStart(wish.workflowType, {
      workflowId: wish.workflowId,
      taskQueue: wish.taskQueue,
      args: wish.args,
      priority: { fairnessKey: wish.tenantId }, // one tenant's burst does not stand before the others' work
      signal: 'wake',
      signalArgs: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
  }

  /** Without a signal: a workflow that runs has no event in its history from being confirmed. */
  async function confirm(wish: Owed): Promise<void> {
    await client.workflow
      .start(wish.workflowType, {
        workflowId: wish.workflowId,
        taskQueue: wish.taskQueue,
        args: wish.args,
        priority: { fairnessKey: wish.tenantId },
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
  }

  async function each(wishes: readonly Owed[], offer: (wish: Owed) => Promise<void>): Promise<void> {
    const width = 20;
    for (let from = 0; from < wishes.length; from += width) {
      await Promise.all(
        wishes.slice(from, from + width).map((wish) => offer(wish).catch((error: unknown) => letGo(wish, error))),
      );
    }
  }

  /** A workspace that is gone gets no workflow any more, and keeps nobody else's waiting. */
  function letGo({ workflowId }: Owed, error: unknown): void {
    if (!(error instanceof TenantKeyDestroyed)) throw error;
    log.error({ workflowId }, 'a workflow is wished for in a workspace whose key was destroyed: it is not started');
  }

  async function deliverOwed(): Promise<void> {
    for (;;) {
      const owed = await db.takeOwed(page);
      try {
        await each(owed, start);
      } catch (error) {
        await db.giveBack(owed);
        throw error;
      }
      if (owed.length < page) return;
    }
  }

  return {
    async deliver() {
      try {
        await deliverOwed();
      } catch (error) {
        log.warn({ err: error }, 'Temporal or the outbox cannot be reached: the sweep delivers later');
      }
    },
    async sweep() {
      await deliverOwed();
      for (;;) {
        const stale = await db.takeUnconfirmed(sweepAfterSeconds, page);
        await each(stale, confirm);
        if (stale.length < page) return;
      }
    },
    async rebuild() {
      const owed = await db.oweEverything();
      await deliverOwed();
      return owed;
    },
  };
}
