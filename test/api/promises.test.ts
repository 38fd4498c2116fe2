import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  for (let number = 0; number < 5; number += 1) await acme.rep.post('/v1/suppressions', { address: `${number}@x.example` });
  await api.db.inTenant(acme.id, async (tx) => {
    const ids = (await tx.rows<{ id: string }>(`select id from obligations order by id`)).map(({ id }) => id);
    const close = (place: number, state: 'met' | 'late', days: number) =>
      tx.run(
        `update obligations set state = $2, met_at = decorum.now() - $3 * interval '1 day', evidence = '{"waiting": 0}' where id = $1`,
        [ids[place], state, days],
      );
    await close(0, 'met', 2);
    await close(1, 'late', 1);
    await close(2, 'met', 31);
    await tx.run(`update obligations set started_at = '2026-01-01', due_at = '2026-01-15' where id = $1`, [ids[3]]);
  });
});
afterAll(() => api.close());

type Listed = { items: { clause: string; counts: object | null; without: string | null; last: { id: string } | null }[] };
const promisesOf = async (workspace: typeof acme) => ((await workspace.officer.get('/v1/promises')).body as Listed).items;

test('each promise has what is open now, what was met and late in thirty days, and its last evidence', async () => {
  const items = await promisesOf(acme);
  expect(items).toHaveLength(17);
  const optOut = items.find(({ clause }) => clause === 'P11');
  expect(optOut).toMatchObject({
    counts: { open: 2, overdue: 1, met: 1, late: 1 },
    without: null,
    last: { kind: 'suppression.honoured', state: 'late' },
  });
  const { items: late } = (await acme.officer.get('/v1/obligations?state=late')).body as { items: { id: string }[] };
  expect(optOut?.last?.id).toBe(late[0]?.id);
});

test('a promise without a clock has no counts; one whose clocks never ran has none of each', async () => {
  const items = await promisesOf(acme);
  expect(items[0]).toMatchObject({ clause: 'P1', counts: null, without: expect.any(String), last: null });
  expect(items[3]).toMatchObject({ clause: 'P4', counts: null, without: null, last: null });
  expect(items[5]).toMatchObject({ clause: 'P6', counts: { open: 0, overdue: 0, met: 0, late: 0 }, last: null });
});

test('another workspace sees none of it', async () => {
  const items = await promisesOf(await api.workspace());
  expect(items.filter(({ last }) => last !== null)).toEqual([]);
  expect(items[10]).toMatchObject({ clause: 'P11', counts: { open: 0, overdue: 0, met: 0, late: 0 } });
});
