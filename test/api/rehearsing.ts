import { MockActivityEnvironment } from '@temporalio/testing';
import { type RehearsalProgress, rehearsalActivities } from '../../activities/rehearsal.ts';
import type { Dependencies } from '../../api/dependencies.ts';

/** Plays a rehearsal that the API has begun: what its workflow does, in its order. */
export async function play({ db, vault }: Dependencies, tenantId: string, rehearsalId: string): Promise<void> {
  const dispatch = { deliver: () => Promise.resolve() };
  const acts = rehearsalActivities({ db, vault, dispatch, monotonicMs: () => performance.now() });
  const run = <T>(act: (tenantId: string, id: string) => Promise<T>) =>
    new MockActivityEnvironment().run<[string, string], T, typeof act>(act, tenantId, rehearsalId);
  if (await run(acts.copyForRehearsal)) {
    for (let last: RehearsalProgress | undefined; !last || last.stage === 'playing'; last = await run(acts.playNext));
    await run(acts.keepCalendar);
  }
  await run(acts.eraseRehearsal);
}
