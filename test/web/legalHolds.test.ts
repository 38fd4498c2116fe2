import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let browser: Browser;
let page: Page;
let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  const acme = await api.workspace();
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${api.origin}/legal-holds`);
  await logIn(page, acme.officer.email);
  await page.getByRole('heading', { level: 1, name: 'Legal holds' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('an officer holds the account with a reason, and releases it with another', async () => {
  await page.getByText('Nothing is held').waitFor();
  await page.getByRole('button', { name: 'Place a hold' }).click();
  await page.getByLabel('Reason').fill('A letter of the court');
  await page.getByRole('button', { name: 'Hold', exact: true }).click();
  const row = page.getByRole('row', { name: /The whole account/ });
  await row.getByText('in force').waitFor();
  await row.getByRole('button', { name: 'Release' }).click();
  await page.getByLabel('Reason').fill('Settled');
  await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
  await row.getByText(/released/).waitFor();
  await row.getByText(/Settled/).waitFor();
});
