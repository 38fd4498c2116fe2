import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { definition, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  for (const company of [
    { name: 'North', domain: 'north.example', industry: 'Shoes' },
    { name: '=East()', industry: 'Bread' },
    { name: 'south', domain: 'south.example', industry: 'Clocks' },
  ]) {
    await made(acme.rep.post('/v1/companies', company));
  }
});
afterAll(() => api.close());

type Listed<Item> = { items: Item[]; next: string | null };

/** Every row of a list, one a page. */
async function walked<Item>(path: string): Promise<Item[]> {
  const seen: Item[] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = (await acme.rep.get(`${path}${path.includes('?') ? '&' : '?'}limit=1${cursor}`)).body as Listed<Item>;
    seen.push(...items);
    if (next === null) return seen;
    cursor = `&cursor=${next}`;
  }
}

test.each([
  { sort: 'name', names: ['=East()', 'North', 'south'] },
  { sort: '-name', names: ['south', 'North', '=East()'] },
  { sort: 'industry', names: ['=East()', 'south', 'North'] },
  { sort: '-added', names: ['south', '=East()', 'North'] },
])('companies come page by page by $sort', async ({ sort, names }) => {
  expect((await walked<{ name: string }>(`/v1/companies?sort=${sort}`)).map(({ name }) => name)).toEqual(names);
});

test('an order that the list does not know is refused, and so is the cursor of another order', async () => {
  expect((await acme.rep.get('/v1/companies?sort=people')).body).toMatchObject({
    type: '/problems#malformed-request',
    errors: [{ parameter: 'sort' }],
  });
  const { next } = (await acme.rep.get('/v1/companies?sort=name&limit=1')).body as Listed<object>;
  expect((await acme.rep.get(`/v1/companies?sort=added&cursor=${next}`)).body).toMatchObject({
    type: '/problems#malformed-request',
  });
});

test('what is seen goes to a spreadsheet, and nothing in it is a formula', async () => {
  const file = await acme.rep.get('/v1/companies/export?search=ea&sort=-name');
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="companies.csv"');
  expect((file.body as string).replace('\uFEFF', '')).toBe("Company name,Domain,Industry,People,About\n'=East(),,Bread,0,\n");
});

test("a company's touches are its people's, newest first", async () => {
  const company = await made(acme.rep.post('/v1/companies', { name: 'West', domain: 'west.example' }));
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Clocks', definition: definition() }));
  await api.db.inTenant(acme.id, async (tx) => {
    const launchId = await newLaunch(tx, { sequenceId: sequence.id, mailboxId: mailbox.id, by: acme.rep.userId });
    for (const [firstName, companyId] of [
      ['Kim', company.id],
      ['Else', null],
    ] as const) {
      const { id: contactId } = await newContact(tx, api.deps.addressKey, { firstName });
      await tx.run(`update contacts set company_id = $2, last_name = '' where id = $1`, [contactId, companyId]);
      const { id: enrolmentId } = await newEnrolment(tx, { launchId, contactId, mailboxId: mailbox.id });
      const sendId = await newSend(tx, { enrolmentId });
      await tx.run(`update sends set sent_at = decorum.now() - interval '2 days' where id = $1`, [sendId]);
      await tx.run(
        `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, due_at, step, state, outcome, done_at)
         values (decorum.tenant(), 'call', $1, $2, $3, decorum.now(), 1, 'done', 'connected', decorum.now())`,
        [acme.rep.userId, contactId, enrolmentId],
      );
    }
  });
  const touches = await walked<object>(`/v1/companies/${company.id}/touches`);
  expect(touches).toMatchObject([
    { kind: 'task', what: 'call connected', step: 1, contactName: 'Kim' },
    { kind: 'message', what: 'sent', step: 0, contactName: 'Kim' },
  ]);
});
