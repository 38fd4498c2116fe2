import type { Browser, Page } from 'playwright-core';
import { pauseTenant } from '../../db/auditor/findings.ts';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { serve } from '../api/serve.ts';
import { newFinding } from '../builders/finding.ts';
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

test('an officer sees what the auditor found, settles it, and lets the sending go on', async () => {
  const acme = await api.workspace();
  const subject = await newFinding(api.ownerUrl, acme.id, 'message_after_suppression');
  const auditor = openDatabase({ url: roleUrl(api.ownerUrl, 'decorum_auditor'), max: 1 });
  await pauseTenant(auditor, acme.id);
  await auditor.close();
  await page.goto(`${api.origin}/log-in?from=/auditor`);
  await logIn(page, acme.officer.email);
  await page.getByText('The auditor has never looked').waitFor();
  await page.getByText(subject).waitFor();
  const promise = page.getByRole('row', { name: 'No message begins after its recipient has been suppressed.' });
  await promise.getByText('broken').waitFor();

  const goOn = async () => {
    await page.getByRole('button', { name: 'Let the sending go on' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let the sending go on' }).click();
  };
  await goOn();
  await page.getByText('are not settled').waitFor();
  await page.getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('button', { name: 'Settle' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Settle' }).click();
  await page.getByText('settled, ').waitFor();
  await goOn();
  await page.getByRole('region', { name: 'Sending is stopped' }).waitFor({ state: 'detached' });
});

test('an operator sees on the page of the machine that the auditor is silent', async () => {
  const acme = await api.workspace();
  await page.context().clearCookies();
  await page.goto(`${api.origin}/log-in?from=/system`);
  await logIn(page, acme.operator.email);
  await page.getByText('The auditor is silent').waitFor();
});
