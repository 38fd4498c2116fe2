import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerBroken, type LedgerRow, openLedger } from '../../../providers/backup/ledger.ts';

const key = randomBytes(32);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  file = join(folder, 'deep/erasures.ledger');
});
afterEach(() => rmSync(folder, { recursive: true }));

const row = (kind: LedgerRow['kind'] = 'contact'): LedgerRow => ({
  tenantId: randomUUID(),
  kind,
  hash: randomBytes(32),
  erasedAt: new Date('2026-11-25T10:00:00Z'),
});
async function all(ledger = openLedger({ file, key })) {
  const rows = [];
  for await (const { head: _, ...rest } of ledger.read()) rows.push(rest);
  return rows;
}

test('what was appended is read back in order, also by another process', async () => {
  const rows = [row('account'), row(), row('user')];
  await openLedger({ file, key }).appendTombstones(rows.slice(0, 1));
  await openLedger({ file, key }).appendTombstones(rows.slice(1));
  expect(await all()).toEqual(rows);
  expect(await openLedger({ file, key }).head()).toMatchObject({ seq: 3 });
});

test('a ledger that does not exist yet is empty', async () => {
  expect(await all()).toEqual([]);
  expect(await openLedger({ file, key }).head()).toMatchObject({ seq: 0 });
});

test('many who append at once stand in one chain', async () => {
  await Promise.all(Array.from({ length: 20 }, () => openLedger({ file, key }).appendTombstones([row(), row()])));
  expect(await all()).toHaveLength(40);
});

test('half a line, left by a crash, was never acknowledged: it is not read, and the next one takes its place', async () => {
  const rows = [row(), row()];
  await openLedger({ file, key }).appendTombstones(rows.slice(0, 1));
  appendFileSync(file, '{"seq":2,"tenantId":"3f');
  expect(await all()).toEqual(rows.slice(0, 1));
  await openLedger({ file, key }).appendTombstones(rows.slice(1));
  expect(await all()).toEqual(rows);
});

test.each([
  { name: 'a line changed', damage: (lines: string[]) => lines.map((line) => line.replace('contact', 'user')) },
  { name: 'a line left out', damage: (lines: string[]) => [lines[0], lines[2]] },
  { name: 'two lines exchanged', damage: (lines: string[]) => [lines[1], lines[0], lines[2]] },
  { name: 'the first line gone', damage: (lines: string[]) => lines.slice(1) },
  { name: 'no JSON', damage: (lines: string[]) => [...lines, 'gone'] },
])('$name: the ledger is broken, and says so', async ({ damage }) => {
  await openLedger({ file, key }).appendTombstones([row(), row(), row()]);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  writeFileSync(file, `${damage(lines).join('\n')}\n`);
  await expect(all()).rejects.toThrow(LedgerBroken);
});

test('nobody without the key can write it', async () => {
  await openLedger({ file, key: randomBytes(32) }).appendTombstones([row()]);
  await expect(all()).rejects.toThrow(LedgerBroken);
});
