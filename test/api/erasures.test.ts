import { countAggregates } from '../../db/erasure/aggregates.ts';
import { newUser } from '../builders/tenant.ts';
import { addList } from './builders.ts';
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

test('an officer asks once for a person to be erased: the record has the date, and the workflow is wanted', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, [`gone@${acme.id.slice(0, 8)}.example`]);
  const path = `/v1/contacts/${contactIds[0]}/erasure`;
  const { status, body } = await acme.officer.post(path, { because: 'asked' });
  expect({ status, body }).toMatchObject({
    status: 202,
    body: { kind: 'contact', personId: contactIds[0], because: 'asked', state: 'asked', erasedAt: null },
  });
  expect((await acme.officer.post(path, { because: 'child' })).body).toEqual(body);
  const { id } = body as { id: string };
  expect((await acme.officer.get(`/v1/erasures/${id}`)).body).toEqual(body);
  expect((await acme.officer.get('/v1/erasures')).body).toMatchObject({ items: [{ id }], next: null });
  const wanted = await api.db.inTenant(acme.id, (tx) =>
    tx.rows(`select workflow_id from outbox where workflow_type = 'personErasure'`),
  );
  expect(wanted).toEqual([{ workflow_id: `erasure/${acme.id}/${id}` }]);
});

test('only an owner has a user erased, and not the last owner', async () => {
  const path = `/v1/users/${acme.rep.userId}/erasure`;
  expect((await acme.officer.post(path, {})).status).toBe(403);
  expect((await acme.owner.post(path, {})).body).toMatchObject({ kind: 'user', because: 'by_hand' });
  expect((await acme.owner.post(`/v1/users/${acme.owner.userId}/erasure`, {})).status).toBe(409);
});

test('an owner who is to be erased is none that stays', async () => {
  const { id } = await api.db.inTenant(acme.id, (tx) => newUser(tx, { role: 'owner' }));
  expect((await acme.owner.post(`/v1/users/${id}/erasure`, {})).status).toBe(202);
  expect((await acme.owner.post(`/v1/users/${acme.owner.userId}/erasure`, {})).status).toBe(409);
});

test('who is held is not deleted by the short way either', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, [`held@${acme.id.slice(0, 8)}.example`]);
  await acme.officer.post('/v1/legal-holds', { kind: 'contact', reason: 'A suit', contactIds });
  expect((await acme.officer.ask('DELETE', `/v1/contacts/${contactIds[0]}`)).status).toBe(409);
});

test('the inventory says of every kind of data whose it is and what becomes of it', async () => {
  const { items } = (await acme.officer.get('/v1/data-map')).body as {
    items: { policy: string; erasure: string; because: string; places: string[] }[];
  };
  expect(new Set(items.map(({ policy }) => policy)).size).toBe(7);
  expect(items.find(({ places }) => places.includes('contacts.email'))).toMatchObject({
    policy: 'identifiers',
    erasure: 'delete',
  });
  for (const { erasure, because } of items) expect(because !== '').toBe(erasure === 'keep');
});

test('counts of fewer than ten people do not stay', async () => {
  const people = (count: number, state: string) =>
    api.db.inTenant(acme.id, (tx) =>
      tx.run(
        `insert into contacts (tenant_id, phone, state) select decorum.tenant(), '+1212555' || n || $2, $2 from generate_series(1, $1::int) as n`,
        [count, state],
      ),
    );
  await people(12, 'NY');
  await people(11, 'CA');
  await people(3, 'TX');
  await api.db.inTenant(acme.id, (tx) => countAggregates(tx));
  const { items } = (await acme.officer.get('/v1/aggregates')).body as {
    items: { measure: string; cell: string | null; people: number }[];
  };
  const byState = items
    .filter(({ measure }) => measure === 'people by state')
    .map(({ cell, people: count }) => ({ cell, people: count }));
  expect(byState).toEqual([
    { cell: null, people: 26 },
    { cell: 'NY', people: 12 },
  ]);
});
