import { Command } from 'commander';
import { openAfterRestore } from '../../activities/backups/open.ts';
import { restoreInto } from '../../activities/backups/restore.ts';
import { rotateBackups } from '../../activities/backups/rotate.ts';
import { takeBackup } from '../../activities/backups/take.ts';
import { verifyBackups } from '../../activities/backups/verify.ts';
import type { BackupWorld } from '../../activities/backups/world.ts';
import { findDatabase, putInPlace } from '../../db/backups/databases.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { openBackups } from '../../providers/backup/open.ts';
import { processLog } from '../../providers/log.ts';
import { vault } from '../../providers/vault.ts';
import { runningEnvironment } from './runningEnvironment.ts';

export const backupCommands = [
  new Command('backup')
    .description('Takes a backup now, reads it back, and destroys those that are old; what the Schedule does each day')
    .action(() =>
      withBackups(async (world) => {
        const { name, rows, bytes } = await takeBackup(world);
        await verifyBackups(world);
        return { taken: name, rows, bytes, destroyed: await rotateBackups(world) };
      }),
    ),
  new Command('verify-backups')
    .description('Reads every backup from the first byte to the last; exit code 1 when one is missing or unreadable')
    .action(() =>
      withBackups(async (world) => {
        const backups = await verifyBackups(world, { all: true });
        if (backups.some(({ state }) => state !== 'good')) process.exitCode = 1;
        return { backups };
      }),
    ),
  new Command('restore')
    .description('Restores a backup, the newest unless one is named, to DATABASE_URL; it stays closed until open-after-restore')
    .argument('[name]', 'of a backup in the store')
    .option('--replace', 'also where there is a database that is used: it is dropped once the restored one is whole', false)
    .action((name: string | undefined, { replace }: { replace: boolean }) =>
      withBackups(async (world) => {
        const chosen = name ?? (await world.store.list()).at(-1)?.name;
        if (chosen === undefined) throw new Error('The store has no backup.');
        if ((await findDatabase(world.ownerUrl)) === 'used' && !replace)
          throw new Error(
            'The database is used: say --replace to drop it for the restored one, or name another in DATABASE_URL.',
          );
        let rows = 0;
        await putInPlace(world.ownerUrl, async (target) => {
          const { tables } = await restoreInto(world, chosen, target);
          rows = tables.reduce((sum, counted) => sum + counted.rows, 0);
        });
        return { restored: chosen, rows, closed: true, next: 'npm run cli -- open-after-restore' };
      }),
    ),
  new Command('open-after-restore')
    .description('Erases again who was erased since the backup, by the ledger outside the database, and opens it')
    .action(() => withBackups(openAfterRestore)),
];

/** Prints what `work` answers. */
async function withBackups(work: (world: BackupWorld) => Promise<object>): Promise<void> {
  const environment = runningEnvironment();
  const backups = openBackups(environment);
  if (!backups) throw new Error('Set BACKUP_FOLDER to where the backups are.');
  const db = openDatabase({ url: roleUrl(environment.DATABASE_URL, 'decorum_app'), max: 1 });
  try {
    const world = {
      ...backups,
      ownerUrl: environment.DATABASE_URL,
      db,
      vault: vault(environment.keys.vaultKeys),
      addressKey: environment.keys.addressKey,
      now: () => new Date(),
      log: processLog('backups', 'silent'),
    };
    console.log(JSON.stringify(await work(world), null, 2));
  } finally {
    await db.close();
  }
}
