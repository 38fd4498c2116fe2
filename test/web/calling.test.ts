import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { runLoad } from '../../activities/registries/runLoad.ts';
import { callsUnderWay } from '../api/callWorkspace.ts';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof callsUnderWay>>['acme'];
let browser: Browser;
let page: Page;
const complaints: string[] = [];
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  ({ acme } = await callsUnderWay(api));
  browser = await openBrowser();
  page = await (
    await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', viewport: { width: 1300, height: 900 } })
  ).newPage();
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.setDefaultTimeout(20_000);
  await page.goto(api.origin);
  await logIn(page, acme.officer.email);
  await page.getByRole('heading', { level: 1, name: 'Promises' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

const go = async (name: string) => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};
const table = (name: string) => page.getByRole('table', { name });
const looksRight = async () => expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);

test('a registry is uploaded, and the page shows that it came into force, or why another was refused', async () => {
  await go('Calling rules');
  await table('Registries in force').getByText('27 days left').waitFor();
  await looksRight();
  const upload = async (text: string, dataOn: string) => {
    await page.getByRole('button', { name: 'Upload a registry' }).click();
    const dialog = page.getByRole('dialog');
    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'File' }).click();
    await (await chooser).setFiles({ name: '212.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await dialog.getByLabel('Date of the data').fill(dataOn);
    await dialog.getByLabel('Subscription account number').fill('SAN9');
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { items } = (await acme.owner.get('/v1/call-registry-loads')).body as { items: { id: string; state: string }[] };
    const running = items.find(({ state }) => state === 'running');
    await runLoad({ db: api.db, onProgress: () => undefined }, acme.id, running?.id ?? ''); // as its workflow does
  };
  await upload('2125550101\n2125550102\n', '2026-11-23');
  await table('Registries in force').getByText('30 days left').waitFor();
  await table('Registries in force').getByText('SAN9').waitFor();
  await upload('2125550101\nhello\n', '2026-11-24');
  await table('Downloads').getByText('Line 2 is no telephone number. The old list stays in force.').waitFor();
});

test("a state's exemption is used with a reason, and an emergency bars a state until it is lifted", async () => {
  const row = (state: string) =>
    table('States')
      .getByRole('row')
      .filter({ hasText: new RegExp(`^${state}`) });
  await row('AL').getByRole('button', { name: "Use AL's exemption" }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('we sell to hospitals only');
  await dialog.getByRole('button', { name: "Use AL's exemption" }).click();
  await row('AL').getByText('we sell to hospitals only').waitFor();
  await row('AL').getByRole('button', { name: "Use AL's exemption no longer" }).click();
  await row('AL').getByText('not used').waitFor();

  await row('LA').getByRole('button', { name: 'Bar LA' }).click();
  await dialog.getByLabel('Reason').fill('hurricane');
  await dialog.getByLabel('Until').fill('2026-12-01T12:00');
  await dialog.getByRole('button', { name: 'Bar the state' }).click();
  await row('LA').getByText('hurricane').waitFor();
  expect((await acme.rep.get('/v1/calling-switches')).body).toMatchObject({
    exemptions: [],
    bans: [{ state: 'LA', reason: 'hurricane', untilAt: '2026-12-01T12:00:00.000Z' }],
  });
  await row('LA').getByRole('button', { name: 'Lift the ban of LA' }).click();
  await row('LA').getByRole('button', { name: 'Bar LA' }).waitFor();
});

test('numbers are put on the internal list, one or a file of them, and looked for by the number', async () => {
  await go('Do not call');
  await page.getByText('Nobody has asked yet').waitFor();
  await page.getByRole('button', { name: 'Add a number' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Number').fill('12');
  await dialog.getByRole('button', { name: 'Never call it' }).click();
  await dialog.getByText('This is no telephone number.').first().waitFor();
  await dialog.getByLabel('Number').fill('(212) 555-0101');
  await dialog.getByRole('button', { name: 'Never call it' }).click();
  await dialog.getByText('1 open call closed').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await table('Do not call').getByText('wrote an e-mail').waitFor();

  await page.getByRole('button', { name: 'Import CSV' }).click();
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'CSV file' }).click();
  const buffer = Buffer.from('Phone\n212-555-0102\n212-555-0103\nno number\n');
  await (await chooser).setFiles({ name: 'list.csv', mimeType: 'text/csv', buffer });
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.getByText('In force now: 2 numbers. 1 open call closed.').waitFor();
  await dialog.getByText('Rows that hold no telephone number: 4.').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('searchbox', { name: 'Look for a whole number' }).fill('2125550103');
  await page.getByText('must not be called').waitFor();
  await looksRight();
  await page.getByRole('searchbox', { name: 'Look for a whole number' }).fill('2125550199');
  await page.getByText('not on this list').waitFor();
  expect(complaints).toEqual([]);
});
