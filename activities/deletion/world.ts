import type { Database } from '../../db/transaction.ts';
import type { Ledger } from '../../providers/backup/ledger.ts';
import type { BackupStore } from '../../providers/backup/store.ts';
import type { ClearanceSigner } from '../../providers/clearanceSignature.ts';
import type { SystemMail } from '../../providers/mail/systemMail.ts';
import type { Vault } from '../../providers/vault.ts';

/** The executions of a tenant in Temporal (workers/executions.ts). */
export interface Executions {
  /** Every one whose id begins with one of these, or is one of these; open or not. */
  find(of: { prefixes: readonly string[]; workflowIds: readonly string[] }): Promise<Execution[]>;
  /** Terminates it if it is open, and deletes it with its history. */
  remove(execution: Execution): Promise<void>;
  /** Whether the search attribute of an alarm is known there. */
  knowsAlarms(): Promise<boolean>;
}

export interface Execution {
  workflowId: string;
  runId: string;
  isOpen: boolean;
}

export interface DeletionDependencies {
  db: Database;
  vault: Vault;
  executions: Executions;
  /** Of the certificates. */
  certificates: ClearanceSigner;
  /** Absent where this installation writes no backups. */
  backupStore?: Pick<BackupStore, 'list'> | undefined;
  letters?: { mail: SystemMail; publicUrl: string } | undefined;
  alarmTo?: string | undefined;
  /** Where erasures are noted outside the database, so that no restore brings them back. */
  ledger?: Pick<Ledger, 'appendTombstones'> | undefined;
  /** Platform key of the keyed hashes. */
  addressKey: Buffer;
  /** Rows of one batch, and for how long one call erases at most. */
  erases: { batchRows: number; forMs: number };
  monotonicMs(): number;
  now(): Date;
}
