import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { faultsOf } from './looks.ts';
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
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
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

const pages: readonly { path: (acme: BusyWorkspace) => string; title: string; shows: string }[] = [
  { path: () => '/today', title: 'Today', shows: 'Reply to answer' },
  { path: () => '/calls', title: 'Calls', shows: 'Wrong number' },
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
  { path: ({ launchId }) => `/launches/${launchId}/report`, title: 'Report: Clocks for offices', shows: 'What came back' },
  {
    path: ({ launchId }) => `/launches/${launchId}/report/people?step=hello&got=no`,
    title: 'Who got it',
    shows: 'asked not to be written to',
  },
  { path: () => '/rehearsals', title: 'Rehearsals', shows: 'Nothing rehearsed yet' },
  { path: () => '/reports', title: 'Reports', shows: 'All together' },
  { path: ({ contactId }) => `/people/${contactId}`, title: 'ann', shows: 'Nothing was sent' },
  { path: () => '/mailboxes', title: 'Mailboxes', shows: 'ann@acme.example' },
  { path: () => '/mailboxes/new', title: 'Add a mailbox', shows: 'Private key' },
  { path: ({ mailboxId }) => `/mailboxes/${mailboxId}`, title: 'ann@acme.example', shows: 'DNS record' },
  { path: ({ mailboxId }) => `/mailboxes/${mailboxId}/edit`, title: 'Edit ann@acme.example', shows: 'Empty: as it is' },
  { path: () => '/suppressions', title: 'Suppressions', shows: 'domain, kept as a hash only' },
  { path: () => '/do-not-call', title: 'Do not call', shows: 'Nobody has asked yet' },
  { path: () => '/calling-rules', title: 'Calling rules', shows: 'Bar CA' },
  { path: () => '/billing', title: 'Billing', shows: 'Nothing paid yet' },
  { path: () => '/data-map', title: 'Data map', shows: 'Nobody was erased yet' },
  { path: () => '/exports', title: 'Export', shows: 'Nothing exported yet' },
  { path: () => '/promises', title: 'Promises', shows: 'Clause by clause' },
  { path: () => '/obligations', title: 'Obligations', shows: '15 U.S.C. 7704' },
  { path: () => '/obligations?view=month', title: 'Obligations', shows: 'Month after' },
  { path: () => '/breaches', title: 'Breaches', shows: 'No incident, and no drill yet' },
  { path: () => '/breaches/new', title: 'Open an incident', shows: 'Data that leaked' },
  { path: () => '/breaches/settings', title: 'How notices leave', shows: 'Attorney General' },
  { path: () => '/deletion', title: 'Deletion of the account', shows: 'Delete the account' },
  { path: () => '/legal-holds', title: 'Legal holds', shows: 'Nothing is held' },
  { path: () => '/audit-log', title: 'Audit log', shows: 'sequence' },
  { path: () => '/usage', title: 'Usage', shows: 'Today' },
  { path: () => '/caught-mail', title: 'Caught mail', shows: 'Hello Pat' },
  { path: () => '/caught-mail/000000000001', title: 'Hello Pat', shows: 'reply+abc@acme.example' },
  { path: () => '/abuse', title: 'Abuse', shows: 'No sign of abuse' },
  { path: () => '/auditor', title: 'Auditor', shows: 'No message begins after' },
  { path: () => '/backups', title: 'Backups', shows: 'There is no backup' },
  { path: () => '/law-tables', title: 'Law tables', shows: 'Ala. Admin. Code' },
  { path: () => '/system', title: 'System', shows: 'breach.csv' },
  { path: () => '/users', title: 'Users', shows: 'Send an invitation' },
  { path: () => '/account', title: 'My account', shows: 'this session' },
  { path: () => '/settings', title: 'Settings', shows: 'Postal address' },
  { path: () => '/nowhere', title: 'There is no such page', shows: 'first page' },
];

test.each(pages)('$title is right in light and dark, wide, at 200 % and at 400 px', async ({ path, title, shows }) => {
  await page.goto(acme.origin + path(acme));
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText(shows).first().waitFor();
  expect(await faultsOf(page)).toEqual([]);
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
