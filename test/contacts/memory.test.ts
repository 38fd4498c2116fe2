import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const root = join(__dirname, '../..');
const ROWS = 200_000;
/** Heap in which the rows could not be held, and what the whole process may take: a million rows have 512 MB. */
const HEAP_MB = 96;
const MOST_MB = 400;

/** Rows of which every tenth has been before. */
function* rows() {
  yield 'First Name,Last Name,Email,Company name,Notes\n';
  for (let n = 0; n < ROWS; n += 1) {
    const person = n % 10 === 9 ? n - 9 : n;
    const company = person % 5000;
    yield `Pat ${n},Person,pat.${person}@company${company}.example,"Company ${company}, Inc.",${'Ships things fast. '.repeat(10)}\n`;
  }
}

test('a file of any length is checked in bounded memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'contacts-'));
  try {
    const file = join(folder, 'many.csv');
    await pipeline(Readable.from(rows()), createWriteStream(file));
    const { code, out, peakMb } = await run(['scripts/cli.ts', 'contacts', 'check', file]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rows: ROWS, accepted: 0.9 * ROWS, duplicate: 0.1 * ROWS, rejected: {} });
    expect(peakMb).toBeLessThan(MOST_MB);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const reportPeak = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))", // kilobytes
)}`;

function run(args: readonly string[]): Promise<{ code: number | null; out: string; peakMb: number }> {
  return new Promise((resolve, reject) => {
    const options = [`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', '--import', reportPeak];
    const child = spawn(process.execPath, [...options, ...args], { cwd: root });
    let out = '';
    let peak = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (peak += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, peakMb: Number(peak) / 1024 }));
  });
}
