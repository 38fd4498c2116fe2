import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { addList, definition, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let launchId: string;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  const [ann] = await Promise.all([
    made(acme.rep.post('/v1/mailboxes', mailboxBody({ address: 'ann@acme.example', fromName: 'Zoe' }))),
    made(acme.rep.post('/v1/mailboxes', mailboxBody({ address: 'bob@acme.example', fromName: '=Bob' }))),
  ]);
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Clocks', definition: definition() }));
  await made(acme.rep.post('/v1/sequences', { name: 'Bells', definition: definition() }));
  await addList(api, acme.id, acme.rep, ['kim@one.example']);
  launchId = await api.db.inTenant(acme.id, async (tx) => {
    const launchId = await newLaunch(tx, { sequenceId: sequence.id, mailboxId: ann.id, by: acme.rep.userId });
    for (const { firstName, send, ...standing } of [
      { firstName: 'Cid', state: 'finished', because: 'last_step', send: 'sent' },
      { firstName: 'ann', state: 'queued', send: 'planned' },
      { firstName: 'Bea', state: 'blocked', because: 'suppressed', send: null },
    ] as const) {
      const contact = await newContact(tx, api.deps.addressKey, { firstName, lastName: '' });
      const enrolment = await newEnrolment(tx, { launchId, contactId: contact.id, mailboxId: ann.id, ...standing });
      if (send !== null) await newSend(tx, { enrolmentId: enrolment.id, state: send });
    }
    return launchId;
  });
  for (const address of ['x@two.example', 'y@two.example']) await acme.rep.post('/v1/suppressions', { address });
});
afterAll(() => api.close());

interface Listed {
  items: Record<string, unknown>[];
  next: string | null;
}

/** Every row of a list, one a page. */
async function walked(path: string): Promise<Listed['items']> {
  const seen: Listed['items'] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = (await acme.rep.get(`${path}&limit=1${cursor}`)).body as Listed;
    seen.push(...items);
    if (next === null) return seen;
    cursor = `&cursor=${next}`;
  }
}

test.each([
  { sort: 'address', addresses: ['ann', 'bob'] },
  { sort: '-address', addresses: ['bob', 'ann'] },
  { sort: 'name', addresses: ['bob', 'ann'] },
  { sort: '-sent', addresses: ['ann', 'bob'] },
  { sort: 'waiting', addresses: ['bob', 'ann'] },
])('mailboxes come page by page by $sort', async ({ sort, addresses }) => {
  const mailboxes = await walked(`/v1/mailboxes?sort=${sort}`);
  expect(mailboxes.map(({ address }) => address)).toEqual(addresses.map((name) => `${name}@acme.example`));
});

test.each([
  { sort: 'name', names: ['ann', 'Bea', 'Cid'] },
  { sort: '-name', names: ['Cid', 'Bea', 'ann'] },
  { sort: 'state', names: ['Bea', 'Cid', 'ann'] },
  { sort: '-messages', names: ['Cid'] },
  { sort: 'when', names: ['ann'] }, // of the others nothing is to come
])('the people of a launch come page by page by $sort', async ({ sort, names }) => {
  const people = await walked(`/v1/launches/${launchId}/people?sort=${sort}`);
  expect(people).toHaveLength(3);
  expect(people.slice(0, names.length)).toMatchObject(names.map((name) => ({ contact: { name } })));
});

test('opt-outs come in either direction, and each once', async () => {
  const [newest, ...rest] = await walked('/v1/suppressions?sort=-asked');
  const oldestFirst = await walked('/v1/suppressions?sort=asked');
  expect(oldestFirst).toEqual([...rest, newest]);
  expect(await walked('/v1/suppressions?sort=why')).toHaveLength(2);
});

test.each([
  { file: 'launches', query: 'state=running', rows: ['Sequence,Version,State,', 'Clocks,1,running,'] },
  { file: 'lists', query: 'sort=name', rows: ['Name,People,Made from,Made', expect.stringContaining(',1,static,')] },
  { file: 'sequences', query: 'sort=-name', rows: ['Name,Steps,Version,Begun', 'Clocks,', 'Bells,'] },
  {
    file: 'mailboxes',
    query: 'sort=name',
    rows: ['Address,Name,Kind,State,', "bob@acme.example,'=Bob,rep,active,", 'ann@acme.example,Zoe,rep,active,'],
  },
])('$file go to a spreadsheet as they are seen, and nothing in them is a formula', async ({ file, query, rows }) => {
  const { headers, body } = await acme.rep.get(`/v1/${file}/export?${query}`);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="${file}.csv"`);
  const lines = (body as string).replace('\uFEFF', '').trimEnd().split('\n');
  expect(lines).toEqual(rows.map((row) => (typeof row === 'string' ? expect.stringMatching(RegExp(`^${row}`)) : row)));
});

test('the file of mailboxes holds no secret', async () => {
  const { body } = await acme.rep.get('/v1/mailboxes/export');
  expect(body).not.toMatch(/smtp|PRIVATE|password/i);
});
