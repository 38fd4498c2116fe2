import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Child, startChild } from './child.ts';
import { noteServer } from './leftOver.ts';
import { freePort, requireFree } from './ports.ts';
import { postgresBinaries } from './postgresBinaries.ts';
import { explainPostgres } from './postgresErrors.ts';
import { preparePostgresFolder, superuser } from './postgresFolder.ts';
import { unprivilegedUser } from './unprivileged.ts';

const LONGEST_RECOVERY_MS = 10 * 60 * 1000; // after a crash it replays its log before it answers

const WRONG_PASSWORD = 'PostgreSQL refuses its password: the file beside the data folder is not the one it was made with.';

export interface PostgresOptions {
  /** Made when absent. Its password and log lie beside it. */
  dataDir: string;
  /** A free one when absent. */
  port?: number;
  /** Made when absent; `url` leads to it. */
  database?: string;
  /** For tests: nothing is forced to the disk. */
  fast?: boolean;
  /** Told what the reader should know, a line at a time. */
  log?: (line: string) => void;
}

export interface Postgres {
  /** The superuser's address of `database`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the files really are: not `dataDir` when PostgreSQL could not enter that. */
  readonly place: string;
  readonly exited: Promise<void>;
  /** Ends sessions, writes everything down, ends. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): void;
}

/** Starts the PostgreSQL that comes with the dependencies, on 127.0.0.1 only; goes on with what is in `dataDir`. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  const fast = options.fast === true;
  const user = unprivilegedUser();
  const binaries = postgresBinaries(user);
  const { place, password } = await preparePostgresFolder({ dataDir, binaries, user, fast, log: options.log ?? (() => {}) });

  if (options.port !== undefined) await requireFree(options.port, 'DECORUM_POSTGRES_PORT');
  const port = options.port ?? (await freePort());
  const start = () =>
    startChild(join(binaries, 'bin/postgres'), ['-D', place, ...settings(port, fast)], {
      logFile: `${dataDir}.log`,
      cwd: place,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...(user && { uid: user.uid, gid: user.gid }),
    });
  const server = `postgres://${superuser}:${password}@127.0.0.1:${port}`;
  const child = await firstReady(start, `${server}/postgres`);
  noteServer(`${dataDir}.pid`, child.pid);
  const database = options.database ?? 'postgres';
  try {
    if (database !== 'postgres') await createDatabase(`${server}/postgres`, database);
  } catch (error) {
    await child.end(['SIGINT', 'SIGKILL'], 10_000);
    throw error;
  }
  return {
    url: `${server}/${database}`,
    port,
    pid: child.pid,
    place,
    exited: child.exited,
    stop: () => child.end(['SIGINT', 'SIGQUIT', 'SIGKILL'], 30_000),
    kill: () => void process.kill(child.pid, 'SIGKILL'),
  };
}

function settings(port: number, fast: boolean): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    random_page_cost: 1.1, // solid-state disks
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(fast && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The sessions of a server that was killed live on for a moment, and bar the way of the next one. */
async function firstReady(start: () => Promise<Child>, url: string): Promise<Child> {
  const patient = AbortSignal.timeout(10_000);
  for (;;) {
    const child = await start();
    try {
      await ready(url, child);
      return child;
    } catch (error) {
      const barred = /pre-existing shared memory block/.test(child.output());
      await child.end(['SIGINT', 'SIGKILL'], 10_000);
      if (!barred || patient.aborted) throw error;
      await sleep(200);
    }
  }
}

async function ready(url: string, child: Child): Promise<void> {
  const patient = AbortSignal.timeout(LONGEST_RECOVERY_MS);
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') throw new Error(WRONG_PASSWORD, { cause: error });
      if (!child.isRunning()) throw new Error(explainPostgres(child.output()), { cause: error });
      if (patient.aborted) throw error;
      await sleep(50);
    }
  }
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
