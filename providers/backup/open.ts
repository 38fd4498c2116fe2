import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { folderStore } from './folderStore.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { s3Store } from './s3Store.ts';
import type { BackupStore } from './store.ts';

type Named = Pick<
  Environment,
  | 'BACKUP_FOLDER'
  | 'BACKUP_S3_URL'
  | 'BACKUP_S3_REGION'
  | 'BACKUP_S3_KEY_ID'
  | 'BACKUP_S3_SECRET'
  | 'BACKUP_LEDGER'
  | 'BACKUP_KEEP_DAYS'
  | 'keys'
>;

/** The store and the ledger that the environment names; undefined: it names none. */
export function openBackups(environment: Named): { store: BackupStore; ledger: Ledger; keepDays: number } | undefined {
  const { BACKUP_FOLDER: folder, BACKUP_S3_URL: url, BACKUP_LEDGER, BACKUP_KEEP_DAYS: keepDays, keys } = environment;
  const ledgerAt = (file: string): Ledger => openLedger({ file, key: keys.ledgerKey });
  if (url !== undefined) {
    const { BACKUP_S3_REGION: region, BACKUP_S3_KEY_ID: keyId, BACKUP_S3_SECRET: secret } = environment;
    if (keyId === undefined || secret === undefined || BACKUP_LEDGER === undefined)
      throw new Error(
        'BACKUP_S3_URL wants BACKUP_S3_KEY_ID, BACKUP_S3_SECRET and BACKUP_LEDGER: a bucket cannot be appended to.',
      );
    return { store: s3Store({ url, region, keyId, secret }, () => new Date()), ledger: ledgerAt(BACKUP_LEDGER), keepDays };
  }
  if (folder === undefined) return undefined;
  return { store: folderStore(folder), ledger: ledgerAt(BACKUP_LEDGER ?? join(folder, 'erasures.ledger')), keepDays };
}
