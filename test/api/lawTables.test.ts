import { lawTables } from '../../law/tables.ts';
import { readableRows } from '../../law/readable.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Listed {
  items: { id: string; table: string; state: string; citation: string | null; confidence: string | null; isDoubtful: boolean }[];
  next: string | null;
}
const rows = async (query: string) => (await acme.operator.get(`/v1/law-tables${query}`)).body as Listed;

test('every row of every table that decides is there once, page after page', async () => {
  const ids: string[] = [];
  let cursor = '';
  do {
    const { items, next } = await rows(`?limit=200${cursor && `&cursor=${cursor}`}`);
    ids.push(...items.map(({ id }) => id));
    cursor = next ?? '';
  } while (cursor !== '');
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(lawTables.reduce((sum, table) => sum + table.rows.length, 0));
});

test('a table, a state and words narrow the list', async () => {
  const { items } = await rows('?table=calling&state=FL');
  expect(items.map(({ table, state }) => [table, state])).toEqual([['calling', 'FL']]);
  expect((await rows('?search=ala.%20admin.%20code')).items.map(({ state }) => state)).toEqual(['AL']);
  expect((await rows('?search=no%20such%20words')).items).toEqual([]);
  expect((await acme.operator.get('/v1/law-tables?table=tax')).status).toBe(400);
});

test('the doubtful rows of the table of breaches are those that law/README.md names', () => {
  const doubtful = readableRows.filter(({ table, isDoubtful }) => table === 'breach' && isDoubtful);
  expect(doubtful.map(({ state }) => state).sort()).toEqual(['MI', 'MT', 'NC', 'SD']);
});

test('one weak part makes a row doubtful; a table that rates nothing says so', () => {
  const row = (id: string) => readableRows.find((one) => one.id === id);
  expect(row('calling 1')).toMatchObject({ confidence: expect.stringContaining('b2b=medium') as string, isDoubtful: true });
  expect(row('area-codes 1')).toMatchObject({ citation: null, confidence: null, isDoubtful: false });
});

test('a notice that must go before the one to people is not said to go with it', () => {
  const rule = (state: string) => readableRows.find((row) => row.table === 'breach' && row.state === state)?.rule;
  expect(rule('NJ')).toContain('before the notice to people');
  expect(rule('MT')).toContain('not later than the notice to people');
});
