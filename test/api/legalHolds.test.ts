import { heldNow } from '../../db/legalHolds.ts';
import { addList, made } from './builders.ts';
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

const reason = 'A letter of the court';
const holds = async (query = '') =>
  (await acme.officer.get(`/v1/legal-holds${query}`)).body as {
    items: { id: string; releasedAt: string | null }[];
    next: string | null;
  };
const place = async (body: object) => (await acme.officer.post('/v1/legal-holds', body)).body as { id: string };

test('an officer places a hold and releases it, each with a reason, and both stay on record', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, [`held@${acme.id.slice(0, 8)}.example`]);
  const { body, status } = await acme.officer.post('/v1/legal-holds', {
    kind: 'matter',
    matter: 'Roe v. Doe',
    reason,
    contactIds,
  });
  expect({ status, body }).toMatchObject({ status: 201, body: { matter: 'Roe v. Doe', reason, contactIds, releasedAt: null } });
  const { id } = body as { id: string };
  const released = await acme.officer.post(`/v1/legal-holds/${id}/release`, { reason: 'Settled' });
  expect(released.body).toMatchObject({ id, releaseReason: 'Settled', releasedBy: acme.officer.userId });
  expect((await acme.officer.post(`/v1/legal-holds/${id}/release`, { reason: 'Again' })).status).toBe(409);
  expect((await holds()).items.map((hold) => hold.id)).toEqual([id]);
});

test.each([
  { body: { kind: 'account' }, status: 422, because: 'no reason' },
  { body: { kind: 'contact', reason, contactIds: [] }, status: 422, because: 'nobody' },
  {
    body: { kind: 'matter', reason, matter: ' ', contactIds: ['00000000-0000-4000-8000-000000000000'] },
    status: 422,
    because: 'no name',
  },
  { body: { kind: 'contact', reason, contactIds: ['00000000-0000-4000-8000-000000000000'] }, status: 404, because: 'a stranger' },
])('a hold is refused: $because', async ({ body, status }) => {
  expect((await acme.officer.post('/v1/legal-holds', body)).status).toBe(status);
});

test('nobody is held who was being erased when the hold was asked for', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, [`goes@${acme.id.slice(0, 8)}.example`]);
  let placing: ReturnType<typeof acme.officer.post> | undefined;
  await api.db.inTenant(acme.id, async (tx) => {
    expect(await heldNow(tx, { contactIds })).toEqual([]);
    await tx.run(`delete from contacts where id = any($1)`, [contactIds]);
    placing = acme.officer.post('/v1/legal-holds', { kind: 'contact', reason, contactIds });
    const waits = () =>
      api.db.lookUp(
        `select from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and not l.granted`,
        [],
      );
    for (const patient = AbortSignal.timeout(20_000); (await waits()).length === 0; ) patient.throwIfAborted();
  });
  expect((await placing)?.status).toBe(404);
});

test('while the whole account is held nothing of it is deleted by hand', async () => {
  const { listId } = await addList(api, acme.id, acme.rep, [`kept@${acme.id.slice(0, 8)}.example`]);
  const company = await made(acme.rep.post('/v1/companies', { name: 'Zephyr Mills' }));
  const importId = await api.db.inTenant(acme.id, async (tx) => {
    const { id } = await tx.row<{ id: string }>(
      `insert into imports (tenant_id, file_name, created_by, state) values (decorum.tenant(), 'x.csv', $1, 'done') returning id`,
      [acme.rep.userId],
    );
    return id;
  });
  const paths = [`/v1/lists/${listId}`, `/v1/companies/${company.id}`, `/v1/imports/${importId}`];
  const deleted = async () => {
    const statuses: number[] = [];
    for (const path of paths) statuses.push((await acme.rep.ask('DELETE', path)).status);
    return statuses;
  };
  const { id } = await place({ kind: 'account', reason });
  expect(await deleted()).toEqual([409, 409, 409]);
  await acme.officer.post(`/v1/legal-holds/${id}/release`, { reason });
  expect(await deleted()).toEqual([204, 204, 204]);
});

test('holds in force come first, and a page goes on where the one before ended', async () => {
  const [first, second, third] = [
    await place({ kind: 'account', reason }),
    await place({ kind: 'account', reason }),
    await place({ kind: 'account', reason }),
  ];
  await acme.officer.post(`/v1/legal-holds/${third.id}/release`, { reason });
  const seen: string[] = [];
  for (let query = '?limit=1'; ; ) {
    const { items, next } = await holds(query);
    seen.push(...items.map(({ id }) => id));
    if (next === null) break;
    query = `?limit=1&cursor=${next}`;
  }
  expect(seen).toEqual([second.id, first.id, third.id]);
});
