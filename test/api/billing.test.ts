import { made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
});
beforeEach(async () => {
  acme = await api.workspace();
});
afterAll(() => api.close());

const charge = {
  number: 'INV-1',
  kind: 'charge',
  customer: 'Acme Inc.',
  occurredOn: '2026-01-31',
  currency: 'USD',
  items: [
    { description: 'Credits', quantity: 100, amountCents: 12_000 },
    { description: 'Seat', quantity: 1, amountCents: 3_001 },
  ],
  taxCents: 990,
  processorId: 'ch_000000000001',
};

test('the operator records what was paid, in whole cents, and everybody with a reason sees until when it is kept', async () => {
  const { id } = await made(acme.operator.post('/v1/billing/transactions', charge));
  const kept = { id, ...charge, netCents: 15_001, totalCents: 15_991, keepUntil: '2033-02-01T12:00:00.000Z' };
  expect((await acme.officer.get('/v1/billing/transactions')).body).toMatchObject({ items: [kept], next: null });
  const [open] = await api.db.inTenant(acme.id, (tx) =>
    tx.rows(`select clause, state, subject_id as id, due_at as due, workflow_id as "workflowId" from obligations`),
  );
  expect(open).toEqual({
    clause: 'P7',
    state: 'open',
    id,
    due: new Date('2033-03-03T12:00:00Z'),
    workflowId: `billing/${acme.id}`,
  });
  expect((await acme.rep.get('/v1/billing/transactions')).status).toBe(403);
});

test('a page follows the other, newest first', async () => {
  for (const n of [1, 2, 3]) {
    const other = { ...charge, number: `INV-${n}`, occurredOn: `2026-01-0${n}`, processorId: `ch_00000000000${n}` };
    await made(acme.owner.post('/v1/billing/transactions', other));
  }
  type Listed = { items: { number: string }[]; next: string };
  const first = (await acme.owner.get('/v1/billing/transactions?limit=2')).body as Listed;
  const second = (await acme.owner.get(`/v1/billing/transactions?limit=2&cursor=${first.next}`)).body as Listed;
  expect([...first.items, ...second.items].map(({ number }) => number)).toEqual(['INV-3', 'INV-2', 'INV-1']);
});

test('the same is recorded once', async () => {
  await made(acme.owner.post('/v1/billing/transactions', charge));
  expect((await acme.owner.post('/v1/billing/transactions', { ...charge, processorId: 'ch_000000000002' })).status).toBe(409);
  expect((await acme.owner.post('/v1/billing/transactions', { ...charge, number: 'INV-2' })).status).toBe(409);
});

test.each([
  { change: { processorId: '4111111111111111' }, because: 'a card is no name of a transaction' },
  { change: { customer: 'Acme 4111 1111 1111 1111' }, because: 'nor part of a name' },
  { change: { items: [{ description: 'card 4111111111111111', quantity: 1, amountCents: 1 }] }, because: 'nor of an item' },
  { change: { taxCents: 1.5 }, because: 'half a cent' },
  { change: { occurredOn: '2999-01-01' }, because: 'not yet' },
  { change: { occurredOn: '2026-02-30' }, because: 'no day' },
  { change: { items: [] }, because: 'for nothing' },
])('is refused: $because', async ({ change }) => {
  expect((await acme.owner.post('/v1/billing/transactions', { ...charge, ...change })).status).toBe(422);
});
