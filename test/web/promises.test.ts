import type { Browser, Page } from 'playwright-core';
import { serve } from '../api/serve.ts';
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

test('an officer comes first to what must be acted on, and goes from a promise to its last evidence', async () => {
  const acme = await api.workspace();
  for (const name of ['a', 'b', 'c']) await acme.rep.post('/v1/suppressions', { address: `${name}@x.example` });
  const kept = await api.db.inTenant(acme.id, async (tx) => {
    const [overdue, met] = await tx.rows<{ id: string; subjectId: string }>(
      `select id, subject_id as "subjectId" from obligations order by started_at desc, id`,
    );
    await tx.run(`update obligations set started_at = '2026-01-01', due_at = '2026-01-15' where id = $1`, [overdue?.id]);
    await tx.run(
      `update obligations set state = 'met', met_at = decorum.now(), evidence = '{"stillWaiting": "none"}' where id = $1`,
      [met?.id],
    );
    return met?.subjectId ?? '';
  });
  await page.goto(api.origin);
  await logIn(page, acme.officer.email);
  await page.getByRole('heading', { level: 1, name: 'Promises' }).waitFor();

  const clocks = page.getByRole('table', { name: 'Clocks that run' }).locator('tbody tr');
  await clocks.first().getByText('overdue by').waitFor();
  expect(await clocks.locator('[data-tone=bad]').count()).toBe(1);
  await clocks.nth(1).getByText('left').waitFor();
  expect(await clocks.count()).toBe(2);

  const clauses = page.getByRole('table', { name: 'Clause by clause' });
  await clauses.getByRole('row', { name: 'P16:' }).getByText('Not watched here').waitFor();
  const optOut = clauses.getByRole('row', { name: 'P11:' });
  await optOut.getByText('1 overdue').waitFor();
  expect((await optOut.getByRole('cell').allInnerTexts()).slice(2, 4)).toEqual(['1', '0']);
  await optOut.getByRole('link', { name: 'An opt-out is honoured' }).click();
  await page.waitForURL((url) => url.searchParams.get('search') === kept);
  const obligations = page.getByRole('table', { name: 'Obligations' }).locator('tbody tr');
  await obligations.getByText('What shows it').click();
  await obligations.getByText('still waiting').waitFor();
  expect(await obligations.count()).toBe(1);
});
