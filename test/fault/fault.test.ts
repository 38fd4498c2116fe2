import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/fault.ts', ...args], { cwd: root, env: process.env });

// Seed 73 kills no worker at the very end, after which the outcome of what it had at the wire takes minutes to be settled.
test('with everything killed in turn, nobody gets a message twice, after an opt-out, or never', async () => {
  // A run in which a promise was broken ends with 1 and says which all the same.
  const { stdout } = await run('--seed', '73', '--contacts', '80').catch((error: unknown) => error as { stdout: string });
  const { sent, unknown, kills, ...promised } = JSON.parse(stdout) as Record<string, number>;
  expect(promised).toEqual({ seed: 73, duplicates: 0, begunAfterUnsubscribe: 0, lost: 0, named: 0, seconds: expect.any(Number) });
  expect(sent).toBeGreaterThan(60);
  expect(kills).toBe(9);
  expect(unknown).toBeLessThanOrEqual(10 * 9);
}, 600_000);

test.each([
  ['--seed', 'x'],
  ['--contacts', '0'],
  ['--colour', 'red'],
])('%s %s is bad use', async (...args) => {
  await expect(run(...args)).rejects.toMatchObject({ code: 2, stdout: '' });
});
