import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let api: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  browser = await openBrowser();
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1300, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test("an operator finds a state's row, its citation and its doubt, and can send the address on", async () => {
  const acme = await api.workspace();
  await page.goto(`${api.origin}/log-in?from=/system`);
  await logIn(page, acme.operator.email);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Law tables' }).click();
  await page.getByRole('heading', { level: 1, name: 'Law tables' }).waitFor();
  await page.getByLabel('Table', { exact: true }).selectOption('breach');
  await page.getByLabel('State', { exact: true }).selectOption('MT');
  const row = page.getByRole('table', { name: 'Law tables' }).getByRole('row', { name: /^MT Breach/ });
  await row.getByText('Mont. Code').waitFor();
  await row.getByText('doubtful').waitFor();
  await row.getByText('no change known').waitFor();

  await page.waitForURL(/table=breach/);
  await page.goto(`${api.origin}/law-tables?state=AL&search=Admin.+Code`);
  await page.getByText('Ala. Admin. Code').first().waitFor();
  await page.getByText('Monday to Friday 08:00-20:00, Saturday 08:00-20:00, Sunday none').waitFor();
});
