import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { folderStore } from './folderStore.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { BackupStore } from './store.ts';

/** The store and the ledger that the environment names; undefined: it names none. */
export function openBackups(
  environment: Pick<Environment, 'BACKUP_FOLDER' | 'BACKUP_LEDGER' | 'BACKUP_KEEP_DAYS' | 'keys'>,
): { store: BackupStore; ledger: Ledger; keepDays: number } | undefined {
  const { BACKUP_FOLDER: folder, BACKUP_LEDGER, BACKUP_KEEP_DAYS: keepDays, keys } = environment;
  if (folder === undefined) return undefined;
  const ledger = openLedger({ file: BACKUP_LEDGER ?? join(folder, 'erasures.ledger'), key: keys.ledgerKey });
  return { store: folderStore(folder), ledger, keepDays };
}
