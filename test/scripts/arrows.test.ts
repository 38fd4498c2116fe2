import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

const forbidden = [
  { file: 'domain/planted.ts', code: "import { x } from '../db/transaction.ts';", because: 'rules know no database' },
  { file: 'domain/planted.ts', code: "import { x } from '../law/load.ts';", because: 'rules get the law as an argument' },
  { file: 'domain/planted.ts', code: "import { x } from 'node:fs';", because: 'rules do no I/O' },
  { file: 'domain/planted.ts', code: "import type { x } from '../api/app.ts';", because: 'not even a type comes from outside' },
  { file: 'domain/planted.ts', code: 'export const x = Date.now();', because: 'rules have no clock' },
  { file: 'domain/planted.ts', code: 'export const x = Math.random();', because: 'rules have no randomness' },
  { file: 'domain/planted.ts', code: "import { x } from 'knex';", because: 'nor a library that does I/O' },
  { file: 'law/planted.ts', code: "import { x } from '../db/transaction.ts';", because: 'tables know no database' },
  { file: 'law/states/planted.ts', code: "import { x } from '../../db/transaction.ts';", because: 'nor from a folder below' },
  {
    file: 'workflows/planted.ts',
    code: "import { x } from '../activities/mail.ts';",
    because: 'a workflow knows activities by type',
  },
  { file: 'workflows/planted.ts', code: "import { x } from '../law/load.ts';", because: 'a new table must not break a replay' },
  { file: 'workflows/planted.ts', code: "import { x } from 'node:crypto';", because: 'no I/O, no randomness' },
  { file: 'workflows/planted.ts', code: 'export const x = Date.now();', because: 'a wait is answered by an activity' },
  {
    file: 'activities/planted.ts',
    code: "import { x } from '../workflows/index.ts';",
    because: 'workflows call activities, not the reverse',
  },
  { file: 'activities/mail/planted.ts', code: "import { x } from '../../api/app.ts';", because: 'nor from a folder below' },
  { file: 'activities/planted.ts', code: 'export const x = Date.now();', because: "legal time is the database's" },
  {
    file: 'providers/planted.ts',
    code: "import { x } from '../db/transaction.ts';",
    because: 'a provider is one small interface to the world',
  },
  { file: 'providers/mail/planted.ts', code: "import { x } from '../../workers/main.ts';", because: 'nor from a folder below' },
  { file: 'db/migrations/planted.ts', code: "import { x } from '../../providers/vault.ts';", because: 'nor from a folder below' },
  { file: 'db/planted.ts', code: "import { x } from '../activities/mail.ts';", because: 'queries know only rules' },
  { file: 'db/planted.ts', code: 'export const x = Date.now();', because: "legal time is the database's" },
  { file: 'api/planted.ts', code: "import { x } from '../workflows/index.ts';", because: 'the API knows workflows by type' },
  { file: 'api/routes/planted.ts', code: "import { x } from '../../activities/mail.ts';", because: 'the API starts no activity' },
  { file: 'api/planted.ts', code: 'export const x = Date.now();', because: "legal time is the database's" },
  { file: 'workers/planted.ts', code: "import { x } from '../api/app.ts';", because: 'workers run without the API' },
  {
    file: 'web/planted.ts',
    code: "import { x } from '../db/transaction.ts';",
    because: 'the console reaches the product through the API',
  },
  { file: 'web/planted.tsx', code: "import { x } from '../api/shapes.ts';", because: 'its types only' },
];

const allowed = [
  {
    file: 'workflows/planted.ts',
    code: "import type * as mail from '../activities/mail.ts';",
    because: 'the type of an activity',
  },
  { file: 'workflows/planted.ts', code: "import { x } from '../domain/delay.ts';", because: 'pure rules' },
  { file: 'domain/planted.ts', code: "import { x } from './delay.ts';", because: 'its own folder' },
  {
    file: 'activities/planted.ts',
    code: "import { x } from '../db/transaction.ts';",
    because: 'activities read and write the record',
  },
  { file: 'api/planted.ts', code: "import type { x } from '../workflows/index.ts';", because: 'the type of a workflow' },
  { file: 'web/planted.tsx', code: "import type { x } from '../api/shapes.ts';", because: 'the shapes of the API' },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decorum-arrows-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The rules that our lint finds broken in a file of its own. */
function lint(file: string, code: string): Promise<string> {
  const uses = code.startsWith('import') && !code.startsWith('import type') ? '\nexport const used = x;' : '';
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${code}${uses}\n`);
  return new Promise((resolve, reject) => {
    execFile(join(root, 'node_modules/.bin/oxlint'), ['--format', 'unix', file], { cwd: folder }, (error, stdout) => {
      if (error && error.code !== 1) reject(error);
      else resolve(stdout);
    });
  });
}

test.each(forbidden)('$file may not say $code: $because', async ({ file, code }) => {
  expect(await lint(file, code)).toMatch(/no-restricted-(imports|properties)/);
});

test.each(allowed)('$file may say $code: $because', async ({ file, code }) => {
  expect(await lint(file, code)).not.toMatch(/no-restricted/);
});
