import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Notes in `file` that we run the server `pid`. */
export function noteServer(file: string, pid: number): void {
  writeFileSync(file, `${process.pid} ${pid}\n`);
}

/**
 * Ends a server that outlived the run that noted it in `file` (we were killed, and its leash too): two must never share a folder.
 * `mark` is a part of its command line, by which it is told from a stranger with the same process id.
 */
export async function endLeftOver(file: string, mark: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(file)) return;
  const [owner = 0, pid = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
  if (!(await runsWith(pid, mark))) return;
  if (owner !== process.pid && isAlive(owner)) throw new Error(`${mark} is in use by process ${owner}: stop that one first.`);
  log(`Stopping what an earlier run left behind (process ${pid}) ...`);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    for (let waited = 0; waited < 15_000; waited += 50) {
      await sleep(50);
      if (!(await runsWith(pid, mark))) return;
    }
  }
  throw new Error(`Process ${pid} still uses ${mark}: end it and start again.`);
}

async function runsWith(pid: number, mark: string): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)).includes(mark);
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return ''; // it has ended meanwhile
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
