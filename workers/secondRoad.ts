import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { raiseAlarm } from '../activities/breach/alarm.ts';
import { type BreachWorld, breachRoutine } from '../activities/breach/routine.ts';
import { breachWork } from '../db/workflowIds.ts';

/** A notice is overdue when nothing has moved for so long after the instant at which it was to leave. */
const grace = '5 minutes';
/** A workflow task that has failed so often does not mend by itself: the code does not fit the history. */
const failingAttempts = 3;

interface Found {
  tenantId: string;
  incidentId: string;
}

export interface SecondRoad extends BreachWorld {
  log: Logger;
  /** A test's clock; absent: each workspace's own. */
  now?: (() => Promise<Date>) | undefined;
}

/**
 * The way of a breach notice without Temporal: what PostgreSQL shows as overdue is sent by the same routine as always. The people are
 * claimed in SQL, so a worker that comes back meanwhile takes others. Answers how many incidents were overdue.
 */
export async function sendOverdue(world: SecondRoad): Promise<number> {
  const { db, log, now } = world;
  const overdue = await db.lookUp<Found>(
    `select tenant_id as "tenantId", incident_id as "incidentId" from decorum.overdue_notices($1, $2)`,
    [grace, now ? await now() : null],
  );
  for (const { tenantId, incidentId } of overdue) {
    try {
      log.error({ tenantId, incidentId }, 'a breach notice is overdue: it is sent without Temporal');
      const routine = breachRoutine(world, tenantId, incidentId);
      while (await routine.gather());
      if ((await routine.due())?.mailRegulators) await routine.mailRegulators();
      while (
        await routine.send(
          () => undefined, // no heartbeat: nobody waits for this one
          () => false,
        )
      );
      await raiseAlarm(world, tenantId, incidentId, {
        what: 'overdue',
        words: 'The notice was overdue by five minutes and has been sent without Temporal. Look at the workers.',
      });
    } catch (error) {
      log.error({ err: error, tenantId, incidentId }, 'an overdue breach notice could not be sent; it is tried again');
    }
  }
  return overdue.length;
}

/** Alarms for open incidents whose workflow cannot go on: a task that keeps failing, or a run that is gone. Answers their ids. */
export async function watchWorkflows(world: SecondRoad, client: Client): Promise<string[]> {
  const { db, log } = world;
  const open = await db.lookUp<Found>(
    `select tenant_id as "tenantId", incident_id as "incidentId" from decorum.open_incidents()`,
    [],
  );
  const failing: string[] = [];
  for (const { tenantId, incidentId } of open) {
    const { workflowId } = breachWork(tenantId, incidentId);
    if (!(await isFailing(client, workflowId))) continue;
    failing.push(incidentId);
    log.error({ workflowId }, 'a workflow task keeps failing');
    await raiseAlarm(world, tenantId, incidentId, {
      what: 'workflow_task',
      words: 'The clock of this incident cannot go on: its workflow task keeps failing. The notice leaves by the second road.',
    });
  }
  return failing;
}

/** By the attempts at its open task, or by the last thing that its history says of a task: a server may show only one of them. */
async function isFailing(client: Client, workflowId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  const { raw } = await handle.describe();
  if ((raw.pendingWorkflowTask?.attempt ?? 0) >= failingAttempts) return true;
  const { events } = await handle.fetchHistory();
  const last = events?.findLast(
    ({ workflowTaskCompletedEventAttributes: done, workflowTaskFailedEventAttributes: failed }) => done ?? failed,
  );
  return Boolean(last?.workflowTaskFailedEventAttributes);
}
