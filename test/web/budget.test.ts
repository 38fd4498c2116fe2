import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { logIn, openBrowser } from './browser.ts';
import { builtConsole } from './console.ts';
import { busyWorkspace, type BusyWorkspace } from './workspace.ts';

let browser: Browser;
let acme: BusyWorkspace;
beforeAll(async () => {
  [acme, browser] = await Promise.all([busyWorkspace(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await acme.close();
});

const KB = 1000;

/** Bytes of a built file when it is compressed. */
async function weighed(): Promise<Map<string, number>> {
  const folder = join(await builtConsole(), 'assets');
  return new Map(readdirSync(folder).map((file) => [file, gzipSync(readFileSync(join(folder, file))).length]));
}

test('what every page needs stays small, and no page brings much of its own', async () => {
  const files = await weighed();
  const shell = readFileSync(join(await builtConsole(), 'index.html'), 'utf8');
  const [needed, own] = [[...files], [...files]].map((list, place) =>
    list.filter(([file]) => shell.includes(file) === (place === 0)),
  );
  const sum = (list: typeof needed) => (list ?? []).reduce((total, [, bytes]) => total + bytes, 0);
  expect(needed?.length).toBeGreaterThan(1);
  expect(sum(needed)).toBeLessThan(220 * KB);
  expect(own?.filter(([, bytes]) => bytes > 40 * KB)).toEqual([]);
});

test('Today is painted after few requests and few bytes', async () => {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(acme.origin);
  await logIn(page, acme.owner.email);
  const heading = page.getByRole('heading', { level: 1, name: 'Today' });
  await heading.waitFor();
  const fresh = await page.context().newPage();
  await fresh.goto(`${acme.origin}/today`);
  await fresh.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  await fresh.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const before = await fresh.evaluate(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return resources.filter(({ startTime }) => startTime <= (paint?.startTime ?? 0)).map(({ name }) => name);
  });
  expect(before.length).toBeLessThanOrEqual(24);
  expect(before.every((url) => url.startsWith(`${acme.origin}/`))).toBe(true);
  const files = await weighed();
  const bytes = before.reduce((total, url) => total + (files.get(url.split('/').at(-1) ?? '') ?? 0), 0);
  expect(bytes).toBeGreaterThan(50 * KB);
  expect(bytes).toBeLessThan(250 * KB);
});
