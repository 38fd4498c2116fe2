// The gate: the checks, then all tests. Its last line is `N passed, N failed`, counted from what really ran.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runChecks } from './checks.ts';

const root = join(import.meta.dirname, '..');
const resultFile = join(root, '.decorum/test/jest.json');

const Result = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numRuntimeErrorTestSuites: z.int(), // files that could not even be loaded: each counts as one failure
});

const checks = await runChecks();
const tests = await runJest(process.argv.slice(2));
const failed = checks.failed + tests.failed;
console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runJest(args: string[]): Promise<{ passed: number; failed: number }> {
  mkdirSync(join(root, '.decorum/test'), { recursive: true });
  rmSync(resultFile, { force: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const child = spawn(process.execPath, [jest, '--ci', '--json', `--outputFile=${resultFile}`, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (!existsSync(resultFile)) return { passed: 0, failed: 1 }; // the set-up failed: no test ran, and Jest has said why
  const result = Result.parse(JSON.parse(readFileSync(resultFile, 'utf8')));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}
