import { setTimeout as sleep } from 'node:timers/promises';
import { cohortWork, mailboxWork, sequenceWork } from '../../db/workflowIds.ts';
import { ended, newOutreach } from '../outreach.ts';
import type { World } from '../world.ts';
import { allAccepted } from './sending.ts';

const atOnce = 20;

/** Bytes of history that a launch leaves in Temporal for each of its people: sequence, cohorts and mailbox, with all their earlier runs. */
export async function historyBytesPerRecipient(
  world: World,
  { people, lanes }: { people: number; lanes: number },
): Promise<number> {
  const { accepted } = await world.sink.counts();
  const outreach = await newOutreach(world, { people, lanes });
  const { launchId } = await outreach.launch();
  await allAccepted(world, accepted + people);
  await ended(world, outreach.tenantId);
  const { cohorts } = await world.db.inTenant(outreach.tenantId, (tx) =>
    tx.row<{ cohorts: number }>(`select count(distinct cohort) as cohorts from enrolments where launch_id = $1`, [launchId]),
  );
  const ids = [
    sequenceWork(outreach.tenantId, launchId),
    mailboxWork(outreach.tenantId, outreach.mailboxId),
    ...Array.from({ length: cohorts }, (_, index) => cohortWork(outreach.tenantId, launchId, index + 1)),
  ];
  let bytes = 0;
  for (let from = 0; from < ids.length; from += atOnce) {
    const sizes = await Promise.all(ids.slice(from, from + atOnce).map(({ workflowId }) => historyBytes(world, workflowId)));
    for (const size of sizes) bytes += size;
  }
  return bytes / people;
}

/** Of all runs of a workflow; waits for the last one's end, which follows the record by moments. */
async function historyBytes({ client }: World, workflowId: string): Promise<number> {
  for (const patient = AbortSignal.timeout(30_000); ; await sleep(100)) {
    const runs = [];
    for await (const run of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) runs.push(run);
    if (runs.length > 0 && runs.every(({ status }) => status.name !== 'RUNNING')) {
      const described = await Promise.all(runs.map(({ runId }) => client.workflow.getHandle(workflowId, runId).describe()));
      return described.reduce((sum, { historySize }) => sum + (historySize ?? 0), 0);
    }
    if (patient.aborted) throw new Error(`${workflowId} does not end.`);
  }
}
