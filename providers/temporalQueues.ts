import { Connection } from '@temporalio/client';
import type { Environment } from './environment.ts';

const WAIT_MS = 2_000;
type DescribeTaskQueue = Parameters<Connection['workflowService']['describeTaskQueue']>[0];
/** temporal.api.enums.v1.TaskQueueType */
const kinds = { workflows: 1, activities: 2 } as const;

/** How many processes ask Temporal for the work of a queue. */
export interface QueueWorkers {
  workflows: number;
  activities: number;
}

/** Who works on a queue, as Temporal has seen it in the last minutes; null when Temporal does not answer. */
export type AskQueue = (taskQueue: string) => Promise<QueueWorkers | null>;

/** Connects when it is first asked: the API answers, whether or not Temporal is there. */
export function openQueues(
  environment: Pick<Environment, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'TEMPORAL_API_KEY'>,
  now: () => Date,
): { ask: AskQueue; close: () => Promise<void> } {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = environment;
  // Without interceptors: what is not answered is asked again by the next look, not by a timer that outlives the connection.
  const connection = Connection.lazy({ address, interceptors: [], ...(apiKey && { apiKey, tls: true }) });

  async function pollers(name: string, taskQueueType: number): Promise<number> {
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum itself comes with a package that only tests have
    const request = { namespace, taskQueue: { name }, taskQueueType } as DescribeTaskQueue;
    const { pollers } = await connection.withDeadline(now().getTime() + WAIT_MS, () =>
      connection.workflowService.describeTaskQueue(request),
    );
    return new Set((pollers ?? []).map(({ identity }) => identity)).size;
  }

  return {
    async ask(taskQueue) {
      try {
        const [workflows, activities] = await Promise.all([
          pollers(taskQueue, kinds.workflows),
          pollers(taskQueue, kinds.activities),
        ]);
        return { workflows, activities };
      } catch {
        return null; // whatever it was, nobody can be seen at work: the page says so
      }
    },
    close: () => connection.close(),
  };
}
