import { generateKeyPairSync } from 'node:crypto';
import { mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

const smtp = { host: '127.0.0.1', port: 25, security: 'none' };

test("a rep's mailbox gets the defaults, and its secrets are kept encrypted and never shown", async () => {
  const acme = await api.workspace();
  const { status, body } = await acme.rep.post('/v1/mailboxes', mailboxBody({ address: 'Ann@ACME.example' }));
  expect({ status, body }).toMatchObject({
    status: 201,
    body: {
      address: 'ann@acme.example',
      ownerId: acme.rep.userId,
      cap: 40,
      rampStart: 5,
      rampStep: 2,
      gapSeconds: 90,
      jitterSeconds: 180,
      lanes: 1,
      smtp: { user: 'ann', passwordSet: true },
      dkim: { keySet: true, record: expect.stringMatching(/^v=DKIM1; k=rsa; p=MII/) },
    },
  });
  expect(JSON.stringify(body)).not.toMatch(/smtp password of ann|PRIVATE KEY|Secret/);
  const row = await api.db.inTenant(acme.id, (tx) =>
    tx.row<{ smtp: string; dkim: string }>(`select smtp_secret as smtp, dkim_secret as dkim from mailboxes`),
  );
  expect(row.smtp + row.dkim).not.toMatch(/password|PRIVATE/);
  const opened = api.deps.vault.decrypt(row.smtp, { tenantId: acme.id, column: 'mailboxes.smtp_secret' });
  expect(opened.toString()).toBe('smtp password of ann');
  expect(() => api.deps.vault.decrypt(row.smtp, { tenantId: acme.id, column: 'mailboxes.dkim_secret' })).toThrow();
});

const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
test.each([
  { change: { cap: 101 }, pointer: '/cap', because: '100 is the hard top' },
  { change: { cap: null }, pointer: '/cap', because: 'only a relay is without a cap' },
  { change: { lanes: 2 }, pointer: '', because: 'lanes are for relays' },
  {
    change: { dkim: { domain: 'other.example', selector: 's', privateKey: mailboxBody().dkim.privateKey } },
    pointer: '/dkim/domain',
    because: 'the signature is of another domain',
  },
  {
    change: { dkim: { domain: 'acme.example', selector: 's', privateKey: 'no key' } },
    pointer: '/dkim/privateKey',
    because: 'that is no key',
  },
  {
    change: { dkim: { domain: 'acme.example', selector: 's', privateKey: weak } },
    pointer: '/dkim/privateKey',
    because: 'receivers expect 2048 bits',
  },
  { change: { smtp: { ...smtp, user: 'ann' } }, pointer: '/smtp/password', because: 'a user needs a password' },
  { change: { address: 'nobody' }, pointer: '/address', because: 'that is no address' },
  { change: { ownerId: '00000000-0000-4000-8000-000000000000' }, pointer: '/ownerId', because: 'nobody has this id' },
])('a mailbox is refused: $because', async ({ change, pointer }) => {
  const acme = await api.workspace();
  const { status, body } = await acme.owner.post('/v1/mailboxes', mailboxBody(change));
  expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
});

test('a relay is for operators and owners, with limits of its own', async () => {
  const acme = await api.workspace();
  const relay = mailboxBody({ kind: 'relay', smtp, cap: 50_000, lanes: 4, connections: 20 });
  expect((await acme.rep.post('/v1/mailboxes', relay)).body).toMatchObject({ type: '/problems#forbidden' });
  expect((await acme.operator.post('/v1/mailboxes', relay)).body).toMatchObject({
    cap: 50_000,
    rampStart: null,
    gapSeconds: 0,
    lanes: 4,
    connections: 20,
  });
  expect((await acme.owner.post('/v1/mailboxes', relay)).body).toMatchObject({ type: '/problems#already-exists' });
});

test('a change keeps the secrets that it does not name, and takes the ones that it does', async () => {
  const acme = await api.workspace();
  const { id } = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const secrets = () =>
    api.db.inTenant(acme.id, (tx) =>
      tx.row<{ smtp: string; dkim: string }>(`select smtp_secret as smtp, dkim_secret as dkim from mailboxes`),
    );
  const before = await secrets();
  expect((await acme.rep.patch(`/v1/mailboxes/${id}`, { cap: 10, smtp: { ...smtp, user: 'other' } })).body).toMatchObject({
    cap: 10,
    smtp: { user: 'other', passwordSet: true },
  });
  expect(await secrets()).toEqual(before);
  await acme.rep.patch(`/v1/mailboxes/${id}`, { smtp: { ...smtp, user: 'other', password: 'another one' } });
  expect((await secrets()).smtp).not.toBe(before.smtp);
  expect((await acme.rep.patch(`/v1/mailboxes/${id}`, { smtp })).body).toMatchObject({
    smtp: { user: null, passwordSet: false },
  });
  expect((await acme.rep.patch(`/v1/mailboxes/${id}`, { cap: 101 })).status).toBe(422);
});

test('a pause stops the mailbox up to the wire, and a resume wakes it', async () => {
  const acme = await api.workspace();
  const { id } = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const stops = () =>
    api.db.inTenant(acme.id, (tx) => tx.rows(`select kind, because from sending_stops where scope_id = $1`, [id]));
  expect((await acme.rep.post(`/v1/mailboxes/${id}/pause`)).status).toBe(204);
  expect((await acme.rep.get(`/v1/mailboxes/${id}`)).body).toMatchObject({ state: 'paused', pausedBecause: 'by_hand' });
  expect(await stops()).toEqual([{ kind: 'pause', because: 'by_hand' }]);
  expect((await acme.rep.post(`/v1/mailboxes/${id}/resume`)).status).toBe(204);
  expect((await acme.rep.get(`/v1/mailboxes/${id}`)).body).toMatchObject({ state: 'active', pausedBecause: null });
  expect(await stops()).toEqual([]);
});

test("a mail server inside the operator's network is refused, when it is added and when it is changed", async () => {
  const acme = await api.workspace();
  const refused = {
    status: 422,
    body: { errors: [{ pointer: '/smtp/host', message: expect.stringContaining('OUTBOUND_ALLOWED') }] },
  };
  for (const host of ['10.0.0.1', '169.254.169.254', '0xa000001', '[::1]', '::ffff:192.168.1.1'])
    expect(await acme.rep.post('/v1/mailboxes', mailboxBody({ smtp: { ...smtp, host } }))).toMatchObject(refused);
  const { id } = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  expect(await acme.rep.patch(`/v1/mailboxes/${id}`, { smtp: { ...smtp, host: '10.0.0.1' } })).toMatchObject(refused);
});
