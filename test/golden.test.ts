import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenKinds, runGolden } from '../scripts/goldenCases.ts';

const root = join(__dirname, '..');
const kinds = [
  { kind: 'calling', cases: 87 },
  { kind: 'breach', cases: 58 },
  { kind: 'privacy', cases: 70 },
];

function run(kind: string, text: string) {
  const runCase = goldenKinds[kind];
  if (!runCase) throw new Error(`no golden kind ${kind}`);
  return runGolden(runCase, text);
}

function goldenFile(kind: string): string {
  return readFileSync(join(root, 'test', 'golden', `${kind}.json`), 'utf8');
}

test.each(kinds)('every $kind case comes out as written', ({ kind, cases }) => {
  expect(run(kind, goldenFile(kind))).toEqual({ passed: cases, differences: [] });
});

interface Plant {
  readonly kind: string;
  readonly because: string;
  readonly id: string;
  plant(text: string): string;
}

const plants: Plant[] = [
  { kind: 'calling', because: 'a wrong answer', id: 'C01', plant: (text) => text.replace('"allowed": true', '"allowed": false') },
  {
    kind: 'calling',
    because: 'an opening a minute late',
    id: 'C05',
    plant: (text) => text.replace('"2026-11-01T18:00:00Z"', '"2026-11-01T18:01:00Z"'),
  },
  {
    kind: 'calling',
    because: 'an unknown field',
    id: 'C01',
    plant: (text) => text.replace('"number":', '"mobile": true, "number":'),
  },
  {
    kind: 'calling',
    because: 'a number that is none',
    id: 'C01',
    plant: (text) => text.replace('"+12125550100"', '"212-555-0100"'),
  },
  { kind: 'calling', because: 'an instant without a zone', id: 'C01', plant: (text) => text.replace('13:00:00Z"', '13:00:00"') },
  {
    kind: 'calling',
    because: 'a zone that does not exist',
    id: 'C27',
    plant: (text) => text.replace('"America/Denver"', '"America/Gotham"'),
  },
  {
    kind: 'calling',
    because: 'an expectation that is missing',
    id: 'C01',
    plant: (text) => text.replace(/"opensAt": null,/, ''),
  },
  { kind: 'breach', because: 'a wrong date', id: 'G02', plant: (text) => text.replace('"2026-03-20"', '"2026-03-19"') },
  {
    kind: 'breach',
    because: 'a regulator too many',
    id: 'G01',
    plant: (text) =>
      text.replace('"regulators": []', '"regulators": [{ "state": "CA", "to": "Attorney General", "due": "2026-03-20" }]'),
  },
  {
    kind: 'breach',
    because: 'an order that is not kept',
    id: 'G07',
    plant: (text) => text.replace('"strictlyBefore": true', '"strictlyBefore": false'),
  },
  { kind: 'breach', because: 'data that nobody knows', id: 'G01', plant: (text) => text.replace('"ssn"', '"shoe_size"') },
  { kind: 'breach', because: 'half a resident', id: 'G01', plant: (text) => text.replace('"CA": 500', '"CA": 500.5') },
  { kind: 'privacy', because: 'a wrong date', id: '1', plant: (text) => text.replace('"2026-12-08"', '"2026-12-07"') },
  { kind: 'privacy', because: 'a kind that nobody knows', id: '1', plant: (text) => text.replace('"delete"', '"forget"') },
  {
    kind: 'privacy',
    because: 'an unknown field beside the case',
    id: '1',
    plant: (text) => text.replace('"given":', '"skip": true, "given":'),
  },
];

test.each(plants)('$kind: $because is a failure', ({ kind, id, plant }) => {
  const whole = JSON.stringify(JSON.parse(goldenFile(kind)), null, 1); // one spelling to plant in
  const planted = plant(whole);
  expect(planted).not.toBe(whole);
  const { passed, differences } = run(kind, planted);
  expect(differences.map((difference) => difference.id)).toEqual([id]);
  expect(passed).toBe(JSON.parse(whole).length - 1);
});

test('what counts the same is the same: false or not given, an instant in another spelling', () => {
  const respelt = goldenFile('breach').replaceAll('T15:00:00Z', 'T10:00:00.000-05:00');
  expect(respelt).toContain('T10:00:00.000-05:00');
  expect(run('breach', respelt).differences).toEqual([]);
});

test.each(['', 'no JSON', '{}', '"text"'])('a file that holds %j has failed', (text) => {
  const { passed, differences } = run('calling', text);
  expect([passed, differences.length]).toEqual([0, 1]);
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function golden(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/golden.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  test('passes: one line, status 0', () => {
    expect(golden('privacy', 'test/golden/privacy.json')).toEqual({ status: 0, stdout: '70 passed, 0 failed\n', stderr: '' });
  });

  test('fails: the id, what was expected and what came, status 1', () => {
    const file = join(folder, 'planted.json');
    writeFileSync(file, goldenFile('calling').replace('"allowed": true', '"allowed": false'));
    const { status, stdout } = golden('calling', file);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'C01',
      '  expected {"allowed":false,"opensAt":null}',
      '  got      {"allowed":true,"opensAt":null}',
      '86 passed, 1 failed',
    ]);
    expect(status).toBe(1);
  });

  test.each([
    { args: [], because: 'nothing given' },
    { args: ['calling'], because: 'no file' },
    { args: ['weather', 'test/golden/calling.json'], because: 'no such kind' },
    { args: ['toString', 'test/golden/calling.json'], because: 'no such kind either' },
    { args: ['calling', 'no-such-file.json'], because: 'no such file' },
    { args: ['calling', 'test/golden/calling.json', 'more'], because: 'too much' },
  ])('bad use is status 2: $because', ({ args }) => {
    const { status, stdout, stderr } = golden(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });
});
