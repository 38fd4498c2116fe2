import { ApplicationFailure, Context } from '@temporalio/activity';
import { approve } from '../db/breach/approving.ts';
import type { Look } from '../db/breach/look.ts';
import { type BreachWorld, breachRoutine } from './breach/routine.ts';
import type { Dispatch } from './dispatch.ts';

export interface BreachDependencies extends BreachWorld {
  dispatch: Dispatch;
}

/** What the clock of an incident asks of the world. */
export function breachActivities(deps: BreachDependencies) {
  const { db, dispatch } = deps;
  return {
    lookAtBreach: (tenantId: string, incidentId: string): Promise<Look> => breachRoutine(deps, tenantId, incidentId).look(),

    gatherAffected: (tenantId: string, incidentId: string): Promise<boolean> =>
      breachRoutine(deps, tenantId, incidentId).gather(),

    remindOfficers: (tenantId: string, incidentId: string): Promise<void> => breachRoutine(deps, tenantId, incidentId).remind(),

    mailRegulators: (tenantId: string, incidentId: string): Promise<void> =>
      breachRoutine(deps, tenantId, incidentId).mailRegulators(),

    /** Tells the users for a minute at most; true: call again. */
    async sendNotices(tenantId: string, incidentId: string): Promise<boolean> {
      const context = Context.current();
      let count = 0;
      const beat = setInterval(() => context.heartbeat(count), 2_000);
      try {
        return await breachRoutine(deps, tenantId, incidentId).send(
          (sent) => void (count = sent),
          () => context.cancellationSignal.aborted,
        );
      } finally {
        clearInterval(beat);
      }
    },

    /** An officer's approval of one revision of the notices; refused when the notices have changed since. */
    async approveNotice(tenantId: string, incidentId: string, revision: number, officerId: string): Promise<boolean> {
      const approval = await db.inTenant(tenantId, (tx) => approve(tx, incidentId, revision, officerId));
      await dispatch.deliver();
      if (approval !== 'approved' && approval !== 'needs_another')
        throw ApplicationFailure.nonRetryable(`The notice is not approved: ${approval}.`, approval);
      return approval === 'approved';
    },
  };
}
export type BreachActivities = ReturnType<typeof breachActivities>;
