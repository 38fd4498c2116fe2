import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LARGEST_LOG_BYTES = 20_000_000;

/** A server that runs beside us, in a process group of its own (a Ctrl-C in the terminal is for us, who stop it in order). */
export interface Child {
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  isRunning(): boolean;
  /** What it wrote since it began. */
  output(): string;
  /** Sends the signals in turn, `patienceMs` apart, until it is gone. */
  end(signals: readonly NodeJS.Signals[], patienceMs: number): Promise<void>;
}

/** Starts `command` with its output in `logFile`; it ends with us, also when we are killed with -9. */
export async function startChild(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd' | 'env'> & { logFile: string },
): Promise<Child> {
  const { logFile, ...rest } = options;
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST_LOG_BYTES) renameSync(logFile, `${logFile}.old`);
  const begins = size > LARGEST_LOG_BYTES ? 0 : size;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, { ...rest, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
  });
  const pid = child.pid ?? 0;
  const letGo = holdOnLeash(pid);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      letGo();
      resolve();
    });
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    exited,
    isRunning,
    output: () => readFileSync(logFile).subarray(begins).toString('utf8'),
    async end(signals, patienceMs) {
      for (const signal of signals) {
        if (!isRunning()) return;
        child.kill(signal);
        await Promise.race([exited, sleep(patienceMs, undefined, { ref: false })]);
      }
      if (isRunning()) throw new Error(`Process ${pid} (${command}) does not end.`);
    },
  };
}

/** A waiting shell that interrupts `pid` when the pipe to us breaks; a line through the pipe sends it home instead. */
function holdOnLeash(pid: number): () => void {
  if (process.platform === 'win32') return () => {};
  const holder: ChildProcess = spawn('/bin/sh', ['-c', `read -r line || kill -INT ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  holder.unref();
  holder.on('error', () => {}); // without a shell there is no leash; a left-over server is found at the next start
  if (holder.stdin instanceof Socket) holder.stdin.unref();
  holder.stdin?.on('error', () => {}); // the shell is gone already
  return () => holder.stdin?.end('\n');
}
