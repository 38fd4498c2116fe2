import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

const hours = 60 * 60 * 1000;
let api: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
let owner: pg.Client;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  owner = new pg.Client({ connectionString: api.ownerUrl });
  await owner.connect();
  browser = await openBrowser();
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await owner.end();
  await api.close();
});

/** As the workflow writes them. */
async function backupTaken(hoursAgo: number, state: string, problem: string | null = null): Promise<string> {
  const id = randomUUID();
  const takenAt = new Date(Date.now() - hoursAgo * hours);
  await owner.query(
    `insert into backups (id, name, state, taken_at, expires_at, format, bytes, tables, rows, verified_at, problem)
     values ($1, $2, $3, $4::timestamptz, $4::timestamptz + interval '28 days', 'pg_dump', 1234567, 80, 4321, $4::timestamptz, $5)`,
    [id, `decorum-${id.slice(0, 8)}`, state, takenAt, problem],
  );
  return id;
}

test('an operator sees on the page of the machine that backups are well, and on their own page when they are not', async () => {
  const acme = await api.workspace();
  await backupTaken(3, 'good');
  await page.goto(`${api.origin}/log-in?from=/system`);
  await logIn(page, acme.operator.email);
  await page.getByRole('region', { name: 'Backups' }).getByRole('link', { name: 'backup' }).click();
  await page.getByRole('heading', { level: 1, name: 'Backups' }).waitFor();
  const row = page.getByRole('row', { name: /1\.2 MB/ });
  await row.getByText('4,321').waitFor();

  await backupTaken(27, 'unreadable', 'Piece 3 is not what was written.');
  await owner.query(
    `insert into restore_drills (id, state, started_at, ended_at, problem) values (gen_random_uuid(), 'failed', clock_timestamp(), clock_timestamp(), 'The disk is full.')`,
  );
  await page.reload();
  const health = page.getByRole('region', { name: 'Health' });
  await health.getByText('A backup cannot be read').waitFor();
  await health.getByText('The last restore drill failed').waitFor();
  await page.getByText('unreadable: Piece 3 is not what was written.').waitFor();
  await page.getByText('failed: The disk is full.').waitFor();
});
