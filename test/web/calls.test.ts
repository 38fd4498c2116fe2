import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
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
  ({ acme } = await callsUnderWay(api, { phones: ['+12125550101', '+12125550102', '+12125550103', '+12125550104'] }));
  browser = await openBrowser();
  page = await (
    await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', viewport: { width: 1200, height: 900 } })
  ).newPage();
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.setDefaultTimeout(20_000);
  await page.goto(api.origin);
  await logIn(page, acme.rep.email);
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

const card = (name: string) => page.getByRole('article', { name: `Ring: ${name}` });

test('a rep calls who may be called, while a request from another session takes the next one away', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Calls' }).click();
  await page.getByRole('region', { name: 'Callable now' }).waitFor();
  await card('person2').waitFor();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await card('person0').getByRole('button', { name: 'Call', exact: true }).click();
  await card('person0').getByRole('link', { name: 'Dial +12125550101' }).waitFor();

  expect((await acme.officer.post('/v1/do-not-call', { number: '(212) 555-0102' })).status).toBe(201);
  await card('person1').waitFor({ state: 'detached' });

  await card('person0').getByLabel('Note').fill('left word');
  await card('person0').getByRole('button', { name: 'Voicemail' }).click();
  await card('person0').waitFor({ state: 'detached' });
  expect((await acme.rep.get('/v1/tasks?state=done')).body).toMatchObject({
    items: [{ outcome: 'voicemail', note: 'left word' }],
  });
});

test('Today has the calls that are open now, and one is put off from there', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Today' }).click();
  await page.getByRole('region', { name: 'Calls open now' }).waitFor();
  await card('person3').getByLabel('Call back at').fill('2026-11-25T18:45');
  await card('person3').getByLabel('Note').fill('after lunch');
  await card('person3').getByRole('button', { name: 'Call back' }).click();
  await card('person3').waitFor({ state: 'detached' });
  await page.getByText('1 call opens later').waitFor();
  await page.getByRole('link', { name: 'See them' }).click();
  await page
    .getByRole('region', { name: 'Opens later' })
    .getByRole('article', { name: 'Ring: person3' })
    .getByText('after lunch')
    .waitFor();
});

test('a call that the law does not allow any more is refused with the citation, whatever the page still shows', async () => {
  await card('person2').waitFor();
  await page.route('**/v1/calls', (route) => route.abort()); // the page keeps what it has
  await acme.officer.put('/v1/calling-switches/NY/ban', { ban: { reason: 'state of emergency' } });
  await card('person2').getByRole('button', { name: 'Call', exact: true }).click();
  await card('person2').getByText('NY is barred: state of emergency').waitFor();
  await card('person2').getByText('399-z').waitFor();
  await page.unroute('**/v1/calls');
  await acme.officer.put('/v1/calling-switches/NY/ban', { ban: null });
});

test('a call back outside the window says when it opens; the rest stands below with its opening', async () => {
  await card('person2').getByLabel('Call back at').fill('2026-11-26T04:00');
  await card('person2').getByRole('button', { name: 'Call back' }).click();
  await card('person2').getByText('The window is closed then').first().waitFor();
  await card('person2').getByLabel('Call back at').fill('2026-11-25T18:30');
  await card('person2').getByRole('button', { name: 'Call back' }).click();
  await page.getByRole('region', { name: 'Opens later' }).getByRole('article', { name: 'Ring: person2' }).waitFor();
  expect(complaints).toEqual([]);
});
