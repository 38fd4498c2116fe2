import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/proveErasure.ts', ...args], {
    cwd: root,
    env: { ...process.env, WORKFLOW_BUNDLE: process.env.DECORUM_WORKFLOW_BUNDLE },
  });

const everywhere = (found: number) => ({
  database: found,
  histories: found,
  'copy of the histories of before': found,
  logs: found,
  'backup afterwards': found,
  'backup of before, restored': found,
  'backups on day 60': found,
});

test('of an account that was deleted nobody is found anywhere, and of the one that stays everybody', async () => {
  const { stdout } = await run('--contacts', '300', '--activities', '1500', '--probes', '60', '--seed', '7');
  expect(JSON.parse(stdout)).toMatchObject({
    before: { database: 60, histories: 60, backup: 60 },
    hits: everywhere(0),
    controlFound: everywhere(60),
    otherRowsUnchanged: true,
    certificates: [
      { kind: 'live systems', partial: false },
      { kind: 'final', partial: false },
    ],
  });
}, 240_000);

test('a word for a number is bad use', async () => {
  await expect(run('--probes', 'many')).rejects.toMatchObject({ code: 2, stdout: '' });
});
