import { AxeBuilder } from '@axe-core/playwright';
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
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('an owner stores, replaces and removes a key, and sees its last four characters only', async () => {
  const acme = await api.workspace();
  await page.goto(`${api.origin}/log-in?from=/settings`);
  await logIn(page, acme.owner.email);
  await page.getByText('None is stored.').waitFor();
  const form = page.getByRole('form', { name: 'Store a key' });
  const key = form.getByLabel('Key', { exact: false }).and(page.locator('input[type=password]'));
  await key.fill('short');
  await form.getByRole('button', { name: 'Store it' }).click();
  await form.getByText('A key or token has 16 characters or more.').first().waitFor();
  await key.fill('sk-proj-4yQm7Zr2Lk9Wb3Xn8Vd5');
  await form.getByRole('button', { name: 'Store it' }).click();
  await form.getByText('Stored: it ends in 8Vd5.').waitFor();
  const stored = page.getByRole('list', { name: 'Keys of other services' });
  await stored.getByText('OpenAI: API key that ends in 8Vd5').waitFor();
  expect(await key.inputValue()).toBe('');
  await key.fill('sk-proj-another-one-of-1Zz9');
  await form.getByRole('button', { name: 'Store it' }).click();
  await stored.getByText('OpenAI: API key that ends in 1Zz9').waitFor();
  expect(await page.content()).not.toMatch(/4yQm7Zr2|another-one/);
  expect((await new AxeBuilder({ page }).disableRules(['color-contrast']).analyze()).violations).toEqual([]);
  await stored.getByRole('button', { name: 'Remove OpenAI' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove OpenAI' }).click();
  await page.getByText('None is stored.').waitFor();
}, 60_000);
