import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { type Child, startChild } from './child.ts';
import { endLeftOver, noteServer } from './leftOver.ts';
import { freePort, requireFree } from './ports.ts';
import { temporalCli } from './temporalBinaries.ts';
import { type AttributeTypes, openNamespace } from './temporalNamespace.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { damage, isSound, moveAside } from './temporalStore.ts';

const LONGEST_START_MS = 60_000;

export interface TemporalOptions {
  /** Where the store and the log are kept; without it nothing outlives the server. */
  dataDir?: string;
  /** Free ones when absent. */
  port?: number;
  /** False: no UI. */
  uiPort?: number | false;
  /** Where the UI's reader has encrypted payloads decrypted: an address below which `/decode` answers. */
  codecEndpoint?: string;
  namespace: string;
  searchAttributes?: AttributeTypes;
  /** Lets a workflow skip time when its start asks for it (`timeSkippingConfig`). */
  timeSkipping?: boolean;
  /** Deletes an execution within seconds of its end: as it is, half a minute later, when the server notes how far it has come. */
  deletesSoon?: boolean;
  log?: (line: string) => void;
}

export interface TemporalServer {
  readonly address: string;
  /** Undefined without a UI. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  readonly pid: number;
  /** The store could not be used: it was moved aside, and this one is empty. */
  readonly storeLost: boolean;
  /** The namespace was made by this start: nothing runs in it, whatever the record says should. */
  readonly fresh: boolean;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): void;
  /** Stops it and starts it again on the same ports and store. */
  restart(): Promise<TemporalServer>;
}

/** Starts Temporal's development server on 127.0.0.1 with a namespace of its own that keeps closed runs for 30 days. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const log = options.log ?? (() => {});
  const command = await temporalCli(log);
  const folder = options.dataDir === undefined ? temporaryFolder() : resolve(options.dataDir);
  mkdirSync(folder, { recursive: true });
  const store = options.dataDir === undefined ? undefined : join(folder, 'temporal.db');
  const pidFile = join(folder, 'temporal.pid');
  if (store) await endLeftOver(pidFile, store, log);

  if (options.port !== undefined) await requireFree(options.port, 'DECORUM_TEMPORAL_PORT');
  if (options.uiPort) await requireFree(options.uiPort, 'DECORUM_TEMPORAL_UI_PORT');
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort === false ? undefined : (options.uiPort ?? (await freePort()));
  const address = `127.0.0.1:${port}`;
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'warn',
    '--log-format',
    'json',
    '--dynamic-config-value', // a run that is stuck is marked after two failed tasks, which is what the auditor looks for
    'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2',
  ];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']));
  if (uiPort !== undefined && options.codecEndpoint !== undefined) args.push('--ui-codec-endpoint', options.codecEndpoint);
  if (store) args.push('--db-filename', store, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  if (options.timeSkipping) args.push('--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true');
  if (options.deletesSoon) args.push('--dynamic-config-value', 'history.transferProcessorUpdateAckInterval="1s"');

  let storeLost = false;
  const start = async () => {
    const child = await startChild(command, args, { logFile: join(folder, 'temporal.log'), cwd: folder });
    noteServer(pidFile, child.pid);
    try {
      return { child, fresh: await openWhenReady(child, address, options) };
    } catch (error) {
      await child.end(['SIGINT', 'SIGKILL'], 10_000);
      throw error;
    }
  };
  const startEmpty = () => {
    if (!store) throw new Error('A store in memory cannot be damaged.');
    log(`Temporal's store was damaged: it is now ${moveAside(store)}, and an empty one takes its place.`);
    storeLost = true;
    return start();
  };
  const { child, fresh } =
    store && !(await isSound(store))
      ? await startEmpty()
      : await start().catch((error: Error) => {
          if (store && existsSync(store) && damage.test(error.message)) return startEmpty();
          throw new Error(explain(error.message), { cause: error });
        });
  const forget = () => {
    if (!store) rmSync(folder, { recursive: true, force: true });
  };
  const stop = async () => {
    await child.end(['SIGINT', 'SIGKILL'], 10_000);
    forget();
  };
  return {
    address,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}/namespaces/${options.namespace}/workflows`,
    namespace: options.namespace,
    pid: child.pid,
    storeLost,
    fresh,
    exited: child.exited,
    stop,
    kill: () => void process.kill(child.pid, 'SIGKILL'),
    restart: async () => {
      await stop();
      return startTemporal({ ...options, port, uiPort: uiPort ?? false });
    },
  };
}

async function openWhenReady(child: Child, address: string, options: TemporalOptions): Promise<boolean> {
  const patient = AbortSignal.timeout(LONGEST_START_MS);
  for (;;) {
    if (!child.isRunning()) throw new Error(child.output().trim().split('\n').at(-1) ?? 'it said nothing');
    const connection = await Connection.connect({ address, connectTimeout: '2 seconds' }).catch((error: Error) => error);
    if (connection instanceof Error) {
      if (patient.aborted) throw connection;
      await sleep(50);
      continue;
    }
    try {
      return await openNamespace(connection, options.namespace, options.searchAttributes ?? {}, patient);
    } finally {
      await connection.close();
    }
  }
}

/** One line that says what to do. */
function explain(said: string): string {
  if (/database or disk is full|no space left/i.test(said))
    return 'The disk is full: Temporal cannot write. Free some space and start again.';
  if (/address already in use/i.test(said)) return 'A port of Temporal was taken meanwhile by another program: start again.';
  if (/unknown flag/.test(said))
    return `The Temporal CLI on the PATH is too old (${said}): update it, or point TEMPORAL_CLI to 1.9 or newer.`;
  return `Temporal does not start: ${said}`;
}
