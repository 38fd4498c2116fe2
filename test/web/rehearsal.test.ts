import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { addList, definition, made, mailboxBody } from '../api/builders.ts';
import { play } from '../api/rehearsing.ts';
import { serve } from '../api/serve.ts';
import { weeksBetween } from '../../web/pages/rehearsals/weeks.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

const WIDE = { width: 1200, height: 900 };
const NARROW = { width: 400, height: 900 };

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
beforeAll(async () => {
  [api, browser] = await Promise.all([builtConsole().then((consoleFolder) => serve({ consoleFolder })), openBrowser()]);
  acme = await api.workspace();
  await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  await made(acme.rep.post('/v1/sequences', { name: 'Clocks for mills', definition: definition() }));
  await addList(api, acme.id, acme.rep, [
    'a@mill.example',
    'b@mill.example',
    'c@mill.example',
    'd@mill.example',
    'e@forge.example',
  ]);
  await api.db.inTenant(acme.id, async (tx) => {
    await tx.run(`update lists set name = 'Mills'`);
    await tx.run(`update contacts set company_key = split_part(canonical_email, '@', 2)`);
  });
  await acme.rep.post('/v1/suppressions', { address: 'e@forge.example' });
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: WIDE })).newPage();
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.setDefaultTimeout(15_000);
  await page.goto(`${api.origin}/launches/new`);
  await logIn(page, acme.rep.email);
  await heading('Launch a sequence');
}, 120_000);
afterAll(async () => {
  await browser.close();
  await api.close();
});

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const violations = async () =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => ({ id, html: nodes[0]?.html }));
let rehearsalId = '';

test('a launch is rehearsed by keyboard, and its page follows it', async () => {
  await page.getByRole('combobox', { name: 'Sequence', exact: true }).selectOption({ label: 'Clocks for mills, version 1' });
  await page.getByRole('checkbox', { name: /Mills/ }).check();
  await page.getByRole('checkbox', { name: 'ann@acme.example' }).check();
  await page.getByRole('button', { name: 'Rehearse the next weeks' }).focus();
  await page.keyboard.press('Enter');
  await heading('Rehearsal: Clocks for mills');
  await page.getByText('The lists are being taken in.').waitFor();
  expect(await violations()).toEqual([]);
  rehearsalId = page.url().split('/').at(-1) ?? '';
  await play(api.deps, acme.id, rehearsalId);
  await page.getByRole('heading', { level: 2, name: 'Calendar' }).waitFor(); // without a reload
  await page.getByText('8 messages', { exact: true }).first().waitFor();
}, 60_000);

test('the calendar is cut by rep, mailbox and company, and a day opens', async () => {
  const touches = async () => {
    const labels = await page
      .getByRole('table')
      .first()
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.textContent));
    return labels.reduce((sum, label) => sum + Number(label), 0);
  };
  expect(await touches()).toBe(8);
  await page.getByLabel('Mailbox').selectOption({ label: 'ann@acme.example, 8 touches' });
  await page.getByLabel('Rep').selectOption({ label: 'rep, 8 touches' });
  await page.getByLabel('Company').selectOption({ label: 'mill.example, 8 touches' });
  expect(page.url()).toContain('company=mill.example');
  const day = page.getByRole('table', { name: 'What would go that day' });
  await page.getByRole('table').first().getByRole('button').first().focus();
  await page.keyboard.press('Enter');
  await day.getByText('message of step 1').first().waitFor();
  await day.getByText('ann@acme.example').first().waitFor();
});

test('what would be held says why, rule by rule, in light and dark, wide and narrow', async () => {
  await page.goto(`${api.origin}/rehearsals/${rehearsalId}`);
  const held = page.getByRole('table', { name: 'Who would be held' });
  await held.getByText('asked not to be written to').waitFor();
  await held.getByText('enough first messages to this company today').waitFor();
  await page.getByLabel('Rule').selectOption({ label: 'does not start: asked not to be written to (1 person)' });
  await held.getByText('enough first messages to this company today').waitFor({ state: 'detached' });
  expect(await violations()).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width);
  expect(await violations()).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
});

test('rehearsals are listed beside the launches, and one is deleted', async () => {
  await page.goto(`${api.origin}/launches`);
  await page.getByRole('link', { name: 'Rehearsals' }).click();
  await heading('Rehearsals');
  expect(await violations()).toEqual([]);
  await page.getByRole('link', { name: 'Clocks for mills, version 1' }).click();
  await heading('Rehearsal: Clocks for mills');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await heading('Rehearsals');
  await page.getByText('Nothing rehearsed yet').waitFor();
  expect(complaints).toEqual([]);
});

test.each([
  { from: '2026-11-24', until: '2026-11-24', weeks: ['2026-11-23'], because: 'a day is in one week' },
  { from: '2026-11-29', until: '2026-11-30', weeks: ['2026-11-23', '2026-11-30'], because: 'a Sunday ends its week' },
  { from: '2026-12-28', until: '2027-01-04', weeks: ['2026-12-28', '2027-01-04'], because: 'a year ends in a week' },
])('weeks from $from to $until: $because', ({ from, until, weeks }) => {
  expect(weeksBetween(from, until).map(([monday]) => monday)).toEqual(weeks);
});
