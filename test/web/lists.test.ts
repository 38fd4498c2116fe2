import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { password } from '../api/serve.ts';
import { openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  for (const name of ['Bakery', 'Airfield']) await acme.owner.post('/v1/companies', { name });
  await page.goto(acme.origin);
  await page.getByLabel('E-mail address').fill(acme.owner.email);
  await page.getByLabel('Password').first().fill(password);
  await page.keyboard.press('Enter');
  await heading('Today');
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const firstCells = () => page.locator('tbody tr td:first-child').allInnerTexts();

test('a list is ordered by its heads, by keys too, and the address keeps the order', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await heading('Companies');
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=name/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=-name/);
  await page.reload();
  await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=descending]')).waitFor();
  await page.getByRole('link', { name: 'North' }).waitFor();
  expect(await firstCells()).toEqual(['North', 'Bakery', 'Airfield']);
});

test('the file of a list holds what is seen, in its order', async () => {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const rows = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(rows.map((row) => row.split(',')[0])).toEqual(['Company name', 'North', 'Bakery', 'Airfield']);
});

test('a company shows its people, leads to them and back, and can be changed', async () => {
  await page.getByRole('link', { name: 'North' }).click();
  await heading('North');
  await page.getByRole('table', { name: 'People of North' }).getByRole('link', { name: 'ann' }).click();
  await heading('ann');
  await page.getByRole('main').getByRole('link', { name: 'North' }).click();
  await heading('North');
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog').getByLabel('Industry').fill('Sundials');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByText('Sundials').waitFor();
});
