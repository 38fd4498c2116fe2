import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { BackupActivities } from '../activities/backups.ts';

const { takeBackup, verifyBackups, rotateBackups, tellBackupTroubles } = proxyActivities<BackupActivities>({
  startToCloseTimeout: '12 hours', // a store may be slow; a worker that dies is noticed by its missing heartbeat
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '10 minutes', maximumAttempts: 12 },
});

/**
 * Keeps P5 (automated database backups) and what P7 says of them: each day one is taken and read back, and what is old is destroyed with
 * its key. The next does not wait for what one step cannot do: what is wrong is told, and stays told until it is right.
 */
export async function backup(): Promise<void> {
  for (const step of [takeBackup, verifyBackups, rotateBackups]) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
    }
  }
  await tellBackupTroubles();
}
