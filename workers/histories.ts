import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { tenantKeyStore } from '../db/tenantKeys.ts';
import { openDatabase } from '../db/transaction.ts';
import { keyring } from '../providers/codec/keyring.ts';
import { payloadCodec, workerCodec } from '../providers/codec/payloadCodec.ts';
import type { Vault } from '../providers/vault.ts';

/** Also for the bundle of the workflows, in which errors are told. */
export const failureConverterPath = join(import.meta.dirname, '../providers/codec/failureConverter.ts');

/** What stands between the product and what Temporal stores. */
export interface Histories {
  readonly ofClients: DataConverter;
  readonly ofWorkers: DataConverter;
  readonly codec: PayloadCodec;
  close(): Promise<void>;
}

/**
 * Connections of their own: an activity that holds the last one of its pool may wait for a key.
 * `onTrouble`: the database is away, and what should be written waits for it.
 */
export function openHistories(world: {
  /** Of the role that asks for the keys. */
  databaseUrl: string;
  vault: Vault;
  codecKeys: readonly Buffer[];
  onTrouble(error: unknown): void;
}): Histories {
  const { databaseUrl, vault, codecKeys, onTrouble } = world;
  const db = openDatabase({ url: databaseUrl, max: 2, onError: onTrouble });
  const keys = keyring({
    store: tenantKeyStore(db),
    vault,
    platformKeys: codecKeys,
    monotonicMs: () => performance.now(),
    randomBytes,
  });
  const codec = payloadCodec(keys);
  return {
    codec,
    ofClients: { payloadCodecs: [codec], failureConverterPath },
    ofWorkers: { payloadCodecs: [workerCodec(keys, onTrouble)], failureConverterPath },
    close: () => db.close(),
  };
}
