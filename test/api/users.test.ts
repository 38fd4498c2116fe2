import { password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const newcomer = {
  email: 'New.Comer@acme.example',
  name: 'New',
  role: 'rep',
  zone: 'America/Denver',
  password: 'a long first password',
};

test('an owner adds a user, who can sign in', async () => {
  const { status, body } = await acme.owner.post('/v1/users', newcomer);
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { email: 'new.comer@acme.example', role: 'rep', zone: 'America/Denver' },
  });
  expect(JSON.stringify(body)).not.toContain('password');
  expect((await api.stranger.post('/v1/session', { email: newcomer.email, password: newcomer.password })).status).toBe(201);
});

test.each([
  { change: { email: 'NEW.comer@acme.example' }, status: 409, because: 'the address is a log-in name already' },
  { change: { email: 'x@acme.example', password: 'short' }, status: 422, because: 'the password is too short' },
  { change: { email: 'x@acme.example', zone: 'Mars/Olympus' }, status: 422, because: 'there is no such time zone' },
  { change: { email: 'x@acme.example', role: 'emperor' }, status: 422, because: 'there is no such role' },
])('no user is added: $because', async ({ change, status }) => {
  expect((await acme.owner.post('/v1/users', { ...newcomer, ...change })).status).toBe(status);
});

test('a log-in name of another workspace is taken, too, and nothing is told about it', async () => {
  const other = await api.workspace();
  const { status, body } = await acme.owner.post('/v1/users', { ...newcomer, email: other.rep.email });
  expect(status).toBe(409);
  expect(JSON.stringify(body)).not.toContain(other.id);
});

test('one changes what is one’s own, and a new password needs the present one', async () => {
  const mine = await api.workspace();
  expect((await mine.rep.patch('/v1/profile', { signature: 'Ann, Acme', zone: 'Europe/Berlin' })).body).toMatchObject({
    signature: 'Ann, Acme',
    zone: 'Europe/Berlin',
    role: 'rep',
  });
  expect((await mine.rep.patch('/v1/profile', { role: 'owner' })).status).toBe(422);
  expect((await mine.rep.patch('/v1/profile', { password: { present: 'guessed', next: 'another long password' } })).status).toBe(
    401,
  );
  expect((await mine.rep.patch('/v1/profile', { password: { present: password, next: 'another long password' } })).status).toBe(
    200,
  );
  expect((await mine.rep.get('/v1/session')).status).toBe(200); // this session goes on, others would have ended
  expect((await api.stranger.post('/v1/session', { email: mine.rep.email, password })).status).toBe(401);
  expect((await api.stranger.post('/v1/session', { email: mine.rep.email, password: 'another long password' })).status).toBe(201);
});

test('settings that are not named stay', async () => {
  const before = (await acme.owner.get('/v1/tenant')).body as object;
  const { body } = await acme.owner.patch('/v1/tenant', { sendingDomain: 'Mail.ACME.example', adLabel: 'Advertisement' });
  expect(body).toEqual({ ...before, sendingDomain: 'mail.acme.example', adLabel: 'Advertisement', legalNow: expect.any(String) });
  expect((await acme.owner.patch('/v1/tenant', { adLabel: null })).body).toMatchObject({
    adLabel: null,
    sendingDomain: 'mail.acme.example',
  });
  expect((await acme.owner.patch('/v1/tenant', { kind: 'demo' })).status).toBe(422);
});
