import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: root, env: process.env });

const some = expect.any(Number);

test('one object on stdout has every measure; at small sizes its numbers mean nothing but that nobody got mail after an opt-out', async () => {
  const { stdout } = await run('--json', '--quick');
  expect(JSON.parse(stdout)).toEqual({
    emailsPerSecond: { '1': some, '2': some },
    ...(process.platform === 'linux' && {
      cpuSeconds: {
        '1': { worker: some, postgres: some, temporal: some },
        '2': { worker: some, postgres: some, temporal: some },
      },
      workerPeakMiB: some,
    }),
    ratioToWorkflowPerRecipient: some,
    ratioToBareMailLibrary: some,
    importRatioToBareCopy: some,
    unsubscribeP99Ms: some,
    begunAfterUnsubscribe: 0,
    clearanceP99Ratio: some,
    clearanceP99Ms: some,
    clearancesPerSecond: some,
    registryMiB: some,
    historyBytesPerRecipient: { '100': some, '300': some },
    rates: { workflowPerRecipient: some, bareMailLibrary: some, productImport: some, bareCopy: some },
  });
}, 240_000);

test('a purge is measured beside plain deletion', async () => {
  const { stdout } = await run('erase', '--json', '--quick');
  expect(JSON.parse(stdout)).toEqual({
    rowsPerSecond: expect.any(Number) as number,
    plainRowsPerSecond: expect.any(Number) as number,
    eraseRatioToPlainDelete: expect.any(Number) as number,
  });
}, 120_000);

test('a breach is told to everybody at two sizes', async () => {
  const { stdout } = await run('breach', '--json', '--quick');
  expect(JSON.parse(stdout)).toEqual({
    noticesPerSecond: some,
    costPerPersonRatio: some,
    historyBytes: some,
    workerPeakMiB: process.platform === 'linux' ? some : null,
  });
}, 240_000);

test.each([
  ['--only', 'beauty'],
  ['--colour', 'red'],
])('%s %s is bad use', async (...args) => {
  await expect(run(...args)).rejects.toMatchObject({ code: 2, stdout: '' });
});
