import type { Client } from '@temporalio/client';
import type { Execution, Executions } from '../activities/deletion/world.ts';

const NOT_FOUND = 5; // gRPC
/** Set on an execution whose promise is late (workflows/accountDeletion.ts). */
const alarmAttribute = 'DecorumAlarm';
const inOneQuery = 20;

/** The executions of a tenant, found by Temporal's list of ids and by asking for those that the record knows. */
export function temporalExecutions(client: Client, namespace: string): Executions {
  async function listed(query: string): Promise<Execution[]> {
    const found: Execution[] = [];
    for await (const { workflowId, runId, status } of client.workflow.list({ query }))
      found.push({ workflowId, runId, isOpen: status.name === 'RUNNING' });
    return found;
  }

  return {
    async find({ prefixes, workflowIds }) {
      const found = new Map<string, Execution>();
      const queries = [
        ...inGroups(prefixes).map((some) => some.map((prefix) => `WorkflowId STARTS_WITH '${prefix}'`).join(' or ')),
        ...inGroups(workflowIds).map((some) => `WorkflowId in (${some.map((id) => `'${id}'`).join(', ')})`),
      ];
      for (const query of queries) for (const execution of await listed(query)) found.set(execution.runId, execution);
      return [...found.values()];
    },

    async remove({ workflowId, runId, isOpen }) {
      const workflowExecution = { workflowId, runId };
      if (isOpen) await client.workflow.getHandle(workflowId, runId).terminate('the account was deleted').catch(unlessGone);
      await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }).catch(unlessGone);
    },

    knowsAlarms: () =>
      client.workflowService.countWorkflowExecutions({ namespace, query: `${alarmAttribute} = 'late'` }).then(
        () => true,
        () => false, // an attribute that nobody registered, or a server without a list: the alarm goes by mail and page
      ),
  };
}

function inGroups(all: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(all.length / inOneQuery) }, (_, n) => all.slice(n * inOneQuery, (n + 1) * inOneQuery));
}

function unlessGone(error: unknown): void {
  const { code, name } = error as { code?: number; name?: string };
  if (code !== NOT_FOUND && name !== 'WorkflowNotFoundError') throw error;
}
