import { generate } from 'otplib';
import { tokenIn } from './letters.ts';
import { password, type Reply, serve } from './serve.ts';

let at = new Date('2026-11-24T15:00:00Z');
let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({ now: () => at });
});
afterAll(() => api.close());

const codeOf = (secret: string) => generate({ secret, epoch: at.getTime() / 1000 });
const laterBy = (seconds: number) => void (at = new Date(at.getTime() + seconds * 1000));
const logIn = (email: string, code?: string) => api.stranger.post('/v1/session', { email, password, ...(code && { code }) });
const headersOf = ({ headers, body }: Reply) => ({
  cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '',
  'x-csrf-token': (body as { csrf: string }).csrf,
});

/** A user of the role with a second factor, and a session that has it behind it. */
async function withFactor(role: 'rep' | 'owner') {
  const workspace = await api.workspace();
  const { email } = workspace[role];
  const own = headersOf(await logIn(email));
  const post = (path: string, body: unknown) => api.stranger.ask('POST', path, { body, headers: own });
  const begun = await post('/v1/account/second-factor', { password });
  expect(begun).toMatchObject({ status: 201, body: { qr: expect.stringMatching(/^data:image\/svg\+xml;base64,/) } });
  const { secret, uri } = begun.body as { secret: string; uri: string };
  expect(new URL(uri).searchParams.get('secret')).toBe(secret);
  expect((await post('/v1/account/second-factor/confirm', { code: '000000' })).status).toBe(401);
  const confirmed = await post('/v1/account/second-factor/confirm', { code: await codeOf(secret) });
  expect(confirmed.status).toBe(200);
  const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
  return { workspace, email, secret, recoveryCodes };
}

test('with a second factor the password alone opens nothing; a code opens once', async () => {
  const { email, secret, workspace } = await withFactor('rep');
  expect((await workspace.rep.get('/v1/session')).status).toBe(401); // sessions from before have ended
  expect(await logIn(email)).toMatchObject({ status: 401, body: { type: '/problems#second-factor-wanted' } });
  expect((await logIn(email, await codeOf(secret))).status).toBe(401); // it confirmed the factor a moment ago
  laterBy(30);
  const code = await codeOf(secret);
  expect((await logIn(email, `${code.slice(0, 3)} ${code.slice(3)}`)).status).toBe(201);
  expect((await logIn(email, code)).status).toBe(401);
});

test('a code is good one step early or late, and not two', async () => {
  const { email, secret } = await withFactor('rep');
  laterBy(300);
  const code = await codeOf(secret);
  laterBy(60);
  expect((await logIn(email, code)).status).toBe(401);
  const next = await codeOf(secret);
  laterBy(30);
  expect((await logIn(email, next)).status).toBe(201);
});

test('each of ten recovery codes opens once, in any spelling', async () => {
  const { email, recoveryCodes } = await withFactor('rep');
  expect(new Set(recoveryCodes).size).toBe(10);
  const [code = ''] = recoveryCodes;
  const session = await logIn(email, code.toUpperCase().replaceAll('-', ' '));
  expect(session.status).toBe(201);
  expect((await api.stranger.get('/v1/account', { headers: headersOf(session) })).body).toMatchObject({ recoveryCodesLeft: 9 });
  expect((await logIn(email, code)).status).toBe(401);
});

test('a factor is removed with password and code, and the record holds neither key nor codes', async () => {
  const { email, secret, recoveryCodes, workspace } = await withFactor('rep');
  laterBy(60);
  const { all } = await api.db.inTenant(workspace.id, (tx) =>
    tx.row<{ all: string }>(
      `select (select json_agg(u)::text from users u) || (select json_agg(r)::text from recovery_codes r) || coalesce((select json_agg(k)::text from idempotency_keys k), '') as all`,
    ),
  );
  for (const shown of [secret, ...recoveryCodes]) expect(all).not.toContain(shown);
  const headers = headersOf(await logIn(email, await codeOf(secret)));
  laterBy(30);
  const remove = async (code: string) =>
    (await api.stranger.ask('POST', '/v1/account/second-factor/remove', { body: { password, code }, headers })).status;
  expect(await remove('000000')).toBe(401);
  expect(await remove(await codeOf(secret))).toBe(204);
  const log = await api.db.inTenant(workspace.id, (tx) =>
    tx.rows<{ action: string }>(`select action from audit_log order by seq desc limit 3`),
  );
  expect(log.map(({ action }) => action)).toEqual([
    'post /account/second-factor/remove',
    'confirmation: code used',
    'confirmation: wrong code',
  ]);
  expect((await logIn(email)).status).toBe(201);
});

test('where the workspace wants one, officers and owners can do nothing before they have set it up', async () => {
  const { owner, officer, rep } = await api.workspace();
  expect((await owner.patch('/v1/tenant', { needsSecondFactor: true })).status).toBe(200);
  for (const user of [owner, officer]) {
    const { status, body } = await user.get('/v1/contacts');
    expect({ status, body }).toMatchObject({ status: 403, body: { type: '/problems#second-factor-missing' } });
    expect((await user.get('/v1/session')).body).toMatchObject({ lacksFactor: true, may: ['session', 'account'] });
    expect((await user.get('/v1/account')).body).toMatchObject({ needsSecondFactor: true, hasSecondFactor: false });
  }
  expect((await rep.get('/v1/contacts')).status).toBe(200);
});

test('an owner removes the factor of a user who has lost it', async () => {
  const { email, workspace } = await withFactor('rep');
  expect((await workspace.owner.post(`/v1/users/${workspace.rep.userId}/second-factor/remove`)).status).toBe(204);
  expect((await logIn(email)).status).toBe(201);
});

test('the audit log tells each step of a log-in, and who it was in the end', async () => {
  const { email, secret, workspace } = await withFactor('rep');
  const { id, rep } = workspace;
  const steps = () =>
    api.db.inTenant(id, (tx) =>
      tx.rows(
        `select action, user_id as by, subject_id as about from audit_log where action like 'log-in%' or action = 'post /session' order by seq`,
      ),
    );
  const before = (await steps()).length;
  await logIn(email);
  await logIn(email, '000000');
  laterBy(30);
  expect((await logIn(email, await codeOf(secret))).status).toBe(201);
  expect((await steps()).slice(before)).toEqual([
    { action: 'log-in: code wanted', by: null, about: rep.userId },
    { action: 'log-in: wrong code', by: null, about: rep.userId },
    { action: 'post /session', by: rep.userId, about: null },
  ]);
});

test('who knows the password and holds a session still has few guesses at the code, and each is in the log', async () => {
  const { email, secret, workspace } = await withFactor('rep');
  laterBy(30);
  const headers = headersOf(await logIn(email, await codeOf(secret)));
  const statuses: number[] = [];
  for (let guess = 0; guess < 11; guess += 1) {
    const body = { password, code: '000000' };
    statuses.push((await api.stranger.ask('POST', '/v1/account/second-factor/remove', { body, headers })).status);
  }
  const tried = statuses.filter((status) => status === 401).length; // fewer than ten: setting the factor up took a turn or two
  expect(tried).toBeGreaterThan(5);
  expect(statuses).toEqual([...Array<number>(tried).fill(401), ...Array<number>(11 - tried).fill(429)]);
  const guesses = await api.db.inTenant(workspace.id, (tx) =>
    tx.rows(`select user_id as by from audit_log where action = 'confirmation: wrong code' and subject_id = user_id::text`),
  );
  expect(guesses).toEqual(Array.from({ length: tried }, () => ({ by: workspace.rep.userId })));
});

test('a new password by letter does not go round the second factor', async () => {
  const { email } = await withFactor('rep');
  await api.stranger.post('/v1/password-resets', { email });
  const next = 'quite another horse';
  const token = await tokenIn(api, 'reset', email);
  const { status, headers } = await api.stranger.post('/v1/password-resets/confirm', { token, password: next });
  expect({ status, cookies: headers.getSetCookie() }).toEqual({ status: 204, cookies: [] });
  expect(await api.stranger.post('/v1/session', { email, password: next })).toMatchObject({
    status: 401,
    body: { type: '/problems#second-factor-wanted' },
  });
});
