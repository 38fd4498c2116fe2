import { runImport } from '../../activities/imports/runImport.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, serve } from '../api/serve.ts';
import { made } from '../api/builders.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let rep: Client;
beforeAll(async () => {
  api = await serve();
});
beforeEach(async () => {
  acme = await api.workspace();
  rep = acme.rep;
});
afterAll(() => api.close());

type Listed = { items: { id: string; email: string | null; firstName: string }[]; next: string | null };
const people = async (query = '') => ((await rep.get(`/v1/contacts${query}`)).body as Listed).items;
const ann = {
  email: ' Ann@Example.com',
  firstName: 'Ann',
  lastName: 'Lee',
  companyName: 'Example Inc.',
  state: 'Texas',
  tags: ['fair'],
};

describe('contacts', () => {
  test('are added, read, changed and deleted', async () => {
    const { id } = await made(rep.post('/v1/contacts', ann));
    expect((await rep.get(`/v1/contacts/${id}`)).body).toMatchObject({
      email: 'Ann@Example.com',
      tags: ['fair'],
      suppressed: false,
    });
    const changed = await rep.patch(`/v1/contacts/${id}`, { title: 'CTO', tags: ['fair', 'hot', 'hot'] });
    expect(changed.body).toMatchObject({ title: 'CTO', tags: ['fair', 'hot'], firstName: 'Ann' });
    expect((await rep.delete(`/v1/contacts/${id}`)).status).toBe(204);
    expect((await rep.get(`/v1/contacts/${id}`)).status).toBe(404);
  });

  test.each([
    { body: {}, because: 'nobody' },
    { body: { email: 'a@b' }, because: 'no address' },
    { body: { email: 'a@example.com', title: 'SSN 219-09-9999' }, because: 'never collected' },
    { body: { phone: '4111 1111 1111 1111' }, because: 'a card is no phone' },
    { body: { email: 'a@example.com', extra: { card: '4111111111111111' } }, because: 'never collected in a further column' },
    { body: { email: 'a@example.com', ownerId: '00000000-0000-4000-8000-000000000000' }, because: 'no such owner' },
  ])('are refused: $because', async ({ body }) => {
    expect((await rep.post('/v1/contacts', body)).status).toBe(422);
    expect(await people()).toEqual([]);
  });

  test('are one person by canonical address', async () => {
    const { id } = await made(rep.post('/v1/contacts', ann));
    const again = await rep.post('/v1/contacts', { email: 'ANN@example.com' });
    expect(again).toMatchObject({ status: 409, body: { type: '/problems#already-exists', detail: expect.stringContaining(id) } });
    const bob = await made(rep.post('/v1/contacts', { email: 'bob@example.com' }));
    expect((await rep.patch(`/v1/contacts/${bob.id}`, { email: 'ann@EXAMPLE.com' })).status).toBe(409);
  });

  test('who was deleted comes back only knowingly', async () => {
    const { id } = await made(rep.post('/v1/contacts', ann));
    await rep.delete(`/v1/contacts/${id}`);
    expect((await rep.post('/v1/contacts', ann)).status).toBe(409);
    await made(rep.post('/v1/contacts', { ...ann, evenIfDeleted: true }));
  });

  test.each([
    { query: '?search=lee+example', found: ['Ann'], because: 'words of name and company' },
    { query: '?search=ann@EXAMPLE.com', found: ['Ann'], because: 'an address in any spelling' },
    { query: '?search=nobody', found: [], because: 'no such word' },
    { query: '?tag=fair', found: ['Ann'], because: 'a tag' },
    { query: '?state=texas', found: ['Ann', 'Cy'], because: 'a state by its name' },
    { query: '?state=CA', found: ['Bob'], because: 'a state by its code' },
  ])('$query: $because', async ({ query, found }) => {
    await made(rep.post('/v1/contacts', ann));
    await made(rep.post('/v1/contacts', { email: 'bob@example.org', firstName: 'Bob', lastName: 'Moss', state: 'CA' }));
    await made(rep.post('/v1/contacts', { phone: '512 555 0101', firstName: 'Cy', lastName: 'Nash', state: 'TX' }));
    expect((await people(query)).map(({ firstName }) => firstName)).toEqual(found);
    expect((await rep.get(`/v1/contacts/count${query}`)).body).toEqual({ people: found.length });
  });

  test('come page by page, each once', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await made(rep.post('/v1/contacts', { email: `p${n}@example.com`, lastName: n < 4 ? 'Same' : 'Other' }));
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { items, next } = (await rep.get(`/v1/contacts?limit=2${cursor}`)).body as Listed;
      seen.push(...items.map(({ email }) => email ?? ''));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5].map((n) => `p${n}@example.com`));
  });

  test('go out as CSV that comes in again, and that no spreadsheet runs', async () => {
    await made(rep.post('/v1/contacts', { ...ann, title: '=HYPERLINK("http://evil.example")' }));
    const csv = (await rep.get('/v1/contacts/export')).body as string;
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    const other = await api.workspace();
    const upload = await other.rep.post('/v1/imports?fileName=contacts.csv', Buffer.from(csv), { 'content-type': 'text/csv' });
    expect(upload.body).toMatchObject({
      state: 'mapping',
      columns: expect.arrayContaining([expect.objectContaining({ field: 'email' })]),
    });
  });
});

describe('companies', () => {
  test('are one by domain, else by name', async () => {
    const { id } = await made(rep.post('/v1/companies', { name: 'Example Inc.', domain: 'Example.com' }));
    expect((await rep.post('/v1/companies', { name: 'Other', domain: 'example.com' })).status).toBe(409);
    await made(rep.post('/v1/companies', { name: 'Example Inc.' }));
    expect((await rep.post('/v1/companies', { name: 'EXAMPLE INC.' })).status).toBe(409);
    expect((await rep.patch(`/v1/companies/${id}`, { domain: null })).status).toBe(409);
    const person = await made(rep.post('/v1/contacts', { ...ann, companyId: id }));
    expect((await rep.get(`/v1/companies/${id}`)).body).toMatchObject({ people: 1, domain: 'example.com' });
    expect((await acme.owner.delete(`/v1/companies/${id}`)).status).toBe(204);
    expect((await rep.get(`/v1/contacts/${person.id}`)).body).toMatchObject({ companyId: null, companyName: 'Example Inc.' });
    expect((await rep.get('/v1/companies?search=example')).body).toMatchObject({
      items: [{ name: 'Example Inc.', domain: null }],
    });
  });
});

describe('lists', () => {
  test('are made by hand or of a filter, and know their people', async () => {
    const one = await made(rep.post('/v1/contacts', ann));
    const other = await made(rep.post('/v1/contacts', { email: 'bob@example.com' }));
    const hand = await made(rep.post('/v1/lists', { name: 'By hand' }));
    const fair = await made(rep.post('/v1/lists', { name: 'Fair', filter: { tag: 'fair' } }));
    expect((await rep.post('/v1/lists', { name: 'FAIR' })).status).toBe(409);
    expect((await rep.get(`/v1/lists/${fair.id}`)).body).toMatchObject({ source: 'filter', people: 1, filter: { tag: 'fair' } });
    const added = await rep.post(`/v1/lists/${hand.id}/members`, { contactIds: [one.id, other.id] });
    expect(added.body).toMatchObject({ changed: 2, list: { people: 2, source: 'static' } });
    await rep.post(`/v1/lists/${hand.id}/members/remove`, { contactIds: [one.id] });
    expect((await people(`?listId=${hand.id}`)).map(({ id }) => id)).toEqual([other.id]);
    expect((await rep.delete(`/v1/lists/${fair.id}`)).status).toBe(204);
    expect(await people()).toHaveLength(2);
  });
});

describe('imports', () => {
  const csv = { 'content-type': 'text/csv' };
  const runAll = async (id: string) => {
    const run = { db: api.db, addressKey: api.deps.addressKey, onProgress: () => {}, isOver: () => false };
    while (await runImport(run, acme.id, id));
  };

  test('are uploaded, mapped, started and told of', async () => {
    const file = await readFile(join(__dirname, '../data/contacts-hubspot.csv'));
    const { id } = await made(rep.post('/v1/imports?fileName=contacts-hubspot.csv', file, csv));
    const proposal = (await rep.get(`/v1/imports/${id}`)).body as { columns: { field: string; sample: string[] }[] };
    expect(proposal).toMatchObject({ state: 'mapping', encoding: 'utf-8', delimiter: ',', bytes: file.length });
    expect(proposal.columns.map(({ field }) => field)).toEqual(
      'firstName lastName email phone title companyName industry companyAbout city state postalCode extra'.split(' '),
    );
    expect(JSON.stringify(proposal)).not.toContain('123-45-6789'); // stands in the second row
    const startBody = { newList: 'Fair', tags: ['fair'], ownerId: rep.userId, mapping: { 11: 'ignore' } };
    expect((await rep.post(`/v1/imports/${id}/start`, startBody)).status).toBe(202);
    expect((await rep.post(`/v1/imports/${id}/start`, {})).status).toBe(409);
    await runAll(id);
    expect((await rep.get(`/v1/imports/${id}`)).body).toMatchObject({
      state: 'done',
      rowsRead: 2000,
      accepted: 1757,
      duplicate: 76,
    });
    expect((await rep.get('/v1/lists')).body).toMatchObject({ items: [{ name: 'Fair', source: 'import', people: 1757 }] });
    const [person] = await people('?limit=1&tag=fair');
    expect(person).toMatchObject({ ownerId: rep.userId, extra: {} });

    const errors = (await rep.get(`/v1/imports/${id}/errors.csv`)).body as string;
    expect(errors.split('\n')[0]).toContain('Row,Reason,First Name');
    expect(errors).toContain('spaces in@x.example');
    expect(errors).not.toMatch(/4111|123-45|social security/i);
  });

  test.each([
    { file: Buffer.alloc(0), because: 'empty' },
    { file: Buffer.from('PK\x03\x04 and so on'), because: 'a workbook' },
  ])('say what is wrong with a file: $because', async ({ file }) => {
    const { status, body } = await rep.post('/v1/imports?fileName=x.csv', file, csv);
    expect({ status, body }).toMatchObject({ status: 422, body: { type: '/problems#invalid-request' } });
    expect((await rep.get('/v1/imports')).body).toMatchObject({ items: [{ state: 'failed' }] });
  });

  test('are not started when nobody could be told apart', async () => {
    const { id } = await made(rep.post('/v1/imports?fileName=x.csv', 'Name,City\nAnn,Austin\n', csv));
    expect((await rep.post(`/v1/imports/${id}/start`, {})).status).toBe(422);
    expect((await rep.post(`/v1/imports/${id}/start`, { mapping: { 1: 'phone' } })).status).toBe(202);
  });

  test('can be cancelled, and then deleted', async () => {
    const { id } = await made(rep.post('/v1/imports?fileName=x.csv', 'Email\nann@example.com\n', csv));
    expect((await rep.delete(`/v1/imports/${id}`)).status).toBe(409);
    expect((await rep.post(`/v1/imports/${id}/cancel`)).body).toMatchObject({ state: 'failed', failure: 'cancelled' });
    await runAll(id);
    expect(await people()).toEqual([]);
    expect((await rep.delete(`/v1/imports/${id}`)).status).toBe(204);
  });
});
