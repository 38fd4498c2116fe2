import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/fault.ts', ...args], { cwd: root, env: process.env });

test('with everything killed in turn, nobody gets a message twice, after an opt-out, or never', async () => {
  const { stdout } = await run('--seed', '11', '--contacts', '40');
  const { sent, unknown, kills, ...promised } = JSON.parse(stdout) as Record<string, number>;
  expect(promised).toEqual({ seed: 11, duplicates: 0, begunAfterUnsubscribe: 0, lost: 0, named: 0, seconds: expect.any(Number) });
  expect(sent).toBeGreaterThan(40);
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
