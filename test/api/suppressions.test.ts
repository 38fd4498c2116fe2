import { createHash } from 'node:crypto';
import { addList, count, definition, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

type Listed = {
  items: { kind: string; basis: string; contact: { email: string } | null; domain: string | null }[];
  next: string | null;
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const csv = { 'content-type': 'text/csv' };

test('an address in any spelling is suppressed, and found by any other', async () => {
  const acme = await api.workspace();
  const { body } = await acme.rep.post('/v1/suppressions', { address: ' Zoë@MÜNCHEN.example ' });
  expect(body).toMatchObject({ batchId: expect.any(String), cancelled: { sends: 0, enrolments: 0, tasks: 0 } });
  const check = async (address: string) => (await acme.rep.post('/v1/suppression-checks', { address })).body;
  expect(await check('zoë@xn--mnchen-3ya.example')).toMatchObject({ suppressed: true, by: [{ kind: 'address', basis: 'rep' }] });
  expect(await check('zoe@xn--mnchen-3ya.example')).toEqual({ suppressed: false, by: [] });
  expect((await acme.rep.post('/v1/suppressions', { address: 'zoë@münchen.example' })).body).toMatchObject({ batchId: null });
});

test('a domain covers everybody in it; a sequence only itself', async () => {
  const acme = await api.workspace();
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'S', definition: definition() }));
  await acme.rep.post('/v1/suppressions', { domain: 'Shut.example' });
  await acme.rep.post('/v1/suppressions', { address: 'one@open.example', sequenceId: sequence.id });
  const check = async (address: string) => (await acme.rep.post('/v1/suppression-checks', { address })).body;
  expect(await check('anybody@shut.example')).toMatchObject({ suppressed: true, by: [{ kind: 'domain' }] });
  expect(await check('anybody@sub.shut.example')).toMatchObject({ suppressed: false });
  expect(await check('one@open.example')).toMatchObject({ suppressed: false, by: [{ sequenceId: sequence.id }] });
  expect((await acme.rep.post('/v1/suppressions', { address: 'a@b.example', domain: 'b.example' })).status).toBe(422);
  expect((await acme.rep.post('/v1/suppressions', {})).status).toBe(422);
});

test('the list shows the contact as long as there is one, and pages through all', async () => {
  const acme = await api.workspace();
  const { contactIds } = await addList(api, acme.id, acme.rep, ['here@list.example', 'gone@list.example']);
  for (const address of ['here@list.example', 'gone@list.example', 'never@list.example'])
    await acme.rep.post('/v1/suppressions', { address });
  await api.db.inTenant(acme.id, (tx) => tx.run(`delete from contacts where id = $1`, [contactIds[1]]));
  const seen: Listed['items'] = [];
  for (let path = '/v1/suppressions?limit=2'; ; ) {
    const { items, next } = (await acme.officer.get(path)).body as Listed;
    seen.push(...items);
    if (next === null) break;
    path = `/v1/suppressions?limit=2&cursor=${next}`;
  }
  expect(seen.map(({ contact }) => contact?.email ?? null)).toEqual([null, null, 'here@list.example']); // newest first
  const searched = (await acme.officer.get('/v1/suppressions?search=GONE@list.example')).body as Listed;
  expect(searched.items).toHaveLength(1);
});

test.each([
  {
    name: 'addresses under a heading',
    file: 'Email,Name\na@x.example,A\nB@X.example,B\nnonsense,C\n',
    read: 3,
    subjects: 2,
    rejected: [{ row: 4 }],
  },
  {
    name: 'without a heading, of every kind',
    file: `a@x.example\n@y.example\n${sha256('c@z.example')}\n`,
    read: 3,
    subjects: 3,
    rejected: [],
  },
  {
    name: 'hashes in capitals under a heading, with semicolons',
    file: `name;sha256\nA;${sha256('a@x.example').toUpperCase()}\n`,
    read: 1,
    subjects: 1,
    rejected: [],
  },
  {
    name: 'with a byte-order mark, and the same twice',
    file: '\uFEFFe-mail\na@x.example\nA@x.example\n',
    read: 2,
    subjects: 1,
    rejected: [],
  },
])('a list is imported: $name', async ({ file, read, subjects, rejected }) => {
  const acme = await api.workspace();
  const { status, body } = await acme.rep.post('/v1/suppressions/import', file, csv);
  expect({ status, body }).toMatchObject({ status: 201, body: { read, subjects, rejected, rejectedRows: rejected.length } });
  expect((await acme.rep.post('/v1/suppression-checks', { address: 'a@x.example' })).body).toMatchObject({ suppressed: true });
  expect(await count(api.db, acme.id, 'suppressions')).toBe(subjects);
  expect(await count(api.db, acme.id, 'suppression_batches')).toBe(1);
});

test('an import without a single subject is refused', async () => {
  const acme = await api.workspace();
  expect((await acme.rep.post('/v1/suppressions/import', 'name\nAnn\n', csv)).status).toBe(422);
  expect((await acme.rep.post('/v1/suppressions/import', '{}', { 'content-type': 'application/json' })).status).toBe(415);
});

test('100,000 hashes are one batch and one workflow', async () => {
  const acme = await api.workspace();
  const file = ['sha256', ...Array.from({ length: 100_000 }, (_, n) => sha256(`p${n}@big.example`))].join('\n');
  const { body } = await acme.officer.post('/v1/suppressions/import', file, csv);
  expect(body).toMatchObject({ read: 100_000, subjects: 100_000 });
  expect(await count(api.db, acme.id, `outbox where workflow_type = 'suppression'`)).toBe(1);
  const { batchId } = body as { batchId: string };
  expect((await acme.officer.get(`/v1/suppression-batches/${batchId}`)).body).toMatchObject({
    source: 'import',
    subjects: 100_000,
    doneAt: null,
  });
});

test('what is exported can be imported again, also as hashes only, and a formula stays text', async () => {
  const acme = await api.workspace();
  await addList(api, acme.id, acme.rep, ['=cmd|1@formula.example', 'known@export.example']);
  for (const address of ['=cmd|1@formula.example', 'known@export.example', 'unknown@export.example'])
    await acme.rep.post('/v1/suppressions', { address });
  await acme.rep.post('/v1/suppressions', { domain: 'export.example' });
  const addresses = (await acme.owner.get('/v1/suppressions/export')).body as string;
  expect(addresses).toContain('known@export.example');
  expect(addresses).toContain("'=cmd|1@formula.example");
  const hashes = await acme.officer.get('/v1/suppressions/export?as=hashes');
  expect(hashes.headers.get('content-disposition')).toContain('suppressions.csv');
  expect(hashes.body).not.toContain('@');
  expect(hashes.body).toContain(sha256('known@export.example'));
  expect((await acme.rep.get('/v1/suppressions/export')).status).toBe(403);

  // Into the same workspace after its list was lost, and into another one, which knows only what has a plain hash.
  await api.db.inTenant(acme.id, async (tx) => expect(await tx.row('select count(*) as n from suppressions')).toEqual({ n: 4 }));
  const back = await acme.officer.post('/v1/suppressions/import', hashes.body, csv);
  expect(back.body).toMatchObject({ batchId: null, subjects: 4, rejectedRows: 0 });
  const other = await api.workspace();
  await other.officer.post('/v1/suppressions/import', sha256('known@export.example'), csv);
  expect((await other.rep.post('/v1/suppression-checks', { address: 'known@export.example' })).body).toMatchObject({
    suppressed: true,
  });
});
