import { addList, count, definition, mailboxBody, made } from './builders.ts';
import { play } from './rehearsing.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

async function desk(addresses: readonly string[]) {
  const acme = await api.workspace();
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const call = { id: 'call', kind: 'call', after: { days: 1 }, title: 'Ask', branches: { no_answer: 'again' } };
  const [hello, again] = definition().steps;
  const sequence = await made(
    acme.rep.post('/v1/sequences', { name: 'Clocks', definition: definition({ steps: [hello, call, again] }) }),
  );
  const { listId } = await addList(api, acme.id, acme.rep, addresses);
  return { acme, mailbox, plan: { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] } };
}
interface Calendar {
  days: { day: string; emails: number; tasks: number; calls: number }[];
  holds: { standing: string; because: string; people: number }[];
  reps: { id: string; name: string; touches: number }[];
  mailboxes: { id: string; address: string; touches: number }[];
  companies: { company: string; touches: number }[];
}
interface Page<Item> {
  items: Item[];
  next: string | null;
}
interface Touch {
  at: string;
  kind: string;
  step: number;
  contact: { email: string };
}

const addresses = ['a@mill.example', 'b@mill.example', 'c@mill.example', 'd@mill.example', 'e@forge.example', 'f@forge.example'];

test('a launch is played before it is launched: days, parts, pages, and who is held by which rule', async () => {
  const { acme, mailbox, plan } = await desk(addresses);
  await api.db.inTenant(acme.id, (tx) => tx.run(`update contacts set company_key = split_part(canonical_email, '@', 2)`));
  await acme.rep.post('/v1/suppressions', { address: 'f@forge.example' });
  const begun = await acme.rep.post('/v1/rehearsals', { ...plan, weeks: 2 });
  expect(begun).toMatchObject({ status: 202, body: { state: 'copying', weeks: 2, endedAt: null } });
  const { id } = begun.body as { id: string };
  await play(api.deps, acme.id, id);

  const { body } = await acme.rep.get(`/v1/rehearsals/${id}`);
  expect(body).toMatchObject({ state: 'done', people: 5, messages: 10, tasks: 5, blocked: 1, unfinished: 0 });
  const at = `/v1/rehearsals/${id}`;
  const calendar = async (query = '') =>
    (await acme.officer.get(`${at}/calendar?zone=America/New_York${query}`)).body as Calendar;
  const all = await calendar();
  const sum = ({ days }: Calendar, kind: 'emails' | 'tasks' | 'calls') => days.reduce((total, day) => total + day[kind], 0);
  expect([sum(all, 'emails'), sum(all, 'calls'), sum(all, 'tasks')]).toEqual([10, 5, 0]);
  expect(all.reps).toEqual([{ id: acme.rep.userId, name: 'rep', touches: 15 }]);
  expect(all.mailboxes).toEqual([{ id: mailbox.id, address: 'ann@acme.example', touches: 15 }]);
  expect(all.companies).toEqual([
    { company: 'mill.example', touches: 12 },
    { company: 'forge.example', touches: 3 },
  ]);
  expect(all.holds).toContainEqual({ standing: 'blocked', because: 'suppressed', people: 1 });
  expect(all.holds).toContainEqual({ standing: 'waits', because: 'company_limit', people: 1 }); // the fourth of one company
  expect(sum(await calendar('&company=forge.example'), 'emails')).toBe(2);
  expect(sum(await calendar(`&ownerId=${acme.owner.userId}`), 'emails')).toBe(0);
  expect((await calendar('&mailboxId=not-a-mailbox')) as object).toMatchObject({ status: 400 });

  const seen: Touch[] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = (await acme.rep.get(`${at}/touches?limit=4${cursor}`)).body as Page<Touch>;
    seen.push(...items);
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  expect(seen).toHaveLength(15);
  expect(seen.map((touch) => touch.at)).toEqual(seen.map((touch) => touch.at).sort());
  const [first] = all.days;
  const ofDay = (await acme.rep.get(`${at}/touches?zone=America/New_York&day=${first?.day}`)).body as Page<Touch>;
  expect(ofDay.items).toHaveLength((first?.emails ?? 0) + (first?.calls ?? 0));

  const waiting = (await acme.rep.get(`${at}/holds?standing=waits&because=company_limit&limit=1`)).body as Page<{
    goesAt: string;
  }>;
  expect(waiting.items[0]?.goesAt).toBeTruthy();
  const { items } = (await acme.rep.get(`${at}/holds?limit=200`)).body as Page<unknown>;
  const onePage = (await acme.rep.get(`${at}/holds?limit=1`)).body as Page<unknown>;
  const rest = (await acme.rep.get(`${at}/holds?limit=199&cursor=${onePage.next}`)).body as Page<unknown>;
  expect([...onePage.items, ...rest.items]).toEqual(items);

  expect(await count(api.db, acme.id, 'sends')).toBe(0);
  expect(await count(api.db, acme.id, 'launches')).toBe(0);
  expect((await acme.rep.delete(at)).status).toBe(204);
  expect(await count(api.db, acme.id, 'rehearsed_touches')).toBe(0);
}, 60_000);

test('one plays at a time for a user; it is cancelled by its user or an owner, and once', async () => {
  const { acme, plan } = await desk(['a@one.example']);
  const { id } = (await acme.owner.post('/v1/rehearsals', plan)).body as { id: string };
  expect((await acme.owner.post('/v1/rehearsals', plan)).status).toBe(409);
  expect((await acme.rep.post(`/v1/rehearsals/${id}/cancel`)).status).toBe(403);
  expect((await acme.owner.delete(`/v1/rehearsals/${id}`)).status).toBe(409);
  expect((await acme.owner.post(`/v1/rehearsals/${id}/cancel`)).status).toBe(202);
  await play(api.deps, acme.id, id);
  expect((await acme.owner.get(`/v1/rehearsals/${id}`)).body).toMatchObject({ state: 'cancelled', messages: 0 });
  expect((await acme.owner.post(`/v1/rehearsals/${id}/cancel`)).status).toBe(409);
  const other = await acme.owner.post('/v1/rehearsals', { ...plan, weeks: 1 });
  expect(other.status).toBe(202);
  const { items, next } = (await acme.rep.get('/v1/rehearsals?limit=1')).body as Page<{ id: string }>;
  expect(items.map((item) => item.id)).toEqual([(other.body as { id: string }).id]);
  expect(((await acme.rep.get(`/v1/rehearsals?cursor=${next}`)).body as Page<{ id: string }>).items).toMatchObject([{ id }]);
});

test('what could not be launched is not rehearsed', async () => {
  const { acme, plan } = await desk(['a@one.example']);
  await acme.owner.patch('/v1/tenant', { postalAddress: '' });
  expect((await acme.rep.post('/v1/rehearsals', plan)).body).toMatchObject({ type: '/problems#launch-refused' });
  expect((await acme.rep.post('/v1/rehearsals', { ...plan, weeks: 13 })).status).toBe(422);
});
