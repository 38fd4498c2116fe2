import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { BreachActivities } from '../activities/breach.ts';
import { patience, rhythm } from './rhythm.ts';

const { lookAtBreach, gatherAffected, remindOfficers, mailRegulators, approveNotice } = proxyActivities<BreachActivities>({
  startToCloseTimeout: '2 minutes',
  retry: patience,
});
// One call sends for at most a minute; a worker that dies is noticed by its missing heartbeat.
const { sendNotices } = proxyActivities<BreachActivities>({
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  retry: patience,
});

/** An officer approves the notices as they were at a revision; true: nobody else must. The validator lets no empty approval in. */
const approveBreachNotice = defineUpdate<boolean, [revision: number, officerId: string]>('approve');
const breachStage = defineQuery<'open' | 'sending' | 'closed'>('stage');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Keeps P6: whoever is affected is told within 72 hours of the discovery, the regulators as each state wants it. Reminds officers while
 * nobody has approved, and sends by default in time: the record `incidentId` says when, and this is its clock.
 */
export async function breachNotification(tenantId: string, incidentId: string): Promise<void> {
  let now: 'open' | 'sending' | 'closed' = 'open';
  setHandler(breachStage, () => now);
  setHandler(approveBreachNotice, (revision, officerId) => approveNotice(tenantId, incidentId, revision, officerId), {
    validator(revision, officerId) {
      if (now !== 'open') throw new Error(`The notice can no longer be approved: it is ${now}.`);
      if (!Number.isInteger(revision) || !uuid.test(officerId)) throw new Error('An approval names a revision and an officer.');
    },
  });
  const { listen, isWoken, rest } = rhythm();

  for (;;) {
    listen();
    const due = await lookAtBreach(tenantId, incidentId);
    if (due.ended && !isWoken()) break;
    if (due.gather) while (await gatherAffected(tenantId, incidentId));
    if (due.remind) await remindOfficers(tenantId, incidentId);
    if (due.mailRegulators) await mailRegulators(tenantId, incidentId);
    if (due.send) {
      now = 'sending';
      while (await sendNotices(tenantId, incidentId));
    }
    const isBusy = due.gather || due.remind || due.send; // look at once what follows from it
    if (!(await rest(isBusy ? 0 : due.waitMs))) return continueAsNew<typeof breachNotification>(tenantId, incidentId);
  }
  now = 'closed';
  await condition(allHandlersFinished);
}
