import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
  await heading('Today');
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('a mailbox tells how it does, in words and in numbers beside the plot', async () => {
  await page.goto(`${acme.origin}/mailboxes/${acme.mailboxId}`);
  await heading('ann@acme.example');
  await page.getByText('Of 4 messages in the last 7 days 0% bounced and 0% brought a complaint.').waitFor();
  const sent = page.getByRole('figure', { name: 'Sent' });
  await sent.getByText('4 messages in 30 days').waitFor();
  await sent.getByText('The numbers').click();
  expect(await sent.getByRole('row').count()).toBe(1);
});

test('a changed pace holds, a secret that is left empty stays, and a refusal keeps the form', async () => {
  await page.getByRole('link', { name: 'Edit' }).click();
  await heading('Edit ann@acme.example');
  await page.getByLabel('Cap in 24 hours').fill('101');
  await page.getByLabel("Sender's name").fill('Ann of Acme');
  await page.getByRole('button', { name: 'Save the mailbox' }).click();
  await page.getByRole('alert').getByText('100 a day at the most').waitFor();
  expect(await page.getByLabel("Sender's name").inputValue()).toBe('Ann of Acme');
  await page.getByLabel('Cap in 24 hours').fill('20');
  await page.getByRole('button', { name: 'Save the mailbox' }).click();
  await heading('ann@acme.example');
  await page.getByText('20 messages').first().waitFor();
  expect((await acme.owner.get(`/v1/mailboxes/${acme.mailboxId}`)).body).toMatchObject({
    fromName: 'Ann of Acme',
    cap: 20,
    smtp: { user: 'ann', passwordSet: true },
  });
});

test('a launch shows what left each day', async () => {
  await page.goto(`${acme.origin}/launches/${acme.launchId}`);
  await heading('Clocks for offices');
  await page.getByRole('figure', { name: 'Messages sent' }).getByText('4 messages in 30 days').waitFor();
});
