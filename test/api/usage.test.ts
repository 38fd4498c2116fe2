import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Use {
  userId: string;
  kind: string;
  name: string;
  address: string;
  browser: string;
}
const uses = async (query = '') => ((await acme.owner.get(`/v1/usage${query}`)).body as { items: Use[] }).items;

test('a page and a feature are noted, with network address and kind of browser', async () => {
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0' };
  await acme.rep.ask('POST', '/v1/usage/pages', { body: { page: '/launches/$launchId' }, headers });
  await acme.rep.ask('POST', '/v1/lists', { body: { name: 'Ada' }, headers });
  const who = { userId: acme.rep.userId, address: expect.stringContaining('127.0.0.1'), browser: 'Firefox 132' };
  expect(await uses()).toMatchObject([
    { ...who, kind: 'feature', name: 'post /lists' },
    { ...who, kind: 'page', name: '/launches/$launchId' },
  ]);
});

test('a page is named by its pattern: what could hold an id or a search is refused', async () => {
  for (const page of ['/launches/8a1c', '/contacts?search=ada', 'https://decorum.example/', '/people/Ada', '']) {
    expect((await acme.rep.post('/v1/usage/pages', { page })).status).toBe(422);
  }
});

test('a program with a token, reading, and what was refused are no use of a feature', async () => {
  const before = (await uses()).length;
  const made = await acme.owner.post('/v1/tokens', { name: 'Sync', scopes: ['contacts.write'], days: 1 });
  const { token } = made.body as { token: string };
  const asked = { headers: { authorization: `Bearer ${token}` }, body: { name: 'By a program' } };
  expect((await api.stranger.ask('POST', '/v1/lists', asked)).status).toBe(201);
  await acme.owner.post('/v1/lists', { name: '' });
  await acme.owner.get('/v1/lists');
  expect((await uses()).slice(0, -before)).toMatchObject([{ name: 'post /tokens' }]);
});

test('the tally says what was used, by how many, and for how long it is kept', async () => {
  const { body } = await acme.owner.get('/v1/usage/tally');
  expect(body).toMatchObject({ keptDays: 90 });
  expect((body as { items: object[] }).items).toContainEqual({ kind: 'page', name: '/launches/$launchId', uses: 1, users: 1 });
});

test('pages follow one another, and a filter leaves out the rest', async () => {
  const first = (await acme.owner.get('/v1/usage?limit=1')).body as { items: Use[]; next: string };
  const rest = await uses(`?cursor=${first.next}`);
  expect([...first.items, ...rest]).toEqual(await uses());
  expect(await uses(`?userId=${acme.owner.userId}&kind=page`)).toEqual([]);
});

test('what a deleted user has used goes with the user', async () => {
  await api.db.inTenant(acme.id, (tx) => tx.run(`delete from users where id = $1`, [acme.rep.userId]));
  expect((await uses()).filter(({ userId }) => userId === acme.rep.userId)).toEqual([]);
});
