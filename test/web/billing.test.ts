import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { centsOf } from '../../web/pages/billing/money.ts';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let api: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [api, browser] = await Promise.all([builtConsole().then((consoleFolder) => serve({ consoleFolder })), openBrowser()]);
  const acme = await api.workspace();
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${api.origin}/billing`);
  await logIn(page, acme.operator.email);
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await api.close();
});

test.each([
  { typed: '120', cents: 12_000, because: 'whole dollars' },
  { typed: ' 1.15 ', cents: 115, because: 'what no binary fraction is' },
  { typed: '0.5', cents: 50, because: 'one digit is tens of cents' },
  { typed: '1,5', cents: null, because: 'a comma may be either' },
  { typed: '-1', cents: null, because: 'a refund has a kind of its own' },
  { typed: '1.234', cents: null, because: 'there is no tenth of a cent' },
  { typed: '', cents: null, because: 'nothing' },
])('"$typed" is $cents cents: $because', ({ typed, cents }) => {
  expect(centsOf(typed)).toBe(cents);
});

test('a transaction is recorded, after a card number was refused and the rest kept', async () => {
  await page.getByRole('button', { name: 'Record a transaction' }).first().click();
  const dialog = page.getByRole('dialog');
  const field = (name: string) => dialog.getByLabel(name, { exact: false });
  await field('Number of the invoice').fill('INV-7');
  await field('Customer').fill('Acme 4111 1111 1111 1111');
  await field('Date').fill('2026-01-31');
  await field('For what').fill('Credits');
  await field('Dollars before tax').fill('a lot');
  await field('Name at Stripe').fill('ch_000000000007');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await dialog.getByText('Dollars and cents').waitFor();
  await field('Dollars before tax').fill('150.01');
  await field('Tax').last().fill('9.90');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await dialog.getByText('A card number or the like is never kept.').first().waitFor();
  expect((await new AxeBuilder({ page }).include('[role="dialog"] form').analyze()).violations.map(({ id }) => id)).toEqual([]);
  await field('Customer').fill('Acme Inc.');
  await dialog.getByRole('button', { name: 'Record' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('$159.91').waitFor();
  await page.getByText('Feb 1, 2033').waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
}, 60_000);
