import type { Browser, Page } from 'playwright-core';
import { roles } from '../../api/roles.ts';
import { logIn, openBrowser } from './browser.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
let page: Page;
let refused: string[] = [];

beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(20_000);
  page.on('response', (reply) => void (reply.status() >= 400 && refused.push(`${reply.status()} ${reply.url()}`)));
  page.on('pageerror', (error) => void refused.push(error.message));
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const firstPages = { rep: 'Today', officer: 'Promises', operator: 'System', owner: 'Today' } as const;

test.each(roles)('a user in the role %s is shown what the role may see, and nothing that is refused', async (role) => {
  await page.goto(`${acme.origin}/log-in`);
  await logIn(page, acme[role].email);
  await page.getByRole('heading', { level: 1, name: firstPages[role] }).waitFor();
  refused = [];
  const places = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await places.count()).toBeGreaterThan(3);
  for (const place of await places.all()) {
    await place.click();
    await page.getByRole('heading', { level: 1, name: await place.innerText() }).waitFor();
    await page.waitForLoadState('networkidle');
  }
  expect(refused).toEqual([]);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Log in to Decorum' }).waitFor();
});
