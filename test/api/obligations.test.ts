import { randomUUID } from 'node:crypto';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  for (const address of ['a@x.example', 'b@x.example', 'c@x.example']) await acme.rep.post('/v1/suppressions', { address });
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(
      `update obligations set started_at = '2026-01-01', due_at = '2026-01-15' where id = (select id from obligations order by started_at limit 1)`,
    ),
  );
});
afterAll(() => api.close());

type Listed = { items: { id: string; dueAt: string; isOverdue: boolean }[]; next: string | null };

test('what is due first comes first, page by page, with how it stands', async () => {
  const seen: Listed['items'] = [];
  for (let path = '/v1/obligations?limit=1&state=open'; ; ) {
    const { items, next } = (await acme.officer.get(path)).body as Listed;
    seen.push(...items);
    if (next === null) break;
    path = `/v1/obligations?limit=1&state=open&cursor=${next}`;
  }
  expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
  expect(seen.map(({ isOverdue }) => isOverdue)).toEqual([true, false, false]);
  expect((await acme.officer.get('/v1/obligations/counts')).body).toMatchObject({ open: 3, overdue: 1, met: 0 });
  expect(((await acme.officer.get('/v1/obligations?dueTo=2026-02-01T00:00:00Z')).body as Listed).items).toHaveLength(1);
  expect(((await acme.officer.get('/v1/obligations?state=met')).body as Listed).items).toEqual([]);
});

test('promises are searched by their words, and counted by the day on which they are due', async () => {
  const found = async (search: string) =>
    ((await acme.officer.get(`/v1/obligations?search=${encodeURIComponent(search)}`)).body as Listed).items.length;
  expect([await found('suppression HON'), await found('15 U.S.C.'), await found('100%')]).toEqual([3, 3, 0]);
  const { items } = (await acme.officer.get('/v1/obligations/days?month=2026-01&zone=America/Los_Angeles')).body as {
    items: object[];
  };
  expect(items).toEqual([
    { day: '2026-01-14', kind: 'suppression.honoured', clause: 'P11', state: 'open', isOverdue: true, count: 1 },
  ]);
  expect((await acme.officer.get('/v1/obligations/days?month=2026-13')).status).toBe(400);
});

test('the file of the promises holds what each date follows from', async () => {
  const file = await acme.officer.get('/v1/obligations.csv?dueTo=2026-02-01T00:00:00Z&sort=-begun');
  const [head, row, ...rest] = (file.body as string).replace('\uFEFF', '').trim().split('\n');
  expect(head).toMatch(/^Promise,Clause,Citation,/);
  expect(row).toContain('2026-01-15T00:00:00.000Z,overdue,');
  expect(rest).toEqual([]);
});

test('a calendar program subscribes by the link, without a cookie', async () => {
  const { body } = await acme.officer.get('/v1/obligations/calendar-link');
  const { path } = body as { path: string };
  const feed = await api.stranger.get(path);
  expect(feed.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  const text = feed.body as string;
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(3);
  expect(text).toContain('DTSTART:20260115T000000Z\r\n');
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(text.replaceAll('\r\n ', '')).toContain('DESCRIPTION:15 U.S.C. 7704(a)(4)(A)(i)\\; 16 CFR 316.5: ten business days\\n');
});

test.each([
  { name: 'no token and no session', change: () => '' },
  { name: 'a changed user', change: (token: string) => `?token=${token.replace(acme.officer.userId, randomUUID())}` },
  { name: 'a changed tenant', change: (token: string) => `?token=${token.replace(acme.id, randomUUID())}` },
  { name: 'a cut token', change: (token: string) => `?token=${token.slice(0, -1)}` },
  { name: 'nonsense', change: () => '?token=a.b.c' },
])('the calendar stays shut: $name', async ({ change }) => {
  const { path } = (await acme.officer.get('/v1/obligations/calendar-link')).body as { path: string };
  expect((await api.stranger.get(`/v1/obligations.ics${change(path.split('token=')[1] ?? '')}`)).status).toBe(401);
});

test('the link ends with the role of its user', async () => {
  const other = await api.workspace();
  const { path } = (await other.officer.get('/v1/obligations/calendar-link')).body as { path: string };
  await other.owner.patch(`/v1/users/${other.officer.userId}`, { role: 'rep' });
  expect((await api.stranger.get(path)).status).toBe(403);
});
