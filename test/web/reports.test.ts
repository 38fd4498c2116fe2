import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;
beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
  await heading('Today');
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const report = () => `${acme.origin}/launches/${acme.launchId}/report`;

test('from a number one comes to its people, and from there to their file', async () => {
  await page.goto(report());
  const row = page.getByRole('table', { name: 'Who got each step' }).getByRole('row', { name: /Hello/ });
  await row.getByRole('img', { name: '6 people: 4 got it, 1 still to come, 1 not' }).waitFor();
  await row.getByRole('link', { name: '4' }).click();
  await heading('Who got it');
  await page.getByRole('link', { name: 'finished Person' }).waitFor();
  expect(await page.getByRole('table', { name: 'People of the step' }).locator('tbody tr').count()).toBe(4);
  await page.getByLabel('Got it', { exact: true }).selectOption('no');
  await page.getByRole('link', { name: 'blocked Person' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('people.csv');
});

test('the rest of a step becomes a list, which says before what it will hold', async () => {
  await page.goto(report());
  await page.getByRole('button', { name: 'List the rest of step 1. Hello …' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Choose a reason that somebody has.').waitFor(); // nobody is proposed who asked for silence or waits for it anyway
  await dialog.getByLabel('others go before it over this mailbox: 1').check();
  await dialog.getByText('Puts 1 person on a list.').waitFor();
  await dialog.getByLabel('Name of the list').fill('The rest of the clocks');
  await page.keyboard.press('Enter');
  await heading('Lists');
  const row = page.getByRole('row', { name: /The rest of the clocks/ });
  await row.getByRole('cell', { name: '1', exact: true }).waitFor();
  await row.getByRole('link', { name: 'Launch to it' }).waitFor();
});
