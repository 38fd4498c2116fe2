import type { Client } from '@temporalio/client';
import { machine, type Seen } from '../../db/auditor/invariants.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const query = `TemporalReportedProblems IN ("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut") AND ExecutionStatus = "Running"`;

/** Runs whose workflow task keeps failing, as Temporal marks them: the code does not fit the history, and does not mend by itself. */
export async function failingWorkflows(client: Client, most: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
    const tenantId = workflowId.split('/')[1] ?? '';
    seen.push({ tenantId: uuid.test(tenantId) ? tenantId : machine, subject: workflowId, facts: { runId, type } });
    if (seen.length === most) break;
  }
  return seen;
}
