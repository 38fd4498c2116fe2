import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import type { TaskQueue } from '../db/outbox.ts';
import type { Environment } from '../providers/environment.ts';

/** A workflow of the product's own, of no tenant, that Temporal starts again and again. It takes no arguments: what it needs is in the record. */
export interface Standing {
  /** Of the Schedule; its runs are `<id>-workflow-<instant>`. */
  id: string;
  workflowType: string;
  taskQueue: TaskQueue;
  every: Duration;
  /** Where in the period: `every: '1 day', offset: '3 hours'` is 03:00 UTC. */
  offset?: Duration;
  /** Also right after the Schedule was made, for what a new installation lacks. */
  atOnce?: true;
}

/** Where a store for them is named. */
const backups: readonly Standing[] = [
  { id: 'backup', workflowType: 'backup', taskQueue: 'bulk', every: '1 day', offset: '2 hours', atOnce: true },
  { id: 'restore-drill', workflowType: 'restoreDrill', taskQueue: 'bulk', every: '7 days', offset: '4 hours' },
];

/** Every Schedule of an installation. */
export function standingOf(environment: Environment): Standing[] {
  return [
    { id: 'dnc-watch', workflowType: 'dncWatch', taskQueue: 'legal', every: '5 minutes' },
    { id: 'abuse-watch', workflowType: 'abuseWatch', taskQueue: 'legal', every: '15 minutes' },
    { id: 'retention-sweep', workflowType: 'retentionSweep', taskQueue: 'legal', every: '1 day', offset: '4 hours' },
    { id: 'record-keeping', workflowType: 'recordKeeping', taskQueue: 'legal', every: '10 minutes' },
    ...((environment.BACKUP_FOLDER ?? environment.BACKUP_S3_URL) === undefined ? [] : backups),
  ];
}

/**
 * Makes the Schedules that are missing and brings the others up to date; safe in any number of workers at once. What an operator has
 * paused stays paused. After an outage one missed run is made up for, not each of them.
 */
export async function keepSchedules(client: Pick<Client, 'schedule'>, standing: readonly Standing[]): Promise<void> {
  for (const { id, workflowType, taskQueue, every, offset, atOnce } of standing) {
    const definition = {
      action: { type: 'startWorkflow' as const, workflowType, taskQueue, workflowId: id },
      spec: { intervals: [{ every, ...(offset !== undefined && { offset }) }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: every },
    };
    try {
      await client.schedule.create({ scheduleId: id, ...definition, state: { triggerImmediately: atOnce === true } });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(id).update(({ state }) => ({ ...definition, state }));
    }
  }
}
