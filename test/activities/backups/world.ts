import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { BackupWorld } from '../../../activities/backups/world.ts';
import { folderStore } from '../../../providers/backup/folderStore.ts';
import { openLedger } from '../../../providers/backup/ledger.ts';
import { World } from '../../db/world.ts';

export const days = 24 * 60 * 60 * 1000;

/** A database with a folder for its backups, on a clock that the test sets. */
export async function backupWorld() {
  const base = await World.open();
  const folder = mkdtempSync(join(tmpdir(), 'backups-'));
  const ledgerFile = join(folder, 'erasures.ledger');
  const world: BackupWorld = {
    ownerUrl: base.database.ownerUrl,
    db: base.db,
    store: folderStore(join(folder, 'store')),
    ledger: openLedger({ file: ledgerFile, key: randomBytes(32) }),
    vault: base.vault,
    addressKey: base.addressKey,
    keepDays: 28,
    now: () => base.now,
    log: pino({ level: 'silent' }),
  };
  return {
    ...world,
    base,
    ledgerFile,
    /** Where the store keeps its objects. */
    folder: join(folder, 'store'),
    pass: (ms: number) => base.pass(ms),
    async close() {
      await base.close();
      rmSync(folder, { recursive: true });
    },
  };
}
