import { password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace('real');
});
afterAll(() => api.close());

const logIn = (email: string, password: string) => api.stranger.post('/v1/session', { email, password });
const cookieIn = (headers: Headers) => headers.getSetCookie()[0] ?? '';

test('a log-in answers who, where and the CSRF token, and sets the one cookie (P15)', async () => {
  const { status, body, headers } = await logIn(` ${acme.owner.email.toUpperCase()} `, password);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    user: { email: acme.owner.email, role: 'owner' },
    tenant: { id: acme.id, kind: 'real', clockFactor: 1 },
  });
  expect(headers.getSetCookie()).toHaveLength(1);
  expect(cookieIn(headers)).toMatch(
    new RegExp(`^decorum_session=${acme.id}\\.[\\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Lax$`),
  );
  const cookie = cookieIn(headers).split(';')[0] ?? '';
  const again = await api.stranger.get('/v1/session', { headers: { cookie } });
  expect((again.body as { csrf: string }).csrf).toBe((body as { csrf: string }).csrf);
});

test('in production the cookie is Secure and bound to its host, and no other one is read', async () => {
  const production = await serve({ secureCookies: true });
  const { owner } = await production.workspace();
  const { headers } = await production.stranger.post('/v1/session', { email: owner.email, password });
  const cookie = cookieIn(headers).split(';')[0] ?? '';
  const asked = async (cookie: string) => (await production.stranger.get('/v1/session', { headers: { cookie } })).status;
  expect(await asked(cookie)).toBe(200);
  expect(await asked(cookie.replace('__Host-', ''))).toBe(401);
  await production.close();
  expect(cookieIn(headers)).toMatch(/^__Host-decorum_session=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  expect(headers.get('strict-transport-security')).toContain('max-age');
});

test.each([
  { email: () => acme.rep.email, password: 'wrong', because: 'the password is another one' },
  { email: () => 'nobody@nowhere.example', password, because: 'nobody has this address' },
  { email: () => 'no address', password, because: 'it is no address at all' },
])('no log-in when $because, and the answer is the same', async ({ email, password }) => {
  const { status, body, headers } = await logIn(email(), password);
  expect({ status, body }).toMatchObject({ status: 401, body: { type: '/problems#wrong-credentials' } });
  expect(headers.getSetCookie()).toEqual([]);
});

test('an unknown user costs as much time as a wrong password', async () => {
  // In turn, so that whatever else the machine does meets both; and the least of each, because a busy machine makes some slow and none fast.
  const arms = { [acme.officer.email]: [] as number[], 'someone@nowhere.example': [] as number[] };
  for (let round = 0; round < 7; round += 1) {
    for (const [email, times] of Object.entries(arms)) {
      const from = performance.now();
      expect((await logIn(email, 'wrong')).status).toBe(401);
      times.push(performance.now() - from);
    }
  }
  const [known = 0, unknown = 0] = Object.values(arms).map((times) => Math.min(...times));
  // Without the derivation for unknown users the second is some fifty times faster.
  expect(unknown / known).toBeGreaterThan(0.67);
  expect(unknown / known).toBeLessThan(1.5);
});

test('the eleventh try for an address is refused, with the right password too, and says for how long', async () => {
  for (let tries = 0; tries < 10; tries += 1) expect((await logIn(acme.operator.email, 'wrong')).status).toBe(401);
  const { status, headers } = await logIn(acme.operator.email, password);
  expect(status).toBe(429);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await logIn(acme.rep.email, password)).status).toBe(201);
});

test('after a log-out the session is worth nothing', async () => {
  const { body, headers } = await logIn(acme.officer.email, password);
  const own = { cookie: cookieIn(headers).split(';')[0] ?? '', 'x-csrf-token': (body as { csrf: string }).csrf };
  const out = await api.stranger.ask('DELETE', '/v1/session', { headers: own });
  expect(out.status).toBe(204);
  expect(cookieIn(out.headers)).toContain('Max-Age=0');
  expect(out.headers.get('clear-site-data')).toBe('"cache", "storage"');
  expect((await api.stranger.get('/v1/session', { headers: own })).status).toBe(401);
});

test('a session is good in its own workspace only', async () => {
  const other = await api.workspace();
  const { headers } = await logIn(acme.rep.email, password);
  const cookie = (cookieIn(headers).split(';')[0] ?? '').replace(acme.id, other.id);
  expect((await api.stranger.get('/v1/session', { headers: { cookie } })).status).toBe(401);
});

test('a session that has expired is none', async () => {
  const { headers } = await logIn(acme.rep.email, password);
  const cookie = cookieIn(headers).split(';')[0] ?? '';
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update sessions set expires_at = clock_timestamp() where user_id = $1`, [acme.rep.userId]),
  );
  expect((await api.stranger.get('/v1/session', { headers: { cookie } })).status).toBe(401);
});

test('a new role or password ends the sessions of that user, and of nobody else', async () => {
  const mine = await api.workspace();
  expect((await mine.owner.patch(`/v1/users/${mine.rep.userId}`, { role: 'officer' })).status).toBe(200);
  expect((await mine.rep.get('/v1/session')).status).toBe(401);
  expect((await mine.officer.get('/v1/session')).status).toBe(200);
});

test('the last owner cannot step down', async () => {
  const { status, body } = await acme.owner.patch(`/v1/users/${acme.owner.userId}`, { role: 'rep' });
  expect({ status, body }).toMatchObject({ status: 409, body: { type: '/problems#conflict' } });
});

test('the database holds neither tokens nor passwords', async () => {
  const { headers } = await logIn(acme.rep.email, password);
  const secret = /\.([\w-]{43});/.exec(cookieIn(headers))?.[1] ?? 'none';
  const text = await api.db.inTenant(acme.id, (tx) =>
    tx.row<{ all: string }>(
      `select (select json_agg(s)::text from sessions s) || (select json_agg(u)::text from users u) as all`,
    ),
  );
  expect(text.all).not.toContain(secret);
  expect(text.all).not.toContain(Buffer.from(secret).toString('hex'));
  expect(text.all).not.toContain(password);
  expect(text.all).toContain('pbkdf2-sha256$600000$');
});
