import type { Browser, Page } from 'playwright-core';
import { password, serve } from '../api/serve.ts';
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
  await page.goto(`${api.origin}/deletion`);
  await logIn(page, acme.owner.email);
  await page.getByRole('heading', { level: 1, name: 'Deletion of the account' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('an owner deletes the account with the password, and takes it back', async () => {
  await page.getByText('Nobody has asked for it.').waitFor();
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByRole('textbox', { name: 'Your password' }).fill(password);
  await page.getByRole('button', { name: 'Freeze and delete' }).click();
  await page.getByText('frozen, can be cancelled').waitFor();
  await page.getByRole('link', { name: 'this link' }).waitFor();
  await page.getByRole('button', { name: 'Cancel the deletion' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the deletion' }).click();
  await page.getByText('cancelled', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete the account' }).waitFor();
});
