import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace, TEMPORAL_UI } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  for (const name of ['Bakery', 'Airfield']) await acme.owner.post('/v1/companies', { name });
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
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

test('the people of a launch are ordered by their heads, and their file as they are seen', async () => {
  await page.goto(`${acme.origin}/launches/${acme.launchId}`);
  await page.getByRole('columnheader', { name: 'Who' }).getByRole('button').click();
  await page.waitForURL(/sort=name/);
  const people = page.getByRole('table', { name: 'People of Clocks for offices' }).locator('tbody tr');
  await people.first().getByRole('link', { name: 'blocked Person' }).waitFor();
  const names = ['blocked', 'finished', 'paused', 'queued', 'stopped', 'waiting'].map((name) => `${name} Person`);
  expect(await people.locator('td:first-child').allInnerTexts()).toEqual(names);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const rows = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(names);
  await page.goto(`${acme.origin}/companies`);
  await page.getByRole('link', { name: 'North' }).waitFor();
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

test('promises show as a month; a day leads to its table; a calendar program gets an address', async () => {
  const { items } = (await acme.owner.get('/v1/obligations')).body as { items: { dueAt: string }[] };
  const due = new Date(items[0]?.dueAt ?? '');
  await page.goto(`${acme.origin}/obligations`);
  await page.getByText('Calendar', { exact: true }).click();
  const month = page.getByRole('table', { name: 'Promises by the day on which they are due' });
  await month.waitFor();
  if (due.getMonth() !== new Date().getMonth()) await page.getByRole('button', { name: 'Month after' }).click();
  await month.getByRole('link', { name: `${due.getDate()}: show what is due` }).focus();
  await month.getByText('2 open').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/day=/);
  await page.getByRole('table', { name: 'Obligations' }).getByText('15 U.S.C. 7704').nth(1).waitFor();
  await page.getByRole('searchbox').fill('no such promise');
  await page.getByText('No promise fits').waitFor();
  await page.getByRole('button', { name: 'In your calendar' }).click();
  const address = await page.getByLabel('Address of the calendar').innerText();
  expect(address).toMatch(new RegExp(`^${acme.origin}/v1/obligations.ics\\?token=`));
  expect(((await (await fetch(address)).text()).match(/BEGIN:VEVENT/g) ?? []).length).toBe(2);
});

test('the system page says who works, what is owed, and leads into Temporal', async () => {
  await page.goto(`${acme.origin}/today`);
  await heading('Today');
  await page.keyboard.press('g');
  await page.keyboard.press('y');
  await heading('System');
  await page
    .getByRole('row', { name: /^legal/ })
    .getByText('1 worker')
    .waitFor();
  await page.getByText('1 mailbox active').waitFor();
  expect(await page.getByRole('link', { name: 'Open Temporal' }).getAttribute('href')).toBe(TEMPORAL_UI);
});
