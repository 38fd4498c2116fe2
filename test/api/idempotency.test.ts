import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const sequence = (name: string) => ({
  name,
  definition: { steps: [{ id: 'one', kind: 'email', after: { hours: 0 }, subject: 'Hello', text: 'Words.' }] },
});
const key = (value: string) => ({ 'idempotency-key': value });
async function named(name: string): Promise<number> {
  const { body } = await acme.rep.get(`/v1/sequences?search=${name}`);
  return (body as { items: unknown[] }).items.length;
}

test('the same key with the same body is done once and answered alike', async () => {
  const first = await acme.rep.post('/v1/sequences', sequence('once'), key('a'));
  const second = await acme.rep.post('/v1/sequences', sequence('once'), key('a'));
  expect(second).toMatchObject({ status: 201, body: first.body as object });
  expect(await named('once')).toBe(1);
});

test('the same key with another body is refused', async () => {
  await acme.rep.post('/v1/sequences', sequence('kept'), key('b'));
  const { status, body } = await acme.rep.post('/v1/sequences', sequence('other'), key('b'));
  expect({ status, body }).toMatchObject({ status: 422, body: { type: '/problems#idempotency-key-reused' } });
  expect(await named('other')).toBe(0);
});

test('the same key at another address is another request', async () => {
  await acme.rep.post('/v1/sequences', sequence('here'), key('c'));
  expect((await acme.rep.post('/v1/content-checks', sequence('here'), key('c'))).status).toBe(422);
});

test('of ten at once one is done; the others are told to wait, or get its answer', async () => {
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => acme.rep.post('/v1/sequences', sequence('crowd'), key('d'))),
  );
  const ids = new Set(replies.filter(({ status }) => status === 201).map(({ body }) => (body as { id: string }).id));
  expect(ids.size).toBe(1);
  for (const { status } of replies) expect([201, 409]).toContain(status);
  expect(await named('crowd')).toBe(1);
});

test('a refused request frees its key', async () => {
  const wrong = { ...sequence('free'), name: '' };
  expect((await acme.rep.post('/v1/sequences', wrong, key('e'))).status).toBe(422);
  expect((await acme.rep.post('/v1/sequences', sequence('free'), key('e'))).status).toBe(201);
  const taken = await acme.rep.post('/v1/suppressions', { address: 'a@b.example', sequenceId: acme.id }, key('f'));
  expect(taken.status).toBe(404);
  expect((await acme.rep.post('/v1/suppressions', { address: 'a@b.example' }, key('f'))).status).toBe(201);
});

test('a key whose request died may be used again after a while, and not before', async () => {
  await acme.rep.post('/v1/sequences', sequence('died'), key('g'));
  const since = (seconds: number) =>
    api.db.inTenant(acme.id, (tx) =>
      tx.run(
        `update idempotency_keys set status = null, reply = null, created_at = clock_timestamp() - make_interval(secs => $1) where key = 'g'`,
        [seconds],
      ),
    );
  await since(10);
  expect((await acme.rep.post('/v1/sequences', sequence('died'), key('g'))).status).toBe(409);
  await since(600);
  expect((await acme.rep.post('/v1/sequences', sequence('died'), key('g'))).status).toBe(201);
});

test("another user's key is another key", async () => {
  await acme.rep.post('/v1/sequences', sequence('mine'), key('h'));
  expect((await acme.owner.post('/v1/sequences', sequence('yours'), key('h'))).status).toBe(201);
});
