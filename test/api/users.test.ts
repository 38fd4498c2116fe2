import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

test.each([
  { body: { email: 'no address', role: 'rep' }, because: 'it goes nowhere' },
  { body: { email: 'x@acme.example', role: 'emperor' }, because: 'there is no such role' },
])('no invitation leaves: $because', async ({ body }) => {
  expect((await acme.owner.post('/v1/invitations', body)).status).toBe(422);
});

test('one changes what is one’s own', async () => {
  const mine = await api.workspace();
  expect((await mine.rep.patch('/v1/profile', { signature: 'Ann, Acme', zone: 'Europe/Berlin' })).body).toMatchObject({
    signature: 'Ann, Acme',
    zone: 'Europe/Berlin',
    role: 'rep',
  });
  for (const body of [{ role: 'owner' }, { zone: 'Mars/Olympus' }, { password: 'another long password' }])
    expect((await mine.rep.patch('/v1/profile', body)).status).toBe(422);
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
