import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let browser: Browser;
let page: Page;
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  acme = await api.workspace();
  await acme.rep.post('/v1/lists', { name: 'Prospects' });
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${api.origin}/audit-log`);
  await logIn(page, acme.officer.email);
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('an officer sees who did what, and finds it by user and by action', async () => {
  const made = page.getByRole('row', { name: /post \/lists/ });
  await made.waitFor();
  expect(await made.innerText()).toMatch(/rep/);
  await page.getByText(/\d entries?, not signed yet/).waitFor();
  await page.getByLabel('User', { exact: true }).selectOption({ label: 'officer' });
  await made.waitFor({ state: 'hidden' });
  await page.getByRole('row', { name: /post \/session/ }).waitFor();
  await page.getByLabel('User', { exact: true }).selectOption('');
  await page.getByLabel('Search actions and ids').fill('lists');
  await page.getByRole('row', { name: /post \/session/ }).waitFor({ state: 'hidden' });
  await made.waitFor();
});

test('the file holds what the page shows', async () => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export CSV' }).click()]);
  expect(file.suggestedFilename()).toBe('audit-log.csv');
});

test('a rep has no such page', async () => {
  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, acme.rep.email);
  await page.getByRole('link', { name: 'Lists' }).waitFor();
  expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
});
