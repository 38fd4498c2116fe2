import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { addList, mailboxBody, made } from '../api/builders.ts';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let browser: Browser;
let page: Page;
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
const complaints: string[] = [];
beforeAll(async () => {
  [api, browser] = await Promise.all([builtConsole().then((consoleFolder) => serve({ consoleFolder })), openBrowser()]);
  acme = await api.workspace();
  await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  await addList(api, acme.id, acme.officer, ['ann@north.example']);
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(`${api.origin}/log-in`);
  await logIn(page, acme.officer.email);
  await page.getByRole('heading', { level: 1, name: 'Promises' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

/** What axe finds wrong, and whether the page is wider than a telephone. */
async function faults(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  await page.setViewportSize({ width: 400, height: 900 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize({ width: 1200, height: 900 });
  return width > 400 ? [...found, `${width} px wide`] : found;
}

test('an officer opens an incident, sees its clocks and what is missing, and approves the notice', async () => {
  await page.getByRole('link', { name: 'Breaches' }).click();
  await page.getByText('No incident, and no drill yet').waitFor();
  expect(await faults()).toEqual([]);
  await page.getByRole('link', { name: 'Open an incident' }).click();
  await page.getByLabel('Name of the incident').fill('A copy was taken');
  await page.getByLabel('What happened').fill('A copy of a database was taken.');
  await page.getByLabel('Social Security numbers').check();
  await page.getByLabel('Who is affected', { exact: true }).selectOption('users');
  expect(await faults()).toEqual([]);
  await page.getByRole('button', { name: 'Open the incident' }).click();

  await page.getByRole('heading', { level: 1, name: 'A copy was taken' }).waitFor();
  await page.getByRole('table', { name: 'Clocks by jurisdiction' }).getByText('every affected user').waitFor();
  await page.getByText('Next: say what is missing').waitFor();
  await page.getByText('Without approval it leaves as it stands').waitFor();
  expect(await faults()).toEqual([]);

  await page.getByRole('button', { name: 'Add or correct facts' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('When it happened').fill('on 1 November 2026');
  await dialog.getByLabel('Which systems').fill('The reporting database.');
  await dialog.getByLabel('What is being done').fill('The access was closed.');
  await dialog.getByLabel('What people can do').fill('Watch your accounts.');
  await dialog.getByLabel('Whom to ask').fill('+1 555 0100');
  await dialog.getByLabel('Everybody who is affected is known').check();
  await dialog.getByRole('button', { name: 'Record it' }).click();
  await page.getByRole('heading', { name: 'Next: read the notice and approve it' }).waitFor();

  await page.getByRole('button', { name: 'Read and approve the notice' }).click();
  await dialog.getByRole('textbox', { name: 'Notice of Data Breach' }).waitFor();
  await dialog.getByRole('button', { name: /Approve all letters/ }).click();
  await page.getByText('Approved: it leaves').waitFor();

  await page.getByRole('button', { name: 'Add people' }).click();
  await dialog.getByLabel('People').selectOption('contacts');
  await dialog.getByRole('button', { name: 'Add them' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Hold or decide' }).click();
  await dialog.getByLabel('Authority').fill('FBI');
  await dialog.getByLabel('Until').fill('2030-01-01T00:00');
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
  await dialog.getByLabel('Reason').fill('An arrest is near.');
  await dialog.getByRole('button', { name: 'Ask another officer' }).click();
  await page.getByText('Another officer must confirm').waitFor();
  await page.getByText('Held by FBI').waitFor();
  expect(complaints).toEqual([]);
});

test('officers decide how notices leave, and where a regulator takes its own', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Breaches' }).click();
  await page.getByRole('link', { name: 'How notices leave' }).click();
  await page.getByLabel('Two officers approve every notice').check();
  await page.getByLabel('No notice leaves without approval').check();
  await page.getByLabel('Reason').fill('Counsel reads every notice, day and night.');
  expect(await faults()).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  const address = page.getByLabel('Address of Attorney General, MD');
  await address.fill('ag@md.example');
  await page.getByRole('row').filter({ has: address }).getByRole('button', { name: 'Keep' }).click();
  await page.waitForFunction(async () => {
    const reply = await fetch('/v1/regulators');
    return (await reply.text()).includes('ag@md.example');
  });
  await page.reload();
  await page.getByText('Counsel reads every notice, day and night.').waitFor();
  expect(await page.getByLabel('Address of Attorney General, MD').inputValue()).toBe('ag@md.example');
  expect(await page.getByLabel('Two officers approve every notice').isChecked()).toBe(true);
  await page.getByLabel('No notice leaves without approval').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Save', disabled: true }).waitFor();
});

test('a drill leads to its score', async () => {
  await page.getByRole('link', { name: 'Breaches' }).first().click();
  await page.getByRole('link', { name: 'Open an incident' }).click();
  await page.getByLabel('Name of the incident').fill('Exercise');
  await page.getByLabel('This is a drill').check();
  await page.getByRole('button', { name: 'Begin the drill' }).click();
  await page.getByRole('heading', { level: 1, name: 'Drill: Exercise' }).waitFor();
  await page.getByRole('link', { name: 'Score of the drill' }).click();
  await page.getByText('No clock has ended yet.').waitFor();
  await page.getByRole('table', { name: 'Clocks' }).getByText('every affected user').waitFor();
  expect(await faults()).toEqual([]);
  expect(complaints).toEqual([]);
});
