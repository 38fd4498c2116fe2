import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { addList, definition, email, mailboxBody, made } from '../api/builders.ts';
import { serve } from '../api/serve.ts';
import { newLaunch } from '../builders/enrolment.ts';
import { newReadersOf } from '../builders/variants.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

const WIDE = { width: 1200, height: 900 };
const NARROW = { width: 400, height: 900 };

let browser: Browser;
let api: Awaited<ReturnType<typeof serve>>;
let page: Page;
let launchId: string;
let sequenceId: string;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  const { id: tenantId, owner } = await api.workspace();
  const mailbox = await made(owner.post('/v1/mailboxes', mailboxBody()));
  const other = { id: 'b', subject: 'Do you need clocks?', text: 'Dear {{ first_name }}, do you?' };
  const steps = [{ ...email, variants: [other] }];
  const sequence = await made(owner.post('/v1/sequences', { name: 'Clocks', definition: definition({ steps }) }));
  sequenceId = sequence.id;
  await addList(api, tenantId, owner, ['ann@north.example']);
  launchId = await api.db.inTenant(tenantId, async (tx) => {
    const id = await newLaunch(tx, { sequenceId, mailboxId: mailbox.id, by: owner.userId });
    const had = [
      { variant: 'a' as const, people: 6, replied: 1 },
      { variant: 'b' as const, people: 5, replied: 3, optedOut: 1 },
    ];
    await newReadersOf(tx, api.deps.addressKey, { launchId: id, mailboxId: mailbox.id, had });
    return id;
  });
  browser = await openBrowser();
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: WIDE })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(api.origin);
  await logIn(page, owner.email);
  await heading('Today');
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const button = (name: string) => page.getByRole('button', { name, exact: true });
const results = () => page.getByRole('region', { name: 'Variants of step 1' });

async function violations(): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

test.each([
  { path: () => `/sequences/${sequenceId}`, shows: 'an equal part of all people' },
  { path: () => `/launches/${launchId}`, shows: 'The next look comes at 8 replies' },
])('right in light and dark, wide and at 400 px: $shows', async ({ path, shows }) => {
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${api.origin}${path()}`);
  await heading('Clocks');
  await page.getByText(shows).first().waitFor();
  expect(await violations()).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width);
  expect(await violations()).toEqual([]);
  await page.setViewportSize(WIDE);
});

test('other words are written beside the first, checked, and seen as a contact would get them', async () => {
  await page.goto(`${api.origin}/sequences/${sequenceId}`);
  await heading('Clocks');
  await button('Try other words').click();
  const third = page.getByRole('group', { name: 'Variant c' });
  await third.getByLabel('Subject').fill('Re: our talk');
  await page.getByText(/Variant c\. Stops a launch: .*looks like a reply/).waitFor();
  await third.getByLabel('Subject').fill('Time for {{ first_name }}');
  await third.getByLabel('Text').fill('It is late, {{ first_name }}.');
  await page.getByText(/Variant c\. Stops a launch/).waitFor({ state: 'hidden' });
  await page.getByRole('combobox', { name: 'Contact' }).fill('ann');
  await page.getByRole('option', { name: 'ann' }).click();
  const preview = page.getByRole('article', { name: 'Step 1' });
  await preview.getByRole('region', { name: 'Variant b' }).getByText('Dear ann, do you?').waitFor();
  await preview.getByRole('region', { name: 'Variant c' }).getByText('It is late, ann.').waitFor();
  await button('Remove variant b').click();
  await preview.getByRole('region', { name: 'Variant b' }).waitFor({ state: 'hidden' });
  await button('Save as version 2').click();
  await page.getByText('Version 2 of 2').waitFor();
});

test('the launch shows what each wording brought, and the rep picks the winner by hand', async () => {
  await page.goto(`${api.origin}/launches/${launchId}`);
  const row = results().getByRole('row', { name: /Do you need clocks/ });
  await row.getByText('3 of 5').waitFor();
  await row.getByText('running').waitFor();
  await results().getByRole('button', { name: 'Pick b' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Whoever gets this step from now on gets variant b').waitFor();
  await dialog.getByRole('button', { name: 'Pick b' }).click();
  await row.getByText('won').waitFor();
  await results()
    .getByText(/Variant b won .*picked by hand, owner/)
    .waitFor();
});

test('from the report one comes to the people who got a wording, and to the CSV of everything', async () => {
  await page.goto(`${api.origin}/launches/${launchId}/report`);
  await page
    .getByRole('table', { name: 'By variant' })
    .getByRole('row', { name: /Do you need clocks/ })
    .getByRole('link')
    .click();
  await heading('Who got it');
  await page.getByRole('table', { name: 'People of the step' }).waitFor();
  expect(await page.getByRole('table', { name: 'People of the step' }).locator('tbody tr').count()).toBe(5);
  expect(await page.getByLabel('Variant').inputValue()).toBe('b');
  await page.getByRole('table', { name: 'People of the step' }).getByRole('link').first().click();
  await page.getByText('Message sent, step 1, variant b').waitFor();
  await page.goto(`${api.origin}/reports`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('reports.csv');
});
