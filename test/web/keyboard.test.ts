import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { password } from '../api/serve.ts';
import { openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), 'console-import-'));
const file = join(folder, 'new people.csv');
writeFileSync(file, 'E-Mail Address,Given Name,Shoe size\nkim@west.example,Kim,9\nlee@west.example,Lee,10\n');

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await acme.close();
  rmSync(folder, { recursive: true });
});

/** Tabs until the thing of this name has the focus, as somebody without a mouse would. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? (element instanceof HTMLElement ? element.innerText : '');
    });
    if (focused.startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Forty times Tab do not lead to ${name}.`);
}

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('a wrong password says so and keeps the address', async () => {
  await page.goto(`${acme.origin}/contacts`);
  await heading('Log in to Decorum');
  await page.keyboard.type(acme.owner.email); // the first field has the focus
  const secret = page.getByLabel('Password').first();
  expect(await secret.getAttribute('type')).toBe('password'); // masked, and known to password managers (ASVS 6.2.6, 6.2.7)
  expect(await secret.getAttribute('autocomplete')).toBe('current-password');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('E-mail address or password is wrong').waitFor();
  expect(await page.getByRole('textbox', { name: 'E-mail address' }).inputValue()).toBe(acme.owner.email);
});

test('logging in leads to where one wanted to go', async () => {
  await page.getByLabel('Password').first().focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await heading('Contacts');
});

test('`g` and a letter go, `?` lists the keys, `/` searches and the address keeps it', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await heading('Sequences');
  await page.keyboard.press('?');
  await page.getByText('Go to Contacts').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Go to Contacts').waitFor({ state: 'hidden' });
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await heading('Contacts');
  await page.keyboard.press('/');
  await page.keyboard.type('bob');
  await page.waitForURL(/[?&]search=bob/);
  await page.getByText('ann@north.example').waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('link', { name: 'bob' }).waitFor();
  expect(await page.getByText('ann@north.example').count()).toBe(0);
});

test('arrows walk the rows and Enter opens one', async () => {
  await page.goto(`${acme.origin}/contacts`);
  await page.getByRole('link', { name: 'ann', exact: true }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await heading('bob');
});

test('an import goes from the file over its columns to its progress, by keys alone', async () => {
  const chooser = page.waitForEvent('filechooser', { timeout: 40_000 }); // asked for early: it is the browser that hands it over, in its own time
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await heading('Contacts');
  await tabTo('Import a file');
  await page.keyboard.press('Enter');
  await heading('Import contacts');
  await tabTo('Choose a file');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(file);
  await tabTo('Read the file');
  await page.keyboard.press('Enter');
  await heading('new people.csv');
  expect(await page.getByLabel('E-Mail Address is taken for').inputValue()).toBe('email');
  await page.getByText('kim@west.example').waitFor(); // rows of the file stand beside what they are taken for
  await tabTo('Shoe size is taken for');
  await page.keyboard.press('End'); // the last choice: do not keep it
  expect(await page.getByLabel('Shoe size is taken for').inputValue()).toBe('ignore');
  await tabTo('Import');
  await page.keyboard.press('Enter');
  await page.getByText('You can leave this page').waitFor();
  await page.reload(); // nothing of it lives in the browser
  await page.getByText('You can leave this page').waitFor();
  const { body } = await acme.owner.get('/v1/imports');
  expect((body as { items: object[] }).items[0]).toMatchObject({ fileName: 'new people.csv', state: 'running' });
});
