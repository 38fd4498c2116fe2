import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../services/child.ts';

export interface Kept {
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface Startable {
  exited: Promise<void>;
  stop(): Promise<void>;
}

const steadyMs = 10_000;
const longestPauseMs = 10_000;

/** Starts a process and starts it again whenever it ends; the pause grows while it will not stay up. */
export async function keepRunning<Process extends Startable>(
  name: string,
  start: () => Promise<Process>,
  say: (line: string) => void,
): Promise<Kept> {
  let stopped = false;
  let current = await start();
  const leaving = new AbortController();
  const watching = (async () => {
    for (let pauseMs = 500; ; ) {
      const since = performance.now();
      await current.exited;
      if (stopped) return;
      pauseMs = performance.now() - since > steadyMs ? 500 : Math.min(pauseMs * 2, longestPauseMs);
      say(`${name} has ended; it is started again.`);
      for (let running = false; !running && !stopped; ) {
        await sleep(pauseMs, undefined, { signal: leaving.signal }).catch(() => undefined); // told to stop meanwhile
        if (stopped) return;
        try {
          current = await start();
          running = true;
        } catch (error) {
          say(`${name} cannot be started: ${error instanceof Error ? error.message : String(error)}`);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        }
      }
    }
  })();
  return {
    async stop() {
      stopped = true;
      leaving.abort();
      await current.stop();
      await watching;
    },
  };
}

/** One of the product's own processes, run from its TypeScript. */
export async function startScript(script: string, env: NodeJS.ProcessEnv, root: string, logFile: string): Promise<Startable> {
  const child: Child = await startChild(process.execPath, ['--import', 'tsx', script], { cwd: root, env, logFile });
  return { exited: child.exited, stop: () => child.end(['SIGTERM', 'SIGKILL'], 8_000) };
}
