import axe, { type AxeResults } from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';

interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly pixels: number;
  readonly scheme: 'light' | 'dark';
  readonly axe: boolean;
}

/** Zoomed to 200 % a browser lays a window of 1280 px out as one of half the width, with twice the pixels. A telephone has the layout of the zoomed window, only narrower. */
const looks: readonly Look[] = [
  { name: 'wide and light', width: 1280, height: 900, pixels: 1, scheme: 'light', axe: true },
  { name: 'at 200 % and dark', width: 640, height: 450, pixels: 2, scheme: 'dark', axe: true },
  { name: 'at 400 px', width: 400, height: 900, pixels: 1, scheme: 'dark', axe: false },
];

/** What is wrong with a page that is shown, however it is looked at: one line each. It is loaded once and looked at in every way. */
export async function faultsOf(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(axe.source); // half a megabyte: once a page, not once a look
  const faults: string[] = [];
  for (const look of looks) {
    await show(page, devtools, look);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > look.width) faults.push(`${look.name}: ${width} px wide`);
    if (look.axe) faults.push(...(await violations(page)).map((violation) => `${look.name}: ${violation}`));
  }
  await show(page, devtools, looks[0]!);
  await devtools.detach();
  return faults;
}

async function show(page: Page, devtools: CDPSession, { width, height, pixels, scheme }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  const metrics = { width, height, deviceScaleFactor: pixels, mobile: false };
  await devtools.send('Emulation.setDeviceMetricsOverride', metrics);
}

/**
 * A sandboxed frame cannot be looked into and holds somebody else's words. The rows of a list are alike: of a long one the first are looked at,
 * and of what passes nothing is asked, because writing it down takes longer than finding it.
 */
async function violations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate((): Promise<AxeResults> => {
    const outside = { exclude: [['iframe'], ['.listing tbody tr:nth-child(n + 9)']] };
    return window.axe.run(outside, { resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ''}`),
  );
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
