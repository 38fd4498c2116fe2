import { randomUUID } from 'node:crypto';
import { lettersTo, tokenIn } from './letters.ts';
import { type Reply, password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const chosen = 'seven sour lemons';
const newAddress = () => `olga-${randomUUID()}@kites.example`;
const signUp = (email: string) =>
  api.stranger.post('/v1/sign-ups', {
    name: 'Olga Owner',
    email,
    company: 'Kites Inc.',
    phone: '+1 217 555 0100',
    zipCodes: ['62701'],
    cities: ['Springfield'],
    state: 'IL',
  });
const logIn = (email: string, given: string) => api.stranger.post('/v1/session', { email, password: given });
const headersOf = ({ headers, body }: Reply) => ({
  cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '',
  'x-csrf-token': (body as { csrf: string }).csrf,
});

test('a sign-up is a letter; its link makes the workspace with its territory, and logs the owner in', async () => {
  const email = newAddress();
  expect((await signUp(email)).status).toBe(202);
  expect((await logIn(email, chosen)).status).toBe(401);
  const token = await tokenIn(api, 'sign_up', email);
  expect((await api.stranger.post('/v1/letter-links', { token })).body).toMatchObject({
    kind: 'sign_up',
    email,
    workspace: 'Kites Inc.',
  });
  const confirmed = await api.stranger.post('/v1/sign-ups/confirm', { token, password: chosen });
  expect(confirmed).toMatchObject({
    status: 201,
    body: { user: { email, role: 'owner' }, tenant: { name: 'Kites Inc.', kind: 'real' } },
  });
  const { body } = await api.stranger.get('/v1/tenant', { headers: headersOf(confirmed) });
  expect(body).toMatchObject({ phone: '+1 217 555 0100', zipCodes: ['62701'], cities: ['Springfield'], state: 'IL' });
  expect((await logIn(email, chosen)).status).toBe(201);
  expect((await api.stranger.post('/v1/sign-ups/confirm', { token, password: chosen })).status).toBe(404); // a link is good once
});

test('an address that somebody has already gets the same answer, and a letter that says so', async () => {
  const { status, body } = await signUp(acme.rep.email);
  expect({ status, body }).toEqual({ status: 202, body: { sent: true } });
  expect((await lettersTo(api, acme.rep.email)).map(({ kind }) => kind)).toEqual(['known']);
});

test('a sign-up or an invitation with somebody else’s address is worth nothing once the owner of the address arrives', async () => {
  const email = newAddress();
  await signUp(email); // by the attacker
  await acme.owner.post('/v1/invitations', { email, role: 'rep' });
  await signUp(email); // by the owner of the address, who alone can read the letters
  const token = await tokenIn(api, 'sign_up', email);
  const own = await api.stranger.post('/v1/sign-ups/confirm', { token, password: chosen });
  expect(own.status).toBe(201);
  // The attacker's own letter can make nothing any more, and nothing of the attacker's choice opens the account.
  const [, , first] = await lettersTo(api, email);
  expect((await api.stranger.post('/v1/sign-ups/confirm', { token: first?.token, password: 'attackers own words' })).status).toBe(
    409,
  );
  expect((await logIn(email, 'attackers own words')).status).toBe(401);
});

test.each([
  { given: 'fourteen chars', because: 'it stands alone and has 14 characters' },
  { given: 'x'.repeat(257), because: 'it has more than 256 characters' },
  { given: 'passwordpassword', because: 'it repeats itself' },
  { given: 'Kites-Inc-olga-2026', because: 'it is made of the names of the account' },
])('a password is refused when $because', async ({ given }) => {
  const email = 'olga@kites.example';
  if ((await lettersTo(api, email)).length === 0) await signUp(email);
  const token = await tokenIn(api, 'sign_up', email);
  const { status, body } = await api.stranger.post('/v1/sign-ups/confirm', { token, password: given });
  expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ pointer: '/password' }] } });
});

test('an invitation makes a user of its role in its workspace; one that is taken back does not', async () => {
  const email = newAddress();
  const { body } = await acme.owner.post('/v1/invitations', { email, role: 'officer' });
  const withdrawn = await tokenIn(api, 'invitation', email);
  expect((await acme.owner.delete(`/v1/invitations/${(body as { id: string }).id}`)).status).toBe(204);
  const accept = (token: string) => api.stranger.post('/v1/invitations/accept', { token, name: 'Otto', password: chosen });
  expect((await accept(withdrawn)).status).toBe(404);
  await acme.owner.post('/v1/invitations', { email, role: 'officer' });
  const open = async () =>
    ((await acme.owner.get('/v1/invitations')).body as { items: { email: string }[] }).items.filter((one) => one.email === email);
  expect(await open()).toMatchObject([{ email, role: 'officer', invitedBy: 'owner' }]);
  expect(await accept(await tokenIn(api, 'invitation', email))).toMatchObject({
    status: 201,
    body: { user: { email, role: 'officer', name: 'Otto' }, tenant: { id: acme.id } },
  });
  expect(await open()).toEqual([]);
});

test('an invitation tells nothing about an address of another workspace, and its link moves nobody', async () => {
  const other = await api.workspace();
  expect((await acme.owner.post('/v1/invitations', { email: other.rep.email, role: 'rep' })).status).toBe(201);
  expect((await acme.owner.post('/v1/invitations', { email: acme.rep.email, role: 'rep' })).status).toBe(409);
  const token = await tokenIn(api, 'invitation', other.rep.email);
  const { status } = await api.stranger.post('/v1/invitations/accept', { token, name: 'Rae', password: chosen });
  expect(status).toBe(409);
  expect((await other.rep.get('/v1/session')).status).toBe(200);
});

test('a reset by letter sets the password, ends every session, token and other link, and tells the user', async () => {
  const { rep } = await api.workspace();
  await rep.post('/v1/account/email', { email: newAddress(), password });
  const { body } = await rep.post('/v1/tokens', { name: 'script', scopes: ['contacts.read'], days: 1 });
  const bearer = { authorization: `Bearer ${(body as { token: string }).token}` };
  expect((await api.stranger.get('/v1/contacts', { headers: bearer })).status).toBe(200);
  expect((await api.stranger.post('/v1/password-resets', { email: rep.email })).status).toBe(202);
  const token = await tokenIn(api, 'reset', rep.email);
  expect((await api.stranger.post('/v1/password-resets/confirm', { token, password: chosen })).status).toBe(204);
  expect((await rep.get('/v1/session')).status).toBe(401);
  expect((await api.stranger.get('/v1/contacts', { headers: bearer })).status).toBe(401);
  expect((await logIn(rep.email, password)).status).toBe(401);
  expect((await logIn(rep.email, chosen)).status).toBe(201);
  expect((await lettersTo(api, rep.email))[0]?.kind).toBe('password_changed');
});

test('a reset for nobody answers the same', async () => {
  const { status, body } = await api.stranger.post('/v1/password-resets', { email: newAddress() });
  expect({ status, body }).toEqual({ status: 202, body: { sent: true } });
});

test('a new address counts once its link is followed by the user who asked, and by nobody else', async () => {
  const { rep, officer } = await api.workspace();
  const email = newAddress();
  expect((await rep.post('/v1/account/email', { email, password: 'not the present one' })).status).toBe(401);
  expect((await rep.post('/v1/account/email', { email, password })).status).toBe(202);
  const token = await tokenIn(api, 'new_email', email);
  expect((await officer.post('/v1/account/email/confirm', { token })).status).toBe(404);
  expect((await acme.rep.post('/v1/account/email/confirm', { token })).status).toBe(404);
  const elsewhere = headersOf(await logIn(rep.email, password));
  expect((await rep.post('/v1/account/email/confirm', { token })).status).toBe(204);
  expect((await api.stranger.get('/v1/session', { headers: elsewhere })).status).toBe(401);
  expect((await logIn(rep.email, password)).status).toBe(401);
  expect((await logIn(email, password)).status).toBe(201);
  expect((await lettersTo(api, rep.email))[0]?.kind).toBe('email_changed');
});

test('a new password ends the other sessions and gives this one a new secret', async () => {
  const { rep } = await api.workspace();
  const other = headersOf(await logIn(rep.email, password));
  const own = headersOf(await logIn(rep.email, password));
  const change = (present: string) =>
    api.stranger.ask('PUT', '/v1/account/password', { body: { present, next: chosen }, headers: own });
  expect((await change('guessed')).status).toBe(401);
  const changed = await change(password);
  expect(changed.status).toBe(204);
  expect((await api.stranger.get('/v1/session', { headers: other })).status).toBe(401);
  expect((await api.stranger.get('/v1/session', { headers: own })).status).toBe(401);
  const cookie = changed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect((await api.stranger.get('/v1/session', { headers: { cookie } })).status).toBe(200);
});

test('links that nobody signed, that are over, or that were meant for something else are dead', async () => {
  const email = newAddress();
  await acme.owner.post('/v1/invitations', { email, role: 'rep' });
  const token = await tokenIn(api, 'invitation', email);
  expect((await api.stranger.post('/v1/password-resets/confirm', { token, password: chosen })).status).toBe(404);
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  expect((await api.stranger.post('/v1/letter-links', { token: forged })).status).toBe(404);
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update account_letters set expires_at = clock_timestamp() where address = $1`, [email]),
  );
  expect((await api.stranger.post('/v1/letter-links', { token })).status).toBe(404);
});

test.each(['two\nlines', 'see https://elsewhere.example', 'www.elsewhere.example'])(
  'no letter carries the name %j',
  async (company) => {
    const { status } = await api.stranger.post('/v1/sign-ups', { name: 'Olga', email: newAddress(), company });
    expect(status).toBe(422);
  },
);
