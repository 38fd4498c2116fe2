import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../db/migrate.ts';
import { freePort } from '../services/ports.ts';
import { type Postgres, startPostgres } from '../services/postgres.ts';
import { temporaryFolder } from '../services/temporaryFolder.ts';
import { startTemporal, type TemporalServer } from '../services/temporal.ts';

const root = join(import.meta.dirname, '../..');
const namespace = 'fault';

/** The whole product as real processes, each of which can be killed and comes back, as under a supervisor. */
export interface World {
  readonly databaseUrl: string;
  readonly apiUrl: string;
  readonly faultFolder: string;
  killWorker(): Promise<void>;
  /** A worker that is stopped and goes on later: it believes that no time has passed. */
  stopWorker(ms: number): Promise<void>;
  killTemporal(): Promise<void>;
  loseTemporalStore(): Promise<void>;
  killPostgres(): Promise<void>;
  killAll(): Promise<void>;
  /** Worker processes that died so far, by our kills or at a fault point. */
  workerDeaths(): number;
  /** What all processes have logged so far. */
  logLines(): string[];
  /** Ends everything and removes the folder; with DECORUM_FAULT_KEEP set the folder is left to be looked at. */
  end(): Promise<void>;
}

export async function startWorld(options: { secret: string; workflowBundle: string; log(line: string): void }): Promise<World> {
  const folder = temporaryFolder();
  const faultFolder = join(folder, 'faults');
  mkdirSync(faultFolder);
  const [postgresPort, temporalPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const startDatabase = () =>
    startPostgres({ dataDir: join(folder, 'postgres'), port: postgresPort, database: 'decorum', log: options.log });
  const startClock = () =>
    startTemporal({ dataDir: join(folder, 'temporal'), port: temporalPort, uiPort: false, namespace, log: options.log });

  let postgres: Postgres = await startDatabase();
  let temporal: TemporalServer = await startClock();
  await migrate(postgres.url);
  const environment = {
    ...process.env,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: namespace,
    DECORUM_SECRET: options.secret,
    DECORUM_FAULT_FOLDER: faultFolder,
    WORKFLOW_BUNDLE: options.workflowBundle,
    API_PORT: String(apiPort),
    PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    OUTBOUND_ALLOWED: '127.0.0.0/8', // the fault run's own mail server
    LOG_LEVEL: 'info',
  };

  let ending = false;
  let deaths = 0;
  const output = createWriteStream(join(folder, 'processes.log'));

  /** A process that is started again whenever it ends. */
  function supervised(script: string): { current(): ChildProcess } {
    let child: ChildProcess;
    const start = (): void => {
      child = spawn(process.execPath, ['--import', 'tsx', script], {
        cwd: root,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout?.pipe(output, { end: false });
      child.stderr?.pipe(output, { end: false });
      child.once('exit', () => {
        if (ending) return;
        if (script.startsWith('workers')) deaths += 1;
        setTimeout(start, 500);
      });
    };
    start();
    return { current: () => child };
  }
  const worker = supervised('workers/main.ts');
  const api = supervised('api/server.ts');
  process.once('exit', () => {
    ending = true;
    for (const child of [worker.current(), api.current()]) child.kill('SIGKILL'); // also when the run itself is interrupted
  });

  async function killed(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const world: World = {
    databaseUrl: postgres.url,
    apiUrl: environment.PUBLIC_URL,
    faultFolder,
    killWorker: () => killed(worker.current()),
    async stopWorker(ms) {
      const { pid } = worker.current();
      if (pid === undefined) return;
      process.kill(pid, 'SIGSTOP');
      await sleep(ms);
      process.kill(pid, 'SIGCONT');
    },
    async killTemporal() {
      temporal.kill();
      await temporal.exited;
      temporal = await startClock();
    },
    async loseTemporalStore() {
      temporal.kill();
      await temporal.exited;
      rmSync(join(folder, 'temporal'), { recursive: true });
      temporal = await startClock();
    },
    async killPostgres() {
      postgres.kill();
      await postgres.exited;
      postgres = await startDatabase();
    },
    async killAll() {
      postgres.kill();
      temporal.kill();
      await Promise.all([killed(worker.current()), killed(api.current()), postgres.exited, temporal.exited]);
      [postgres, temporal] = await Promise.all([startDatabase(), startClock()]);
    },
    workerDeaths: () => deaths,
    logLines: () => readFileSync(join(folder, 'processes.log'), 'utf8').split('\n'),
    async end() {
      ending = true;
      await Promise.all([killed(worker.current()), killed(api.current())]);
      await temporal.stop();
      await postgres.stop();
      output.end();
      if (!process.env.DECORUM_FAULT_KEEP) rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}
