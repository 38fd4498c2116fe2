import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const checks = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint and arrows', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
] as const;

/** Runs what needs no running product, side by side; prints a line each and, at the end, what the failed ones said. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all(checks.map(runCheck));
  const failed = results.filter((result) => result.code !== 0);
  for (const { name, output } of failed) console.log(`\n--- ${name} ---\n${output.trim()}\n`);
  return { passed: results.length - failed.length, failed: failed.length };
}

async function runCheck({ name, command: [program, ...args] }: (typeof checks)[number]) {
  const began = performance.now();
  let output = '';
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', program), args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' }, // its output is kept and printed as text
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.on('close', resolve);
  });
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { name, code, output };
}
