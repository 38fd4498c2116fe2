import { Writable } from 'node:stream';
import pino from 'pino';
import { type Client, serve } from './serve.ts';

const lines: string[] = [];
const log = pino({ level: 'trace' }, new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) }));
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve({ log });
});
beforeEach(async () => {
  acme = await api.workspace();
});
afterAll(() => api.close());

const key = 'sk-proj-4yQm7Zr2Lk9Wb3Xn8Vd5Tf1Hc6Pj0GsA';
const access = 'AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR';
const refresh = 'refresh-2Fb9QmZ7Lw4Kx1Rv6Ny3Ht8';
const put = (who: Client, provider: string, body: object) => who.ask('PUT', `/v1/integrations/${provider}`, { body });
const kept = (who: Client) => who.get('/v1/integrations');
const secretOf = async (provider: string) => {
  const [row] = await api.db.inTenant(acme.id, (tx) =>
    tx.rows<{ secret: string }>(`select secret from integrations where provider = $1`, [provider]),
  );
  return api.deps.vault.decrypt(row?.secret ?? '', { tenantId: acme.id, column: 'integrations.secret' }).toString();
};

test('a key is stored encrypted and shown by its last four; another takes its place', async () => {
  const { status, body } = await put(acme.operator, 'openai', { kind: 'api_key', key });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { provider: 'openai', kind: 'api_key', lastFour: '0GsA', expiresAt: null, setBy: acme.operator.userId },
  });
  expect(await secretOf('openai')).toBe(key);
  await put(acme.owner, 'openai', { kind: 'api_key', key: key.replace('0GsA', 'next') });
  expect(await secretOf('openai')).toContain('next');
  const { body: list } = await kept(acme.officer);
  expect(list).toMatchObject({ items: [{ provider: 'openai', lastFour: 'next', setBy: acme.owner.userId }] });
});

test('an OAuth token is stored with the one that renews it, and its end is shown', async () => {
  const expiresAt = '2027-01-24T00:00:00.000Z';
  const { body } = await put(acme.owner, 'linkedin', {
    kind: 'oauth_token',
    accessToken: access,
    refreshToken: refresh,
    expiresAt,
  });
  expect(body).toMatchObject({ kind: 'oauth_token', lastFour: 'zOYR', expiresAt });
  expect(JSON.parse(await secretOf('linkedin'))).toEqual({ accessToken: access, refreshToken: refresh });
});

test('what was removed is gone, and nothing is removed twice', async () => {
  await put(acme.owner, 'zoominfo', { kind: 'api_key', key });
  expect((await acme.owner.ask('DELETE', '/v1/integrations/zoominfo')).status).toBe(204);
  expect((await acme.owner.ask('DELETE', '/v1/integrations/zoominfo')).status).toBe(404);
  expect((await kept(acme.owner)).body).toEqual({ items: [] });
});

test.each([
  { provider: 'openai', body: { kind: 'api_key', key: 'short' }, status: 422, because: 'its last four would be a third of it' },
  { provider: 'openai', body: { kind: 'api_key', key: `${key}\n` }, status: 422, because: 'pasted with its line' },
  { provider: 'openai', body: { kind: 'api_key', key: `Bearer ${key}` }, status: 422, because: 'pasted with its scheme' },
  { provider: 'openai', body: { kind: 'api_key', accessToken: access }, status: 422, because: 'one kind with the other’s field' },
  { provider: 'elsewhere', body: { kind: 'api_key', key }, status: 404, because: 'a service that nobody knows' },
])('refused: $because', async ({ provider, body, status }) => {
  const answer = await put(acme.owner, provider, body);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).not.toContain('4yQm7Zr2');
});

test('a token copied to another workspace opens nothing', async () => {
  const other = await api.workspace();
  await put(acme.owner, 'openai', { kind: 'api_key', key });
  const [{ secret }] = (await api.db.inTenant(acme.id, (tx) => tx.rows(`select secret from integrations`))) as [
    { secret: string },
  ];
  expect(() => api.deps.vault.decrypt(secret, { tenantId: other.id, column: 'integrations.secret' })).toThrow('No vault key');
  expect(() => api.deps.vault.decrypt(secret, { tenantId: acme.id, column: 'mailboxes.smtp_secret' })).toThrow('No vault key');
});

test('no answer, no log line and no entry of the audit log has had a secret in it', async () => {
  await put(acme.owner, 'openai', { kind: 'api_key', key });
  await put(acme.owner, 'linkedin', { kind: 'oauth_token', accessToken: access, refreshToken: refresh });
  const answers = [await kept(acme.owner), await acme.officer.get('/v1/audit-log'), await acme.owner.get('/v1/system')];
  const told = JSON.stringify(answers.map(({ body }) => body)) + lines.join('');
  for (const secret of [key, access, refresh]) expect(told).not.toContain(secret.slice(0, -4));
});
