import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { runExport } from '../../activities/exports/runExport.ts';
import { made } from '../api/builders.ts';
import { serve } from '../api/serve.ts';
import { opened } from '../exports/unzip.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let browser: Browser;
let page: Page;
let annId = '';
beforeAll(async () => {
  [api, browser] = await Promise.all([builtConsole().then((consoleFolder) => serve({ consoleFolder })), openBrowser()]);
  acme = await api.workspace();
  annId = (await made(acme.rep.post('/v1/contacts', { email: 'ann@example.com', firstName: 'Ann' }))).id;
  await made(acme.rep.post('/v1/contacts', { email: 'bob@example.com', firstName: 'Bob' }));
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${api.origin}/exports`);
  await logIn(page, acme.owner.email);
  await page.getByRole('heading', { level: 1, name: 'Export' }).waitFor();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await api.close();
});

const violations = async () =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => ({ id, html: nodes[0]?.html }));

/** Everything that is asked for is written, as by the worker. */
async function write(): Promise<void> {
  const open = await api.db.inTenant(acme.id, (tx) => tx.rows<{ id: string }>(`select id from exports where state = 'asked'`));
  const run = { db: api.db, addressKey: api.deps.addressKey, onProgress: () => undefined, isOver: () => false };
  for (const { id } of open) while (await runExport(run, acme.id, id));
}

async function downloaded(): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).first().click(),
  ]);
  return readFile(await file.path());
}

test('the account is asked for, followed and downloaded', async () => {
  await page.getByRole('button', { name: 'Export the account' }).click();
  await page.getByText('the rows are being counted').waitFor();
  expect(await violations()).toEqual([]);
  await write();
  await page.getByText('ready', { exact: true }).waitFor(); // without a reload
  expect(await violations()).toEqual([]);
  const { rows } = await opened(await downloaded());
  expect(rows('contacts')).toHaveLength(2);
}, 60_000);

test('one person is asked for from their page', async () => {
  await page.goto(`${api.origin}/people/${annId}`);
  await page.getByRole('button', { name: 'Export their data' }).click();
  await page.getByRole('heading', { level: 1, name: 'Export' }).waitFor();
  await page.getByRole('link', { name: 'one person' }).waitFor();
  await write();
  await page.getByRole('button', { name: 'Download' }).nth(1).waitFor();
  const { manifest, text } = await opened(await downloaded());
  expect(manifest.contact).toBe(annId);
  expect(text).not.toContain('bob@example.com');
}, 60_000);

test('a file is deleted before its time', async () => {
  await page.getByRole('button', { name: 'Delete' }).first().click();
  await page.getByRole('dialog').getByText('every link to it ends').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('deleted', { exact: true }).waitFor();
}, 60_000);
