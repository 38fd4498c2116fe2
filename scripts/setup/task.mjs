import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Runs a TypeScript file as this process would run it: same stdin, stdout, signals; resolves with its exit code. */
export function runTask(script, args) {
  const preloads = ['--import', import.meta.resolve('tsx'), '--import', import.meta.resolve('./leash.mjs')];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...preloads, join(root, script), ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      // A terminal has sent its Ctrl-C to the whole process group already: every task takes the second for the first.
      process.on(signal, () => child.kill(signal));
    }
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
