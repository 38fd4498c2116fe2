import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;
/** What a browser complained about since the last look. */
let complaints: string[] = [];
let requested: string[] = [];
let firstBytes = 0;

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' })).newPage();
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.setDefaultTimeout(20_000);
  const weighed: Promise<void>[] = [];
  page.on('response', (response) => {
    if (response.request().method() !== 'GET') return; // what says which page was opened is answered without a body
    weighed.push(response.body().then((body) => void (firstBytes += gzipSync(body).length)));
  });
  page.on('request', (request) => void requested.push(request.url()));
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await Promise.all(weighed);
  page.removeAllListeners('response');
  complaints = []; // the first question who is signed in is answered with 401, which Chromium reports
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const WIDE = { width: 1200, height: 900 };
const CONTRAST = ['color-contrast']; // of all rules the one that the colours decide
const NARROW = { width: 400, height: 900 };

const pages: readonly { path: (acme: BusyWorkspace) => string; title: string; shows: string }[] = [
  { path: () => '/today', title: 'Today', shows: 'Reply to answer' },
  { path: () => '/contacts', title: 'Contacts', shows: 'ann@north.example' },
  { path: () => '/contacts/import', title: 'Import contacts', shows: 'Choose a file' },
  { path: ({ importId }) => `/contacts/imports/${importId}`, title: 'people.csv', shows: 'Is taken for' },
  { path: () => '/companies', title: 'Companies', shows: 'north.example' },
  { path: ({ companyId }) => `/companies/${companyId}`, title: 'North', shows: 'Nothing yet' },
  { path: () => '/lists', title: 'Lists', shows: 'by hand' },
  { path: () => '/sequences', title: 'Sequences', shows: 'Clocks for offices' },
  { path: () => '/sequences/new', title: 'Write a sequence', shows: 'Add an e-mail' },
  { path: ({ sequenceId }) => `/sequences/${sequenceId}`, title: 'Clocks for offices', shows: '3. Task' },
  { path: () => '/launches', title: 'Launches', shows: 'Clocks for offices, version 1' },
  { path: () => '/launches/new', title: 'Launch a sequence', shows: 'ann@acme.example' },
  { path: ({ launchId }) => `/launches/${launchId}`, title: 'Clocks for offices', shows: 'Paused: out of office' },
  { path: ({ contactId }) => `/people/${contactId}`, title: 'ann', shows: 'Nothing was sent' },
  { path: () => '/mailboxes', title: 'Mailboxes', shows: 'ann@acme.example' },
  { path: () => '/mailboxes/new', title: 'Add a mailbox', shows: 'Private key' },
  { path: ({ mailboxId }) => `/mailboxes/${mailboxId}`, title: 'ann@acme.example', shows: 'DNS record' },
  { path: ({ mailboxId }) => `/mailboxes/${mailboxId}/edit`, title: 'Edit ann@acme.example', shows: 'Empty: as it is' },
  { path: () => '/suppressions', title: 'Suppressions', shows: 'domain, kept as a hash only' },
  { path: () => '/billing', title: 'Billing', shows: 'Nothing paid yet' },
  { path: () => '/data-map', title: 'Data map', shows: 'Nobody was erased yet' },
  { path: () => '/exports', title: 'Export', shows: 'Nothing exported yet' },
  { path: () => '/obligations', title: 'Obligations', shows: '15 U.S.C. 7704' },
  { path: () => '/obligations?view=month', title: 'Obligations', shows: 'Month after' },
  { path: () => '/caught-mail', title: 'Caught mail', shows: 'Hello Pat' },
  { path: () => '/caught-mail/000000000001', title: 'Hello Pat', shows: 'reply+abc@acme.example' },
  { path: () => '/abuse', title: 'Abuse', shows: 'No sign of abuse' },
  { path: () => '/auditor', title: 'Auditor', shows: 'No message begins after' },
  { path: () => '/backups', title: 'Backups', shows: 'There is no backup' },
  { path: () => '/system', title: 'System', shows: 'breach.csv' },
  { path: () => '/users', title: 'Users', shows: 'Send an invitation' },
  { path: () => '/account', title: 'My account', shows: 'this session' },
  { path: () => '/settings', title: 'Settings', shows: 'Postal address' },
  { path: () => '/nowhere', title: 'There is no such page', shows: 'first page' },
];

test.each(pages)('$title is right in light and dark, wide and at 400 px', async ({ path, title, shows }) => {
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(acme.origin + path(acme));
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText(shows).first().waitFor();
  expect(await violations()).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width);
  expect(await violations(CONTRAST)).toEqual([]);
  expect(complaints.splice(0)).toEqual([]);
});

test('the console asks nobody but its own server', () => {
  expect(requested.length).toBeGreaterThan(20);
  expect(
    requested.filter((url) => !url.startsWith(`${acme.origin}/`) && !url.startsWith('data:') && url !== 'about:srcdoc'),
  ).toEqual([]);
});

test('the first page weighs less than 250 kB compressed', () => {
  expect(firstBytes).toBeGreaterThan(50_000);
  expect(firstBytes).toBeLessThan(250_000);
});

/** What axe finds, as one line each; a sandboxed frame cannot be looked into and holds somebody else's words. */
async function violations(rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().exclude('iframe');
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ''}`),
  );
}
