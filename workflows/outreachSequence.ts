import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { LaunchProgress, OutreachActivities } from '../activities/outreach.ts';
import { patience, rhythm } from './rhythm.ts';

const { lookAtLaunch, enrolNext, settle, pause, resume, stop } = proxyActivities<OutreachActivities>({
  startToCloseTimeout: '1 minute',
  retry: patience,
});

/** What an officer or a rep may ask of a running launch; each answers whether anything changed, once it is committed. */
export const pauseSequence = defineUpdate<boolean>('pause');
export const resumeSequence = defineUpdate<boolean>('resume');
export const stopSequence = defineUpdate<boolean>('stop');
/** Counts as of the last look; the API reads the record itself. */
export const progress = defineQuery<LaunchProgress | null>('progress');

/**
 * A launch (P11, P12): takes its lists in, cohort by cohort, and ends when nobody in it is open. The cohorts plan and the mailboxes
 * send by themselves; the record is the row `launchId`.
 */
export async function outreachSequence(tenantId: string, launchId: string): Promise<void> {
  let last: LaunchProgress | null = null;
  setHandler(progress, () => last);
  setHandler(pauseSequence, () => pause(tenantId, launchId));
  setHandler(resumeSequence, () => resume(tenantId, launchId));
  setHandler(stopSequence, () => stop(tenantId, launchId));
  const { listen, isWoken, rest } = rhythm();

  for (;;) {
    listen();
    last = await lookAtLaunch(tenantId, launchId);
    while (last.state === 'enrolling' && (await enrolNext(tenantId, launchId)));
    while (last.unsettled && (await settle(tenantId, launchId))); // who steered it did not come to the end
    if (last.unsettled) continue;
    if (last.state === 'enrolling') continue; // everybody is in: look whether anybody may be written to
    if (last.ended) {
      await condition(allHandlersFinished);
      if (!isWoken()) return;
    }
    if (!(await rest(null))) return continueAsNew<typeof outreachSequence>(tenantId, launchId);
  }
}
