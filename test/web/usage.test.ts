import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';

let browser: Browser;
let page: Page;
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve({ consoleFolder: await builtConsole() });
  acme = await api.workspace();
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

test('what an owner opens is noted by its pattern, and the owner sees it with what is kept of it', async () => {
  const elsewhere: string[] = [];
  page.on('request', (request) => void (request.url().startsWith(api.origin) || elsewhere.push(request.url())));
  const { body } = await acme.owner.post('/v1/companies', { name: 'North' });
  const noted = page.waitForResponse((reply) => reply.url().endsWith('/v1/usage/pages'));
  await page.goto(`${api.origin}/companies/${(body as { id: string }).id}?search=secret`);
  await logIn(page, acme.owner.email);
  await page.getByRole('heading', { level: 1, name: 'North' }).waitFor();
  expect((await noted).status()).toBe(204);
  await page.getByRole('link', { name: 'Usage' }).click();
  await page.getByText('Kept for 90 days').waitFor();
  const seen = page.getByRole('table', { name: 'Usage' }).getByRole('row', { name: /page \/companies\/\$companyId/ });
  expect(await seen.first().innerText()).toMatch(/owner[\s\S]*127\.0\.0\.1[\s\S]*Chrome \d+/);
  const { items } = (await acme.owner.get('/v1/usage')).body as { items: { name: string }[] };
  expect(items.map(({ name }) => name)).toEqual(['/usage', '/companies/$companyId', 'post /companies']);
  expect(elsewhere).toEqual([]);
});
