import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  await acme.addTask('unknown_outcome', 'unknown');
  page = await (await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1200, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

test("a reply is answered in the rep's own mail program, and then worked off by keys", async () => {
  const reply = page.getByRole('article', { name: /^Reply to answer,/ });
  const to = await reply.getByRole('link', { name: 'Answer' }).getAttribute('href');
  expect(decodeURIComponent(to ?? '')).toMatch(/^mailto:pat@\S+\.example/);
  await reply.getByRole('button', { name: 'Answered' }).focus();
  await page.keyboard.press('Enter');
  await reply.waitFor({ state: 'hidden' });
});

test('of a message whose outcome was lost the rep says what became of it; the record says so from then on', async () => {
  const lost = page.getByRole('article', { name: /^Did this message arrive/ });
  await lost.getByLabel('Note').fill('she thanked me on the phone');
  await lost.getByRole('button', { name: 'It arrived' }).click();
  await lost.waitFor({ state: 'hidden' });
  const { body } = await acme.owner.get('/v1/tasks?state=done&kind=unknown_outcome');
  expect((body as { items: object[] }).items).toMatchObject([{ outcome: 'sent', note: 'she thanked me on the phone' }]);
  const { contact } = (body as { items: { contact: { id: string } }[] }).items[0]!;
  await page.goto(`${acme.origin}/people/${contact.id}`);
  await page.getByText('Message sent, step 1').waitFor();
});
