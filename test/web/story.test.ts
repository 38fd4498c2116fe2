import type { Browser, Page } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace, TEMPORAL_UI } from './workspace.ts';

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
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });

test('a sequence is checked while it is written, saved, and seen as a contact would get it', async () => {
  await page.goto(`${acme.origin}/sequences/new`);
  await page.getByLabel('Name').fill('Clocks for schools');
  await page.getByLabel('Subject').fill('Re: our talk');
  await page.getByLabel('Text', { exact: true }).fill('Dear {{ first_name }}, we make clocks.');
  await page.getByText('looks like a reply or a forward').waitFor();
  await page.getByLabel('Subject').fill('Clocks for {{ first_name }}');
  await page.getByText('looks like a reply or a forward').waitFor({ state: 'hidden' });
  await button('Save the sequence').click();
  await heading('Clocks for schools');
  await page.getByRole('combobox', { name: 'Contact' }).fill('ann');
  await page.getByRole('option', { name: 'ann' }).click();
  await page.getByRole('article', { name: 'Step 1' }).getByText('Dear ann, we make clocks.').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('Dear {{ first_name }}, we mend clocks.');
  await page.getByRole('article', { name: 'Step 1' }).getByText('Dear ann, we mend clocks.').waitFor(); // before it is saved
  await button('Save as version 2').click();
  await page.getByText('Version 2 of 2').waitFor();
});

test('before a launch one sees who is blocked and why; it launches once', async () => {
  await page.getByRole('link', { name: 'Launch', exact: true }).click();
  await heading('Launch a sequence');
  expect(await button('Look ahead').isDisabled()).toBe(true);
  await page.getByRole('group', { name: 'To the people of' }).getByRole('checkbox').first().check();
  await page.getByRole('checkbox', { name: 'ann@acme.example' }).check();
  await button('Look ahead').click();
  await page.getByText('2 people of 3 people would get 1 step').waitFor();
  await page.getByText('asked not to be written to').first().waitFor();
  await button(/^Launch to 2/).click();
  await heading('Clocks for schools');
  const { body } = await acme.owner.get('/v1/launches?search=schools');
  expect((body as { items: object[] }).items).toHaveLength(1);
});

test('a launch leads to its workflow; pausing says in numbers what it will do, and asks once', async () => {
  await page.goto(`${acme.origin}/launches/${acme.launchId}`);
  await heading('Clocks for offices');
  const workflow = `${TEMPORAL_UI}${encodeURIComponent(`outreach/${acme.id}/${acme.launchId}`)}`;
  expect(await page.getByRole('link', { name: 'Open in Temporal' }).getAttribute('href')).toBe(workflow);
  await button('Pause').click();
  await page.getByRole('dialog').getByText('1 planned message to 3 people will wait').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await state()).toBe('running');
  await button('Pause').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await button('Resume').waitFor();
  expect(await state()).toBe('paused');
});
async function state(): Promise<string> {
  return ((await acme.owner.get(`/v1/launches/${acme.launchId}`)).body as { state: string }).state;
}

test('a suppression tells what it cancelled, and is found by its address', async () => {
  await page.goto(`${acme.origin}/suppressions`);
  await button('Suppress somebody').click();
  await page.getByRole('textbox', { name: 'Address or domain' }).fill('bob@south.example');
  await button('Suppress').click();
  await page.getByText('In force now. Cancelled at once:').waitFor();
  await button('Done').click();
  await page.getByRole('searchbox').fill('bob@south.example');
  await page.getByRole('table', { name: 'Suppressions' }).getByRole('link', { name: 'bob' }).waitFor();
  expect((await acme.owner.post('/v1/suppression-checks', { address: 'bob@south.example' })).body).toMatchObject({
    suppressed: true,
  });
});

test('a task is done from Today', async () => {
  await page.goto(`${acme.origin}/today`);
  const task = page.getByRole('article', { name: /^Task,/ });
  await task.getByLabel('Note').fill('found her');
  await task.getByRole('button', { name: 'Done' }).click();
  await task.waitFor({ state: 'hidden' });
});

test('the postal address is set in the settings', async () => {
  await page.goto(`${acme.origin}/settings`);
  await page.getByLabel('Postal address').fill('2 Side Street, Springfield, IL 62701');
  await button('Save the workspace').click();
  await page.getByText('Saved.').waitFor();
  expect((await acme.owner.get('/v1/tenant')).body).toMatchObject({ postalAddress: '2 Side Street, Springfield, IL 62701' });
});

test('what the API refuses is said at its field, and the form is kept', async () => {
  await page.goto(`${acme.origin}/mailboxes/new`);
  const given = {
    "Sender's name": 'Rae',
    Address: 'rae@acme.example',
    'SMTP host': 'smtp.acme.example',
    Domain: 'acme.example',
    'Private key': 'no key',
  };
  for (const [label, text] of Object.entries(given)) await page.getByLabel(label).fill(text);
  await button('Add the mailbox').click();
  await page.getByRole('alert').waitFor();
  const key = page.getByLabel('Private key');
  expect(await key.getAttribute('aria-invalid')).toBe('true');
  expect(await key.inputValue()).toBe('no key');
  expect(await page.getByLabel('SMTP host').inputValue()).toBe('smtp.acme.example');
});

test("a message's own markup can do nothing: no script, no handler, nothing from elsewhere", async () => {
  await page.goto(`${acme.origin}/caught-mail/000000000001`);
  await heading('Hello Pat');
  const frame = page.locator('iframe');
  expect(await frame.getAttribute('sandbox')).toBe('');
  const shown = (await frame.getAttribute('srcdoc')) ?? '';
  expect(shown).toContain('We make clocks');
  expect(shown).not.toMatch(/<script|onclick|elsewhere\.example/);
});

test('who logs out is asked to log in again, and has left nothing in the browser', async () => {
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0); // nor has anybody before (ASVS 14.3.3)
  await button('Log out').click();
  await heading('Log in to Decorum');
  await page.goto(`${acme.origin}/contacts`);
  await heading('Log in to Decorum');
});
