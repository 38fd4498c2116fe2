import { pbkdf2Sync } from 'node:crypto';
import { keyOf } from '../../api/limits.ts';
import { hashPassword, isPassword } from '../../api/password.ts';
import { may, roles, scopes } from '../../api/roles.ts';
import { routes } from '../../api/routes.ts';
import { takeTurn } from '../../db/limits.ts';
import { password, type Reply, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const logIn = (email: string, headers?: Record<string, string>) => api.stranger.post('/v1/session', { email, password }, headers);
const headersOf = ({ headers, body }: Reply) => ({
  cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '',
  'x-csrf-token': (body as { csrf: string }).csrf,
});
interface Shown {
  id: string;
  isThis: boolean;
}

test('sessions are listed with where and what, and ended one by one or all but this', async () => {
  const { rep, officer } = await api.workspace();
  const own = headersOf(await logIn(rep.email, { 'user-agent': 'A browser/1' }));
  const others = [headersOf(await logIn(rep.email)), headersOf(await logIn(rep.email))];
  const list = async () => ((await api.stranger.get('/v1/sessions', { headers: own })).body as { items: Shown[] }).items;
  expect(await list()).toHaveLength(4);
  expect((await list()).find(({ isThis }) => isThis)).toMatchObject({
    browser: 'A browser/1',
    address: expect.stringContaining('127.0.0.1'),
  });
  const theirs = ((await officer.get('/v1/sessions')).body as { items: Shown[] }).items[0]?.id;
  const end = async (id = '') => (await api.stranger.ask('DELETE', `/v1/sessions/${id}`, { headers: own })).status;
  expect(await end(theirs)).toBe(404);
  expect(await end((await list()).find(({ isThis }) => !isThis)?.id)).toBe(204);
  expect(await list()).toHaveLength(3);
  expect((await api.stranger.ask('DELETE', '/v1/sessions', { headers: own })).status).toBe(204);
  expect(await list()).toHaveLength(1);
  for (const headers of others) expect((await api.stranger.get('/v1/session', { headers })).status).toBe(401);
});

test('a session that was not used for an hour is none, and using it counts', async () => {
  const { rep, id } = await api.workspace();
  const idleFor = (minutes: number) =>
    api.db.inTenant(id, (tx) => tx.run(`update sessions set seen_at = clock_timestamp() - make_interval(mins => $1)`, [minutes]));
  await idleFor(59);
  expect((await rep.get('/v1/session')).status).toBe(200);
  await idleFor(61);
  expect((await rep.get('/v1/session')).status).toBe(401);
});

test('a token does what its scopes and its user’s role allow, needs no cookie, and is shown once', async () => {
  const { rep, id } = await api.workspace();
  const { status, body } = await rep.post('/v1/tokens', { name: 'script', scopes: ['contacts.read'], days: 30 });
  const { token, id: tokenId } = body as { token: string; id: string };
  expect({ status, token }).toEqual({ status: 201, token: expect.stringMatching(/^decorum_[0-9a-f]{32}_[\w-]{43}$/) });
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.stranger.get('/v1/contacts', { headers })).status).toBe(200);
  const refused = await api.stranger.post('/v1/contacts', { email: 'a@b.example' }, headers);
  expect(refused).toMatchObject({ status: 403, body: { type: '/problems#outside-scope' } });
  expect((await api.stranger.get('/v1/session', { headers })).status).toBe(403);
  const { items } = (await rep.get('/v1/tokens')).body as { items: object[] };
  expect(items).toEqual([expect.objectContaining({ id: tokenId, usedAt: expect.any(String) })]);
  expect(JSON.stringify(items)).not.toContain(token);
  const { all } = await api.db.inTenant(id, (tx) =>
    tx.row<{ all: string }>(
      `select json_agg(a)::text || coalesce((select json_agg(k)::text from idempotency_keys k), '') as all from api_tokens a`,
    ),
  );
  expect(all).not.toContain(token.slice(-43));
  expect((await rep.delete(`/v1/tokens/${tokenId}`)).status).toBe(204);
  expect((await api.stranger.get('/v1/contacts', { headers })).status).toBe(401);
});

test('an expired token, a user who was deactivated, and a role that was changed open nothing', async () => {
  const { rep, owner, id } = await api.workspace();
  const make = async () =>
    ((await rep.post('/v1/tokens', { name: 'script', scopes: ['users.read'], days: 1 })).body as { token: string }).token;
  const uses = async (token: string) =>
    (await api.stranger.get('/v1/users', { headers: { authorization: `Bearer ${token}` } })).status;
  const token = await make();
  expect(await uses(token)).toBe(200);
  await api.db.inTenant(id, (tx) => tx.run(`update api_tokens set expires_at = clock_timestamp()`));
  expect(await uses(token)).toBe(401);
  const next = await make();
  expect((await owner.patch(`/v1/users/${rep.userId}`, { isDeactivated: true })).status).toBe(200);
  expect(await uses(next)).toBe(401);
  expect((await rep.get('/v1/session')).status).toBe(401);
  expect((await logIn(rep.email)).status).toBe(401);
  expect((await owner.patch(`/v1/users/${rep.userId}`, { isDeactivated: false })).status).toBe(200);
  expect((await logIn(rep.email)).status).toBe(201);
  expect((await owner.patch(`/v1/users/${owner.userId}`, { isDeactivated: true })).status).toBe(409);
});

test('an owner ends every session and token of a user, who can log in again; nobody else does', async () => {
  const { rep, owner, officer } = await api.workspace();
  const { body } = await rep.post('/v1/tokens', { name: 'script', scopes: ['contacts.read'], days: 1 });
  const bearer = { authorization: `Bearer ${(body as { token: string }).token}` };
  const second = headersOf(await logIn(rep.email));
  expect((await officer.delete(`/v1/users/${rep.userId}/sessions`)).status).toBe(403);
  expect((await rep.get('/v1/session')).status).toBe(200);
  expect((await owner.delete(`/v1/users/${rep.userId}/sessions`)).status).toBe(204);
  for (const headers of [bearer, second]) expect((await api.stranger.get('/v1/contacts', { headers })).status).toBe(401);
  expect((await rep.get('/v1/session')).status).toBe(401);
  expect((await owner.get('/v1/session')).status).toBe(200);
  expect((await logIn(rep.email)).status).toBe(201);
});

test('nobody gives away what one’s role may not do', async () => {
  const { status } = await acme.rep.post('/v1/tokens', { name: 'script', scopes: ['obligations.read'], days: 1 });
  expect(status).toBe(422);
});

test('the table has a row for every action, each used by a route, and no scope that makes a log-in of a token', () => {
  const used = new Set(routes.flatMap(({ action }) => (action === 'public' ? [] : [action])));
  expect(Object.keys(may).filter((action) => !used.has(action as keyof typeof may))).toEqual(['mailboxes.relay']); // asked within a route
  for (const allowed of Object.values(may)) for (const role of allowed) expect(roles).toContain(role);
  for (const scope of scopes) expect(scope).not.toMatch(/^(session|account|tokens\.write|users\.write|tenant\.write)$/);
});

test('the limits hold over two API processes', async () => {
  // Two apps over one database, as two processes are: nothing of a limit is in memory.
  const email = 'nobody@limits.example';
  const second = await serve({ db: api.db, stops: api.db, addressKey: api.deps.addressKey });
  const key = keyOf(api.deps.addressKey, 'logInThere', `${email} 127.0.0.1`);
  for (let tries = 0; tries < 8; tries += 1) await takeTurn(api.db, key, { turns: 10, seconds: 900 });
  const statuses: number[] = [];
  for (const { stranger } of [api, second, api, second]) {
    const { status, headers } = await stranger.post('/v1/session', { email, password: 'wrong' });
    statuses.push(status);
    if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  await second.close();
  expect(statuses).toEqual([401, 401, 429, 429]);
});

test('whoever guesses from elsewhere keeps nobody out of the place where they always log in', async () => {
  const { rep } = await api.workspace();
  const from = (ip: string) => ({ 'x-forwarded-for': ip });
  expect((await logIn(rep.email, from('192.0.2.1'))).status).toBe(201);
  const key = keyOf(api.deps.addressKey, 'logInElsewhere', rep.email);
  while ((await takeTurn(api.db, key, { turns: 100, seconds: 3600 })) === 0); // a hundred machines have guessed
  expect((await logIn(rep.email, from('198.51.100.7'))).status).toBe(429);
  expect((await logIn(rep.email, from('192.0.2.1'))).status).toBe(201);
});

test('an address that has used up its tries is sent away before anything is hashed', async () => {
  const key = keyOf(api.deps.addressKey, 'logInFrom', '203.0.113.9');
  while ((await takeTurn(api.db, key, { turns: 100, seconds: 900 })) === 0);
  const flood = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      api.stranger.post(
        '/v1/session',
        { email: `flood${n}@limits.example`, password: 'wrong' },
        { 'x-forwarded-for': '203.0.113.9' },
      ),
    ),
  );
  expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([429]));
});

test('of a flood that passes the limits a few wait for the processor, and the others are sent away', async () => {
  const cheap = 'pbkdf2-sha256$1000$AAAA$';
  const flood = await Promise.allSettled(Array.from({ length: 40 }, () => isPassword('wrong', cheap)));
  const refused = flood.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(18);
  expect(refused[0]).toMatchObject({ reason: { problem: 'too-many-requests', headers: { 'Retry-After': '5' } } });
  expect(await isPassword('wrong', cheap)).toBe(false);
});

test('a password that was hashed with fewer rounds is hashed anew when its user logs in', async () => {
  const { rep, id } = await api.workspace();
  const [scheme, , salt] = (await hashPassword(password, () => Buffer.alloc(16, 7))).split('$');
  const old = pbkdf2Sync(password, Buffer.alloc(16, 7), 1000, 32, 'sha256').toString('base64');
  await api.db.inTenant(id, (tx) =>
    tx.run(`update users set password_hash = $1 where id = $2`, [`${scheme}$1000$${salt}$${old}`, rep.userId]),
  );
  expect((await logIn(rep.email)).status).toBe(201);
  const { stored } = await api.db.inTenant(id, (tx) =>
    tx.row<{ stored: string }>(`select password_hash as stored from users where id = $1`, [rep.userId]),
  );
  expect(stored).toMatch(/^pbkdf2-sha256\$600000\$/);
  expect((await logIn(rep.email)).status).toBe(201);
});
