import type { Client } from '@temporalio/client';
import type { Execution, Executions } from '../../activities/deletion/world.ts';

/**
 * The executions of a world. The time-skipping server has no list and deletes nothing, so those that the record knows are asked for one by
 * one, and each that was removed counts as gone; test/scripts/proveErasure.test.ts holds the real ones against a real server.
 */
export function executionsOf(client: Client, terminate: (workflowId: string) => Promise<boolean>): Executions {
  const removed = new Set<string>();
  return {
    async find({ workflowIds }) {
      const found: Execution[] = [];
      for (const workflowId of workflowIds) {
        const known = await client.workflow
          .getHandle(workflowId)
          .describe()
          .then(
            ({ runId, status }) => ({ workflowId, runId, isOpen: status.name === 'RUNNING' }),
            () => null, // wanted, and never started
          );
        if (known && !removed.has(known.runId)) found.push(known);
      }
      return found;
    },
    async remove({ workflowId, runId }) {
      await terminate(workflowId);
      removed.add(runId);
    },
    knowsAlarms: () => Promise.resolve(false),
  };
}
