import { AxeBuilder } from '@axe-core/playwright';
import { generate } from 'otplib';
import type { Browser, Page } from 'playwright-core';
import { tokenIn } from '../api/letters.ts';
import { serve } from '../api/serve.ts';
import { openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

const chosen = 'seven sour lemons';
const email = 'olga@kites.example';
let api: Awaited<ReturnType<typeof serve>>;
let browsers: Browser[];
let page: Page;
let colleague: Page;

beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  browsers = await Promise.all([openBrowser(), openBrowser()]); // two people: contexts of one small Chromium share their cookies
  [page, colleague] = (await Promise.all(browsers.map(newPage))) as [Page, Page];
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await api.close();
});

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const made = await context.newPage();
  made.setDefaultTimeout(20_000);
  return made;
}
const heading = (name: string, on = page) => on.getByRole('heading', { level: 1, name }).waitFor();
async function follow(path: string, kind: string, address: string, on = page): Promise<void> {
  await on.goto('about:blank'); // a link that differs behind the # only loads nothing anew
  await on.goto(`${api.origin}${path}#${await tokenIn(api, kind, address)}`);
}
async function violations(): Promise<string[]> {
  const found = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
}

test('a newcomer asks for a workspace, follows the letter, chooses a password and is in', async () => {
  await page.goto(`${api.origin}/log-in`);
  await page.getByRole('link', { name: 'Open a workspace' }).click();
  await heading('Open a workspace');
  expect(await violations()).toEqual([]);
  await page.getByLabel('Your name').fill('Olga Owner');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Company').fill('Kites Inc.');
  await page.getByLabel('Territory: state').fill('il');
  await page.getByRole('button', { name: 'Send the letter' }).click();
  await heading('Look into your mail');
  await follow('/sign-up/confirm', 'sign_up', email);
  await heading('Open your workspace');
  await page.getByLabel('New password').fill('too short');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('A password has at least 15 characters').first().waitFor();
  expect(await violations()).toEqual([]);
  await page.getByLabel('New password').fill(chosen);
  await page.getByRole('button', { name: 'Go on' }).click();
  await heading('Today');
});

test('an owner invites a colleague, who accepts, and gives another role', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Users' }).click();
  await heading('Users');
  await page.getByLabel('Address').first().fill('otto@kites.example');
  await page.getByRole('button', { name: 'Send an invitation' }).click();
  await page.getByRole('list', { name: 'Open invitations' }).getByText('otto@kites.example').waitFor();
  expect(await violations()).toEqual([]);
  await follow('/invitation', 'invitation', 'otto@kites.example', colleague);
  await heading('Accept the invitation', colleague);
  await colleague.getByLabel('Your name').fill('Otto');
  await colleague.getByLabel('New password').fill(chosen);
  await colleague.getByRole('button', { name: 'Go on' }).click();
  await heading('Today', colleague);
  await page.reload();
  const changed = page.waitForResponse((reply) => reply.request().method() === 'PATCH');
  await page.getByLabel('Role of Otto').selectOption('officer');
  expect((await changed).status()).toBe(200);
  await colleague.goto(`${api.origin}/users`);
  await heading('Log in to Decorum', colleague); // what was opened as a rep has ended

  await colleague.getByRole('textbox', { name: 'E-mail address' }).fill('otto@kites.example');
  await colleague.getByLabel('Password').first().fill(chosen);
  await colleague.getByRole('button', { name: 'Log in' }).click();
  await heading('Users', colleague);
  await page.getByRole('row', { name: 'Otto' }).getByRole('button', { name: 'End sessions' }).click();
  const ended = page.waitForResponse((reply) => reply.request().method() === 'DELETE');
  await page.getByRole('dialog').getByRole('button', { name: 'End sessions' }).click();
  expect((await ended).status()).toBe(204);
  await colleague.goto(`${api.origin}/users`);
  await heading('Log in to Decorum', colleague);
});

test('where the workspace wants a second factor, an owner sets it up before anything else', async () => {
  await page.goto(`${api.origin}/settings`);
  await page.getByLabel('Officers and owners log in with a second factor').check();
  await page.getByRole('button', { name: 'Save the workspace' }).click();
  await heading('My account'); // nothing else answers from here on
  await page.goto(`${api.origin}/contacts`);
  await heading('My account');
  await page.getByText('wanted by your workspace').waitFor();
  const form = page.getByRole('form', { name: 'Set up a second factor' });
  await form.getByLabel('Your password').fill(chosen);
  await form.getByRole('button', { name: 'Set up a second factor' }).click();
  const secret = await form.locator('code').innerText();
  expect(await violations()).toEqual([]);
  await form.getByLabel('Code of the app').fill(await generate({ secret }));
  await form.getByRole('button', { name: 'Confirm the code' }).click();
  const codes = (await page.locator('pre').innerText()).split('\n');
  expect(codes).toHaveLength(10);
  await page.getByText('on, 10 recovery codes left').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await heading('Log in to Decorum');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').first().fill(chosen);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Code of your authenticator app').fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Log in' }).click();
  await heading('Today');
});

test('my account lists sessions and makes a token that is shown once', async () => {
  await page.getByRole('link', { name: 'Olga Owner, owner' }).click();
  await heading('My account');
  await page.getByText('this session').waitFor();
  await page.getByText('on, 9 recovery codes left').waitFor();
  await page.getByLabel('Name of the token').fill('script');
  await page.getByLabel('What it may do').first().click();
  await page.getByRole('option', { name: 'contacts.read', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = await page.locator('pre').innerText();
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.stranger.get('/v1/contacts', { headers })).status).toBe(200);
  expect(await violations()).toEqual([]);
  await page.reload();
  await page.getByRole('button', { name: 'End script' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End script' }).click();
  await page.getByText('script: contacts.read').waitFor({ state: 'detached' });
  expect((await api.stranger.get('/v1/contacts', { headers })).status).toBe(401);
});

test('whoever has forgotten the password gets a letter, and another password', async () => {
  await colleague.goto(`${api.origin}/log-in`);
  await colleague.getByRole('link', { name: 'Forgotten the password?' }).click();
  await heading('A new password', colleague);
  await colleague.getByLabel('E-mail address').fill('otto@kites.example');
  await colleague.getByRole('button', { name: 'Send the letter' }).click();
  await colleague.getByText('a letter is on its way').waitFor();
  await follow('/reset/confirm', 'reset', 'otto@kites.example', colleague);
  await heading('Choose a new password', colleague);
  await colleague.getByLabel('New password').fill('nine green pears');
  await colleague.getByRole('button', { name: 'Save the password' }).click();
  await heading('Log in to Decorum', colleague);
});
