import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ExportActivities } from '../activities/exports.ts';
import { patience, rhythm } from './rhythm.ts';

const { exportNext, expireExport } = proxyActivities<ExportActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  retry: patience,
});

/**
 * Keeps P8: everything that belongs to an account, or to one person, as CSV files in a zip, whenever it is asked for. Written piece by
 * piece, each of which also moves the resume point; deleted when its time is over, because a copy is one more place to lose it.
 */
export async function dataExport(tenantId: string, exportId: string): Promise<void> {
  const life = rhythm();
  while (await exportNext(tenantId, exportId)) {
    if (!(await life.rest(0))) return continueAsNew<typeof dataExport>(tenantId, exportId);
  }
  for (;;) {
    life.listen();
    const waitMs = await expireExport(tenantId, exportId);
    if (waitMs === null) return;
    if (!(await life.rest(waitMs))) return continueAsNew<typeof dataExport>(tenantId, exportId);
  }
}
