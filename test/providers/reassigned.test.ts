import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reassignedInFile } from '../../providers/reassigned/fileNumbers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reassigned-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (text: string) => {
  const path = join(folder, 'numbers.csv');
  await writeFile(path, text);
  return path;
};

test.each([
  { number: '+12125550101', since: '2026-03-01', answer: 'yes', why: 'disconnected after that day' },
  { number: '+12125550101', since: '2026-05-02', answer: 'yes', why: 'on that day' },
  { number: '+12125550101', since: '2026-05-03', answer: 'no', why: 'before it' },
  { number: '+12125550102', since: '2026-01-01', answer: 'no', why: 'it is not in the file' },
] as const)('$number since $since: $answer, $why', async ({ number, since, answer }) => {
  const path = await file('Number,Disconnected\n(212) 555-0101,2026-05-02\n2125550101,2025-01-01\n');
  expect(await reassignedInFile(path, () => 0).sinceThen(number, new Date(since))).toBe(answer);
});

test('a new file counts after ten seconds', async () => {
  let now = 0;
  const numbers = reassignedInFile(await file('2125550101,2026-05-02\n'), () => now);
  const ask = () => numbers.sinceThen('+12125550102', new Date('2026-01-01'));
  expect(await ask()).toBe('no');
  await file('2125550102,2026-05-02\n2125550103,2026-05-02\n');
  expect(await ask()).toBe('no');
  now = 10_000;
  expect(await ask()).toBe('yes');
});

test('a file that is none, or not there, clears nobody', async () => {
  const ask = (path: string) => reassignedInFile(path, () => 0).sinceThen('+12125550101', new Date('2026-01-01'));
  await expect(ask(await file('2125550101,2026-05-02\nhello\n'))).rejects.toThrow('Line 2');
  await expect(ask(join(folder, 'nowhere.csv'))).rejects.toThrow('ENOENT');
});
