import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registries.ts';
import { patience, wake } from './rhythm.ts';

// The whole federal registry takes an hour; a worker that dies is noticed by its missing heartbeat, and the next goes on where it was.
const { loadRegistryFile } = proxyActivities<RegistryActivities>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  retry: patience,
});
const { reportRefusedLoad } = proxyActivities<RegistryActivities>({ startToCloseTimeout: '2 minutes', retry: patience });

/**
 * Keeps P12: a download of a do-not-call registry comes into force whole or not at all. A refused one leaves the old list in force, and the
 * officers hear of it.
 */
export async function dncRefresh(tenantId: string, loadId: string): Promise<void> {
  setHandler(wake, () => {}); // a load never changes: a wake is only a second start
  if (await loadRegistryFile(tenantId, loadId)) await reportRefusedLoad(tenantId, loadId);
}
