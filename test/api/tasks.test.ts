import { enrolBatch } from '../../db/enrolling.ts';
import { planDue } from '../../db/planning.ts';
import { firstOpening, openingAt } from '../../law/openings.ts';
import { addList, definition, email, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

type Task = { id: string; kind: string; state: string; step: { title: string }; contact: { email: string } };

/** A launch whose people have come to their first step. */
async function underWay(steps: unknown[]) {
  const acme = await api.workspace();
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Hands', definition: definition({ steps }) }));
  const { listId, contactIds } = await addList(api, acme.id, acme.rep, ['a@one.example', 'b@two.example']);
  const launch = await made(
    acme.rep.post('/v1/launches', { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] }),
  );
  await api.db.inTenant(acme.id, (tx) => enrolBatch(tx, launch.id, firstOpening));
  await api.db.inTenant(acme.id, (tx) => planDue(tx, launch.id, 1, openingAt));
  return { acme, launch, contactIds };
}
const manual = { id: 'letter', kind: 'task', after: { hours: 0 }, title: 'Write a letter', instructions: 'By hand.' };
const call = { id: 'ring', kind: 'call', after: { hours: 0 }, title: 'Ring' };

test('a task says what to do for whom, and its end leads the person on', async () => {
  const { acme, launch } = await underWay([manual, email]);
  const { items } = (await acme.rep.get('/v1/tasks')).body as { items: Task[] };
  expect(items).toHaveLength(2);
  const mine = items.find(({ contact }) => contact.email === 'a@one.example');
  expect(mine).toMatchObject({
    kind: 'manual',
    state: 'open',
    step: { title: 'Write a letter', instructions: 'By hand.' },
    sequenceName: 'Hands',
  });
  const done = (outcome: string) => acme.rep.post(`/v1/tasks/${mine?.id}/done`, { outcome, note: 'sent today' });
  expect((await done('connected')).body).toMatchObject({ type: '/problems#invalid-request', errors: [{ pointer: '/outcome' }] });
  expect((await done('done')).body).toMatchObject({ state: 'done', outcome: 'done', note: 'sent today' });
  expect((await done('done')).status).toBe(409);
  expect(((await acme.rep.get('/v1/tasks')).body as { items: Task[] }).items).toHaveLength(1);
  expect(((await acme.rep.get('/v1/tasks?state=done')).body as { items: Task[] }).items).toHaveLength(1);
  const people = (await acme.rep.get(`/v1/launches/${launch.id}/people?search=a@one`)).body;
  expect(people).toMatchObject({ items: [{ state: 'waiting', step: 1 }] });
});

test('a call that nothing has cleared cannot be ended as made (P12)', async () => {
  const { acme } = await underWay([call]);
  const [task] = ((await acme.rep.get('/v1/tasks')).body as { items: Task[] }).items;
  expect(task).toMatchObject({ kind: 'call', state: 'not_cleared' });
  const { status, body } = await acme.rep.post(`/v1/tasks/${task?.id}/done`, { outcome: 'connected' });
  expect({ status, body }).toMatchObject({ status: 409, body: { detail: expect.stringContaining('P12') } });
});

test("a colleague's tasks are an owner's business only", async () => {
  const { acme } = await underWay([manual]);
  const [task] = ((await acme.rep.get('/v1/tasks')).body as { items: Task[] }).items;
  expect((await acme.rep.get(`/v1/tasks?owner=${acme.officer.userId}`)).status).toBe(403);
  expect(((await acme.owner.get('/v1/tasks')).body as { items: Task[] }).items).toEqual([]);
  expect(((await acme.owner.get('/v1/tasks?owner=all')).body as { items: Task[] }).items).toHaveLength(2);
  expect((await acme.owner.post(`/v1/tasks/${task?.id}/done`, { outcome: 'done' })).status).toBe(200);
});

test('every waiting message says which rule holds it, and the timeline what is to come', async () => {
  const { acme, launch, contactIds } = await underWay([email, { ...email, id: 'again', after: { days: 2 } }]);
  const waiting = async () =>
    ((await acme.rep.get(`/v1/waiting?launchId=${launch.id}`)).body as { items: { because: string }[] }).items.map(
      ({ because }) => because,
    );
  expect(await waiting()).toEqual(['queue', 'queue']);
  await acme.rep.post(`/v1/launches/${launch.id}/pause`);
  expect(await waiting()).toEqual(['launch_paused', 'launch_paused']);
  await acme.rep.post('/v1/suppressions', { address: 'a@one.example' });
  const { items } = (await acme.rep.get(`/v1/contacts/${contactIds[0]}/timeline`)).body as {
    items: { kind: string; what: string; because: string }[];
  };
  expect(items).toContainEqual(expect.objectContaining({ kind: 'suppressed', what: 'email', because: 'rep' }));
  expect(items).toContainEqual(expect.objectContaining({ kind: 'message', what: 'cancelled', because: 'suppressed' }));
  expect(items).toContainEqual(expect.objectContaining({ kind: 'event', what: 'stop', because: 'unsubscribed' }));
});
