import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { signWebhook } from '../../../api/webhookSignature.ts';
import { addressHash } from '../../../providers/keyedHash.ts';
import { signLink, signMailLocalPart } from '../../../providers/linkToken.ts';
import { count } from '../builders.ts';
import { tokenIn } from '../letters.ts';
import { type Reply, serve } from '../serve.ts';
import { changed } from './mutations.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Door {
  name: string;
  /** One that opens. */
  token: () => Promise<string>;
  ask: (token: string) => Promise<Reply>;
  /** Whether another spelling is the same token. */
  isSame?: (one: string, other: string) => boolean;
  /** The answer to the right one, and to all others. */
  open: number;
  closed: readonly number[];
}

/** From another address each time, so that what refuses is not the limit. */
function elsewhere(): Record<string, string> {
  return { 'x-forwarded-for': `198.51.${Math.floor(tries / 250)}.${(tries += 1) % 250}` };
}
let tries = 0;

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const doors: Door[] = [
  {
    name: 'a session cookie',
    token: () => cookieOf(acme.rep.email),
    ask: (token) => api.stranger.get('/v1/session', { headers: { cookie: `decorum_session=${token}` } }),
    open: 200,
    closed: [401],
  },
  {
    name: 'the CSRF token beside its cookie',
    token: async () => (await session()).csrf,
    ask: async (csrf) =>
      api.stranger.ask('DELETE', `/v1/sessions/${randomUUID()}`, {
        headers: { cookie: (await session()).cookie, 'x-csrf-token': csrf },
      }),
    open: 404,
    closed: [403],
  },
  {
    name: 'an API token',
    token: async () => {
      const { body } = await acme.owner.post('/v1/tokens', { name: 'script', scopes: ['contacts.read'], days: 30 });
      return (body as { token: string }).token;
    },
    ask: (token) => api.stranger.get('/v1/contacts', { headers: { authorization: `Bearer ${token}`, ...elsewhere() } }),
    open: 200,
    closed: [401],
  },
  {
    name: 'an unsubscribe link',
    token: () => Promise.resolve(unsubscribeToken()),
    ask: (token) => api.stranger.get(`/u/${encodeURIComponent(token)}`),
    open: 200,
    closed: [404],
  },
  {
    name: 'an opt-out by the link',
    token: () => Promise.resolve(unsubscribeToken()),
    ask: (token) => api.stranger.post(`/u/${encodeURIComponent(token)}`, 'List-Unsubscribe=One-Click', form),
    open: 200,
    closed: [404],
  },
  {
    name: 'a calendar link',
    token: async () => {
      const { body } = await acme.officer.get('/v1/obligations/calendar-link');
      return (body as { path: string }).path.split('token=')[1] ?? '';
    },
    ask: (token) => api.stranger.get(`/v1/obligations.ics?token=${encodeURIComponent(token)}`),
    open: 200,
    closed: [400, 401],
  },
  {
    name: 'the link of a sign-up',
    token: async () => {
      await api.stranger.post('/v1/sign-ups', { name: 'Olga', email: 'olga@kites.example', company: 'Kites' });
      return tokenIn(api, 'sign_up', 'olga@kites.example');
    },
    ask: (token) => api.stranger.post('/v1/sign-ups/confirm', { token, password: 'a kite for every hour' }, elsewhere()),
    open: 201,
    closed: [404, 422],
  },
  {
    name: 'an address that mail comes back to',
    token: () => Promise.resolve(signMailLocalPart(api.deps.linkKeys, { kind: 'reply', mailKey: Buffer.alloc(10, 7), step: 1 })),
    ask: handIn,
    open: 204,
    closed: [404, 400],
    isSame: (one, other) => one.toLowerCase() === other.toLowerCase(), // SMTP servers fold it
  },
];

async function handIn(localPart: string): Promise<Reply> {
  const [to, sender, message] = [`${localPart}@in.example`, 'ann@example.com', 'Subject: Re: Hello\r\n\r\nYes.\r\n'];
  const seconds = Math.floor(Date.now() / 1000);
  const signature = signWebhook(api.deps.webhookKey, seconds, [to, sender], Buffer.from(message));
  const path = `/v1/inbound?recipient=${encodeURIComponent(to)}&sender=${encodeURIComponent(sender)}`;
  return api.stranger.post(path, message, { 'content-type': 'message/rfc822', 'decorum-signature': signature });
}

function unsubscribeToken(): string {
  const hash = addressHash(api.deps.addressKey, acme.id, 'ada@example.com');
  const ids = { tenantId: acme.id, enrolmentId: randomUUID(), sequenceId: randomUUID() };
  return signLink(api.deps.linkKeys, { kind: 'unsubscribe', ...ids, addressHash: hash });
}

let known: { cookie: string; csrf: string } | undefined;
async function session(): Promise<{ cookie: string; csrf: string }> {
  known ??= await logIn(acme.officer.email);
  return known;
}
async function logIn(email: string): Promise<{ cookie: string; csrf: string }> {
  const reply = await api.stranger.post('/v1/session', { email, password: 'correct horse battery' });
  const cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { cookie, csrf: (reply.body as { csrf: string }).csrf };
}
const cookieOf = async (email: string) => (await logIn(email)).cookie.split('=')[1] ?? '';

test.each(doors)('$name opens as it was given, and changed in no way', async ({ token, ask, isSame, open, closed }) => {
  const own = await token();
  await fc.assert(
    fc.asyncProperty(changed(own), async (other) => {
      fc.pre(isSame?.(own, other) !== true);
      expect(closed).toContain((await ask(other)).status);
    }),
    { numRuns: 120 },
  );
  expect((await ask(own)).status).toBe(open);
});

test('what looked like an opt-out and was none suppresses nobody', async () => {
  expect(await count(api.db, acme.id, 'suppressions')).toBe(1); // the one of the right link
});
