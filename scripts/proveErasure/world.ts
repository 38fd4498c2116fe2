import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import pg from 'pg';
import pino from 'pino';
import type { BackupWorld } from '../../activities/backups/world.ts';
import { migrate } from '../../db/migrate.ts';
import { roleUrl } from '../../db/roles.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { folderStore } from '../../providers/backup/folderStore.ts';
import { openLedger } from '../../providers/backup/ledger.ts';
import { platformKeys, type PlatformKeys } from '../../providers/keys.ts';
import { vault } from '../../providers/vault.ts';
import { type Histories, openHistories } from '../../workers/histories.ts';
import { connectClient } from '../../workers/temporal.ts';
import { startPostgres } from '../services/postgres.ts';
import { startTemporal } from '../services/temporal.ts';
import { temporaryFolder } from '../services/temporaryFolder.ts';

const root = join(import.meta.dirname, '../..');

/** PostgreSQL, Temporal, a store of backups and the product's own worker. */
export interface World {
  readonly databaseUrl: string;
  readonly db: Database;
  readonly owner: pg.Client;
  readonly keys: PlatformKeys;
  readonly client: Client;
  /** The keys as a process has them that starts now. */
  openHistories(): Histories;
  /** Of this process, on a clock that is `laterMs` ahead. */
  backups(laterMs?: number): BackupWorld;
  startWorker(): void;
  /** Nothing but what is asked for is done from here on: no round of the product's own changes a row meanwhile. */
  pauseRounds(): Promise<void>;
  /** What all processes have written, file by file. */
  logs(): Buffer[];
  /** Puts a file beside the logs. */
  writeLog(name: string, text: string): void;
  end(): Promise<void>;
}

export async function startWorld(secret: string, log: (line: string) => void): Promise<World> {
  const folder = temporaryFolder();
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), database: 'decorum', fast: true, log });
  const temporal = await startTemporal({
    dataDir: join(folder, 'temporal'),
    uiPort: false,
    namespace: 'proof',
    deletesSoon: true,
    log,
  });
  await migrate(postgres.url);
  const keys = platformKeys([secret]);
  const environment = {
    ...process.env,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'proof',
    DECORUM_SECRET: secret,
    BACKUP_FOLDER: join(folder, 'backups'),
    BACKUP_LEDGER: join(folder, 'erasures.ledger'),
    LOG_LEVEL: 'debug',
  };
  const db = openDatabase({ url: roleUrl(postgres.url, 'decorum_app'), max: 4 });
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  const secrets = vault(keys.vaultKeys);
  const newHistories = () =>
    openHistories({
      databaseUrl: roleUrl(postgres.url, 'decorum_app'),
      vault: secrets,
      codecKeys: keys.codecKeys,
      onTrouble: (error) => log(String(error)),
    });
  const histories = newHistories();
  const client = await connectClient(
    { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'proof', TEMPORAL_API_KEY: undefined },
    histories.ofClients,
  );
  let worker: ReturnType<typeof spawn> | undefined;
  process.once('exit', () => worker?.kill('SIGKILL')); // also when the run itself is interrupted

  return {
    databaseUrl: postgres.url,
    db,
    owner,
    keys,
    client,
    openHistories: newHistories,
    backups: (laterMs = 0) => ({
      ownerUrl: postgres.url,
      db,
      store: folderStore(environment.BACKUP_FOLDER),
      ledger: openLedger({ file: environment.BACKUP_LEDGER, key: keys.ledgerKey }),
      vault: secrets,
      addressKey: keys.addressKey,
      keepDays: 28,
      now: () => new Date(Date.now() + laterMs),
      log: pino({ level: 'silent' }),
    }),
    startWorker() {
      const file = openSync(join(logs, 'worker.log'), 'a');
      worker = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
        cwd: root,
        env: environment,
        stdio: ['ignore', file, file],
      });
      closeSync(file);
      worker.once(
        'exit',
        (code) => code && log(`The worker ended with ${code}: ${readFileSync(join(logs, 'worker.log'), 'utf8').slice(-2_000)}`),
      );
    },
    async pauseRounds() {
      for await (const { scheduleId } of client.schedule.list()) await client.schedule.getHandle(scheduleId).pause();
    },
    logs: () => {
      const all = readdirSync(logs).map((name) => join(logs, name));
      return [...all, join(folder, 'postgres.log'), join(folder, 'temporal', 'temporal.log')].map((path) => readFileSync(path));
    },
    writeLog: (name, text) => writeFileSync(join(logs, name), text),
    async end() {
      if (worker && worker.exitCode === null && worker.signalCode === null) {
        worker.kill('SIGTERM');
        await once(worker, 'exit');
      }
      await Promise.all([db.close(), owner.end(), histories.close(), client.connection.close()]);
      await temporal.stop();
      await postgres.stop();
      if (!process.env.DECORUM_FAULT_KEEP) rmSync(folder, { recursive: true, force: true });
    },
  };
}
