import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ErasureActivities } from '../activities/erasures.ts';
import { patience, rhythm } from './rhythm.ts';

const { erasePerson } = proxyActivities<ErasureActivities>({ startToCloseTimeout: '2 minutes', retry: patience });

/**
 * Keeps P8 for one person, contact or user, and P13 for a child: erased as soon as nothing holds them and nothing of theirs is at the wire.
 * The record `erasureId` says who it is; this is its clock.
 */
export async function personErasure(tenantId: string, erasureId: string): Promise<void> {
  const { listen, rest } = rhythm();
  for (;;) {
    listen();
    const waitMs = await erasePerson(tenantId, erasureId);
    if (waitMs === null) return;
    if (!(await rest(waitMs))) return continueAsNew<typeof personErasure>(tenantId, erasureId);
  }
}
