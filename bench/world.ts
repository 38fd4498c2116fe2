import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import pg from 'pg';
import { bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';
import { openDispatcherDatabase } from '../db/dispatching.ts';
import { migrate } from '../db/migrate.ts';
import { roleUrl } from '../db/roles.ts';
import { type Database, openDatabase } from '../db/transaction.ts';
import { readEnvironment } from '../providers/environment.ts';
import { processLog } from '../providers/log.ts';
import type { PlatformKeys } from '../providers/keys.ts';
import { vault } from '../providers/vault.ts';
import { freePort } from '../scripts/services/ports.ts';
import { startPostgres } from '../scripts/services/postgres.ts';
import { startTemporal } from '../scripts/services/temporal.ts';
import { temporaryFolder } from '../scripts/services/temporaryFolder.ts';
import { type Sink, startSink } from '../test/doubles/sink.ts';
import { createDispatcher, type Dispatcher } from '../workers/dispatcher.ts';
import { failureConverterPath, openHistories } from '../workers/histories.ts';
import { connectClient } from '../workers/temporal.ts';
import { type CpuSeconds, cpuOf, peakMemoryMiB } from './cpu.ts';

const root = join(import.meta.dirname, '..');
const longestStartMs = 60_000;

/** The product as it runs in earnest (one worker process, the API, PostgreSQL that forces to the disk, Temporal on its file) and a mail server that takes all. */
export interface World {
  readonly databaseUrl: string;
  readonly apiUrl: string;
  readonly keys: PlatformKeys;
  readonly db: Database;
  readonly client: Client;
  /** Delivers a wish at once, as the API does behind its transactions. */
  readonly dispatcher: Dispatcher;
  readonly sink: Sink;
  /** Processor time of the product's worker and of the servers. */
  cpu(): CpuSeconds | null;
  workerPeakMiB(): number | null;
  /** As PostgreSQL does by itself within a minute: plans that were made for empty tables are made anew. */
  analyze(): Promise<void>;
  /** Another process of the bench's own, in the product's environment; ready once it prints `ready`. */
  start(script: string): Promise<ChildProcess>;
  end(): Promise<void>;
}

export async function startWorld(say: (line: string) => void): Promise<World> {
  Runtime.install({ logger: new DefaultLogger('WARN', ({ message }) => say(message)) });
  const folder = temporaryFolder();
  const apiPort = await freePort();
  const workflowBundle = join(folder, 'workflows.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows/index.ts'),
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(workflowBundle, code);
  const [postgres, temporal, sink] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), database: 'decorum', log: say }),
    startTemporal({ dataDir: join(folder, 'temporal'), uiPort: false, namespace: 'bench', log: say }),
    startSink(),
  ]);
  await migrate(postgres.url);
  const variables = {
    ...process.env,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    DECORUM_SECRET: randomBytes(32).toString('base64url'),
    OUTBOUND_ALLOWED: '127.0.0.0/8', // the sink
    WORKFLOW_BUNDLE: workflowBundle,
    API_PORT: String(apiPort),
    PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    LOG_LEVEL: 'info',
  };
  const environment = readEnvironment(variables);
  const output = createWriteStream(join(folder, 'processes.log'));
  const children: ChildProcess[] = [];
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL'); // also when the bench itself is interrupted
  });

  async function start(script: string, ready: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...profiling(script), '--import', 'tsx', script], {
      cwd: root,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (said.length < 100_000) said += chunk.toString();
      });
      stream.pipe(output, { end: false });
    }
    for (const patient = AbortSignal.timeout(longestStartMs); !said.includes(ready); await sleep(20)) {
      if (child.exitCode !== null || patient.aborted) throw new Error(`${script} does not start: ${said}`);
    }
    return child;
  }

  const worker = await start('workers/main.ts', 'the worker runs');
  await start('api/server.ts', 'the API answers');
  const log = processLog('bench', 'warn');
  const db = openDatabase({ url: roleUrl(postgres.url, 'decorum_app'), max: 4 });
  const dispatcherDb = openDispatcherDatabase(roleUrl(postgres.url, 'decorum_dispatcher'));
  const histories = openHistories({
    databaseUrl: roleUrl(postgres.url, 'decorum_app'),
    vault: vault(environment.keys.vaultKeys),
    codecKeys: environment.keys.codecKeys,
    onTrouble: (error) => log.warn({ err: error }, 'the keys of the histories cannot be reached'),
  });
  const client = await connectClient(environment, histories.ofClients);
  const pids = { worker: worker.pid ?? 0, postgres: postgres.pid, temporal: temporal.pid };
  return {
    databaseUrl: postgres.url,
    apiUrl: variables.PUBLIC_URL,
    keys: environment.keys,
    db,
    client,
    dispatcher: createDispatcher({ client, db: dispatcherDb, log }),
    sink,
    cpu: () => cpuOf(pids),
    workerPeakMiB: () => peakMemoryMiB(pids.worker),
    async analyze() {
      const owner = new pg.Client({ connectionString: postgres.url });
      await owner.connect();
      await owner.query('analyze');
      await owner.end();
    },
    start: (script) => start(script, 'ready'),
    async end() {
      await Promise.all([db.close(), histories.close(), dispatcherDb.close(), client.connection.close()]);
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGTERM');
          await once(child, 'exit');
        }),
      );
      await Promise.all([sink.stop(), temporal.stop()]);
      await postgres.stop();
      output.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** With BENCH_PROFILE set to a folder, the worker leaves a V8 profile of its whole life there. */
function profiling(script: string): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder && script.startsWith('workers') ? ['--cpu-prof', '--cpu-prof-dir', folder] : [];
}
