import type { Logger } from 'pino';
import type { Database } from '../../db/transaction.ts';
import type { Ledger } from '../../providers/backup/ledger.ts';
import type { BackupStore } from '../../providers/backup/store.ts';
import type { Vault } from '../../providers/vault.ts';

/** What making, checking and restoring backups asks of the world. */
export interface BackupWorld {
  /** Of the owner of the tables, who sees over the walls between tenants and may make databases. */
  ownerUrl: string;
  /** As the application: what is told to a workspace goes through its wall. */
  db: Database;
  store: BackupStore;
  ledger: Ledger;
  /** Its keys wrap the key of each backup. */
  vault: Vault;
  /** Of the keyed hashes by which the ledger knows people. */
  addressKey: Buffer;
  /** A backup is destroyed when it is so old. */
  keepDays: number;
  now(): Date;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}
