import type { Browser, Page } from 'playwright-core';
import { addList } from '../api/builders.ts';
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
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('an owner erases a person with one confirmation, and sees the inventory by which it is done', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, [`zoe@${acme.id.slice(0, 8)}.example`]);
  await page.goto(`${api.origin}/people/${contactIds[0]}`);
  await logIn(page, acme.owner.email);
  await page.getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase everything' }).click();
  await page.getByRole('heading', { level: 1, name: 'Data map' }).waitFor();
  await page.getByRole('row', { name: /contact [0-9a-f]{8}.*they asked.*asked for/s }).waitFor();
  const inventory = page.getByRole('table', { name: 'Inventory' });
  await inventory.getByRole('row', { name: /identifiers.*user\.contact\.email.*the contact’s.*is deleted/s }).waitFor();
  await inventory
    .getByRole('row', { name: /is kept: an opt-out binds for good/ })
    .first()
    .waitFor();
});
