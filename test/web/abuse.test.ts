import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { newAbuseCase } from '../builders/abuseCase.ts';
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

async function open(email: string) {
  await page.context().clearCookies();
  await page.goto(`${api.origin}/log-in?from=/abuse`);
  await logIn(page, email);
  await page.getByRole('link', { name: 'imports hold what must never be collected' }).click();
  await page.getByRole('heading', { level: 1, name: 'Case of abuse' }).waitFor();
}
async function say(verb: string, field: string, words: string) {
  await page.getByRole('button', { name: verb, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(field).fill(words);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('an owner appeals against a pause, and an officer lifts it', async () => {
  const acme = await api.workspace();
  await api.db.inTenant(acme.id, (tx) => newAbuseCase(tx, 'pause'));
  await open(acme.owner.email);
  await page.getByText('nothing leaves').first().waitFor();
  await page.getByText('rows 1,000, refused 500').first().waitFor();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await say('Appeal', 'Why the measure is wrong', 'It was a test file.');
  await page.getByText('It was a test file.').waitFor();
  expect(await page.getByRole('button', { name: 'Lift' }).count()).toBe(0);

  await open(acme.officer.email);
  await page.getByText('It was a test file.').waitFor();
  await say('Lift', 'Why the measure ends', 'Seen, and deleted.');
  await page.getByText('Seen, and deleted.').waitFor();
  await page.getByRole('row', { name: 'lifted' }).waitFor();
  expect((await acme.owner.get('/v1/abuse-cases')).body).toMatchObject({ items: [{ state: 'ended', endedBecause: 'lifted' }] });
});
