import { ApplicationFailure } from '@temporalio/activity';
import { tellTroubles } from './backups/alarm.ts';
import { drillRestore } from './backups/drill.ts';
import { rotateBackups } from './backups/rotate.ts';
import { takeBackup } from './backups/take.ts';
import { verifyBackups } from './backups/verify.ts';
import type { BackupWorld } from './backups/world.ts';
import { beating } from './beating.ts';

export interface BackupDependencies {
  /** Absent where no store is named: then there is no Schedule either. */
  backups?: BackupWorld | undefined;
}

/** What the workflows `backup` and `restoreDrill` ask of the world. They are of no tenant: each sees the whole installation. */
export function backupActivities({ backups }: BackupDependencies) {
  function world(): BackupWorld {
    if (backups) return backups;
    throw ApplicationFailure.nonRetryable('Set BACKUP_FOLDER or BACKUP_S3_URL: this worker has no store for backups.');
  }
  return {
    takeBackup: () => beating(async () => void (await takeBackup(world()))),
    verifyBackups: () => beating(async () => void (await verifyBackups(world()))),
    rotateBackups: () => beating(async () => void (await rotateBackups(world()))),
    drillRestore: () => beating(() => drillRestore(world())),
    tellBackupTroubles: () => beating(async () => void (await tellTroubles(world()))),
  };
}
export type BackupActivities = ReturnType<typeof backupActivities>;
