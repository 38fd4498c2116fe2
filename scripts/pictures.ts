import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { openBrowser } from './services/browser.ts';
import { readSettings } from './start/settings.ts';

// `npm run pictures`: takes the pictures of the documentation anew, from the demo that runs beside it (`npm start -- --demo`).

const MOST_BYTES = 150_000;
const folder = join(import.meta.dirname, '../docs/pictures');
const settings = readSettings(process.env);
const origin = `http://127.0.0.1:${settings.DECORUM_API_PORT}`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const logInFile = join(settings.dataDir, 'demo.json');
if (!existsSync(logInFile)) {
  process.stderr.write('Start the demo first, and leave it running: npm start -- --demo\n');
  process.exit(1);
}
const demo = z
  .object({ email: z.string(), password: z.string(), launchId: z.uuid() })
  .parse(JSON.parse(readFileSync(logInFile, 'utf8')));

/** What is taken: where, and what must be seen there first, because the demo takes a minute to come so far. */
const pictures: readonly { name: string; open: (page: Page) => Promise<void> }[] = [
  {
    name: 'today',
    async open(page) {
      await page.goto(`${origin}/today`);
      await page.getByText('Reply to answer').waitFor();
    },
  },
  {
    name: 'sequence',
    async open(page) {
      await page.goto(`${origin}/sequences`);
      await page.getByRole('link', { name: /^Demo/ }).click();
      await page.getByRole('combobox', { name: 'Contact' }).fill('ada');
      await page.getByRole('option', { name: /^Ada/ }).first().click();
      await page.getByRole('article', { name: 'Step 1' }).getByText('Hi Ada').first().waitFor();
    },
  },
  {
    name: 'launch',
    async open(page) {
      await page.goto(`${origin}/launches/${demo.launchId}`);
      await page.getByRole('table', { name: /^People of/ }).waitFor();
    },
  },
  {
    name: 'person',
    async open(page) {
      await page.goto(`${origin}/launches/${demo.launchId}?state=waiting&sort=-messages`);
      await page
        .getByRole('table', { name: /^People of/ })
        .getByRole('link')
        .first()
        .click();
      await page
        .getByText(/^Message sent/)
        .first()
        .waitFor();
    },
  },
  { name: 'breach', open: openBreach },
  {
    name: 'obligations',
    async open(page) {
      await page.goto(`${origin}/obligations`);
      await page.getByRole('table', { name: 'Obligations' }).getByText('15 U.S.C. 7704').first().waitFor();
    },
  },
];

/** The plan of an incident; the first time it is opened here, because the demo has none. */
async function openBreach(page: Page): Promise<void> {
  const title = 'A copy of a database was taken';
  await page.goto(`${origin}/breaches`);
  const link = page.getByRole('link', { name: title });
  await page.getByText('No incident, and no drill yet').or(link).first().waitFor();
  if ((await link.count()) > 0) await link.first().click();
  else {
    await page.getByRole('link', { name: 'Open an incident' }).click();
    await page.getByLabel('Name of the incident').fill(title);
    await page.getByLabel('What happened').fill('Somebody who had no right to it copied a database.');
    await page.getByLabel('Social Security numbers').check();
    await page.getByLabel('Who is affected', { exact: true }).selectOption('contacts');
    await page.getByRole('button', { name: 'Open the incident' }).click();
  }
  await page.getByRole('table', { name: 'Clocks by jurisdiction' }).getByText('residents of CA').waitFor(); // once the people are taken in
}

const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 720 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  await page.goto(origin);
  await page.getByLabel('E-mail address').fill(demo.email);
  await page.getByLabel('Password').first().fill(demo.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  mkdirSync(folder, { recursive: true });
  for (const { name, open } of pictures) {
    const path = join(folder, `${name}.png`);
    await open(page);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path, animations: 'disabled' });
    const { size } = statSync(path);
    if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes, more than ${MOST_BYTES}.`);
    say(`docs/pictures/${name}.png, ${Math.round(size / 1000)} kB`);
  }
} finally {
  await browser.close();
}
