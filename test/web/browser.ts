import type { Page } from 'playwright-core';
import { password } from '../api/serve.ts';

export { openBrowser } from '../../scripts/services/browser.ts';

/** Fills in the log-in page, which the page shows. */
export async function logIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').first().fill(password);
  await page.keyboard.press('Enter');
}
