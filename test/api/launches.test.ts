import { enrolBatch } from '../../db/enrolling.ts';
import { firstOpening } from '../../law/openings.ts';
import { addList, count, definition, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve();
});
afterAll(() => api.close());

/** A workspace with a mailbox, a sequence and a list of `addresses`. */
async function desk(addresses = ['a@one.example', 'b@two.example', 'c@three.example']) {
  const acme = await api.workspace();
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Clocks', definition: definition() }));
  const { listId, contactIds } = await addList(api, acme.id, acme.rep, addresses);
  const plan = { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] };
  async function enrol(launchId: string) {
    while ((await api.db.inTenant(acme.id, (tx) => enrolBatch(tx, launchId, firstOpening))).more);
  }
  return { acme, mailbox, sequence, listId, contactIds, plan, enrol };
}
type Detail = { id: string; state: string; people: Record<string, number>; blocked: Record<string, number> };

test('the same request launches once: at once, again, and under an idempotency key', async () => {
  const { acme, plan } = await desk();
  const replies = await Promise.all(Array.from({ length: 8 }, () => acme.rep.post('/v1/launches', plan)));
  expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(201));
  expect(new Set(replies.map(({ body }) => (body as Detail).id)).size).toBe(1);
  expect(await count(api.db, acme.id, 'launches')).toBe(1);
  await api.db.inTenant(acme.id, (tx) => tx.run('delete from idempotency_keys')); // a week later, when the keys are gone
  const later = await acme.owner.post('/v1/launches', plan);
  expect((later.body as Detail).id).toBe((replies[0]!.body as Detail).id);
  expect(await count(api.db, acme.id, 'outbox where workflow_type = $1', ['outreachSequence'])).toBe(1);
  const other = await made(acme.rep.post('/v1/launches', { ...plan, requestKey: 'second wave' }));
  expect(other.id).not.toBe((later.body as Detail).id);
});

test('another sequence under the same request key is refused', async () => {
  const { acme, plan } = await desk();
  const other = await made(acme.rep.post('/v1/sequences', { name: 'Other', definition: definition() }));
  await made(acme.rep.post('/v1/launches', { ...plan, requestKey: 'k' }));
  expect((await acme.rep.post('/v1/launches', { ...plan, sequenceId: other.id, requestKey: 'k' })).status).toBe(422);
});

test('before a launch one sees who is blocked and why, and when the messages go', async () => {
  const { acme, plan, contactIds } = await desk(['a@one.example', 'b@two.example', 'c@three.example', 'd@four.example']);
  await acme.rep.post('/v1/suppressions', { address: 'B@two.example' });
  await acme.rep.post('/v1/suppressions', { domain: 'three.example' });
  const { status, body } = await acme.rep.post('/v1/launches/preflight', plan);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      people: 4,
      willStart: 2,
      blocked: [{ because: 'suppressed', count: 2 }],
      notWithinAYear: 0,
    },
  });
  const { blockedPeople, firstSends, firstAt, lastFirstAt, lastAt } = body as {
    blockedPeople: { contactId: string; email: string }[];
    firstSends: { contactId: string; at: string }[];
    firstAt: string;
    lastFirstAt: string;
    lastAt: string;
  };
  expect(blockedPeople.map(({ email }) => email).sort()).toEqual(['b@two.example', 'c@three.example']);
  expect(new Set(firstSends.map(({ contactId }) => contactId))).toEqual(new Set([contactIds[0], contactIds[3]]));
  expect(Date.parse(lastFirstAt) - Date.parse(firstAt)).toBe((90 + 180 / 2) * 1000); // the second waits for the gap
  expect(Date.parse(lastAt) - Date.parse(lastFirstAt)).toBe(2 * 24 * 3600 * 1000); // the second step, two days on
  expect(await count(api.db, acme.id, 'launches')).toBe(0);
});

test.each([
  { name: 'no postal address', settings: { postalAddress: '' }, steps: {} },
  { name: 'a faked reply', settings: {}, steps: { subject: 'Re: your order' } },
  { name: 'a field that does not exist', settings: {}, steps: { text: 'Hello {{ frist_name }}' } },
  { name: 'a broken template', settings: {}, steps: { text: 'Hello {{ first_name ' } },
])('a launch is refused with the reasons: $name', async ({ settings, steps }) => {
  const { acme, plan } = await desk();
  await acme.owner.patch('/v1/tenant', settings);
  const words = definition({
    steps: [{ id: 'hello', kind: 'email', after: { hours: 0 }, subject: 'Hello', text: 'Words.', ...steps }],
  });
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Faulty', definition: words }));
  const { status, body } = await acme.rep.post('/v1/launches', { ...plan, sequenceId: sequence.id });
  expect({ status, body }).toMatchObject({
    status: 422,
    body: { type: '/problems#launch-refused', errors: [{ pointer: '/steps/hello' }] },
  });
  expect(await count(api.db, acme.id, 'launches')).toBe(0);
});

test('an empty list, and lists and mailboxes of others, are refused', async () => {
  const { acme, plan } = await desk();
  const { plan: foreign } = await desk(['x@y.example']);
  const { listId } = await addList(api, acme.id, acme.rep, []);
  expect((await acme.rep.post('/v1/launches', { ...plan, listIds: [listId] })).body).toMatchObject({
    type: '/problems#launch-refused',
  });
  for (const part of ['listIds', 'mailboxIds', 'sequenceId'] as const) {
    expect((await acme.rep.post('/v1/launches', { ...plan, [part]: foreign[part] })).status).toBe(404);
  }
  expect((await acme.rep.post('/v1/launches', { ...plan, listIds: [...plan.listIds, ...plan.listIds] })).status).toBe(422);
});

test('a launch pauses, resumes and stops, and says where everybody is', async () => {
  const { acme, plan, enrol } = await desk();
  await acme.rep.post('/v1/suppressions', { address: 'c@three.example' });
  const { id } = await made(acme.rep.post('/v1/launches', plan));
  await enrol(id);
  const running = await acme.rep.get(`/v1/launches/${id}`);
  expect(running.body).toMatchObject({
    state: 'running',
    people: { waiting: 2, blocked: 1 },
    blocked: { suppressed: 1 },
    listsLeft: 0,
  });
  expect((await acme.rep.post(`/v1/launches/${id}/pause`)).body).toMatchObject({ state: 'paused' });
  expect((await acme.rep.post(`/v1/launches/${id}/pause`)).status).toBe(409);
  expect((await acme.rep.post(`/v1/launches/${id}/resume`)).body).toMatchObject({ state: 'running' });
  expect((await acme.rep.post(`/v1/launches/${id}/stop`)).body).toMatchObject({
    state: 'stopped',
    stopped: { launch_stopped: 2 },
  });
  expect((await acme.rep.post(`/v1/launches/${id}/resume`)).status).toBe(409);
});

test('people are found by state and name, page by page, and each can be paused, taken up, finished or taken out', async () => {
  const { acme, plan, enrol } = await desk(Array.from({ length: 7 }, (_, n) => `person${n}@firm${n}.example`));
  const { id } = await made(acme.rep.post('/v1/launches', plan));
  await enrol(id);
  type Page = {
    items: { enrolmentId: string; contact: { email: string }; state: string; because: string }[];
    next: string | null;
  };
  const people = async (query: string) => (await acme.rep.get(`/v1/launches/${id}/people?${query}`)).body as Page;
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = await people(`limit=3${cursor && `&cursor=${cursor}`}`);
    seen.push(...items.map(({ contact }) => contact.email));
    if (next === null) break;
    cursor = next;
  }
  expect(seen.sort()).toEqual(Array.from({ length: 7 }, (_, n) => `person${n}@firm${n}.example`));
  const [person] = (await people('search=PERSON3')).items;
  const on = (verb: string) => acme.rep.post(`/v1/launches/${id}/people/${person?.enrolmentId}/${verb}`);
  expect((await on('pause')).status).toBe(204);
  expect((await people('state=paused')).items).toMatchObject([
    { contact: { email: 'person3@firm3.example' }, because: 'by_hand' },
  ]);
  expect((await on('resume')).status).toBe(204);
  expect((await on('resume')).status).toBe(409);
  expect((await on('finish')).status).toBe(204);
  expect((await on('remove')).status).toBe(409);
  expect((await people('state=finished')).items).toHaveLength(1);
});

test('an answer that came by another road stops the person', async () => {
  const { acme, plan, enrol } = await desk();
  const { id } = await made(acme.rep.post('/v1/launches', plan));
  await enrol(id);
  const { items } = (await acme.rep.get(`/v1/launches/${id}/people?search=a@one`)).body as { items: { enrolmentId: string }[] };
  expect((await acme.rep.post(`/v1/launches/${id}/people/${items[0]?.enrolmentId}/replied`)).status).toBe(204);
  expect((await acme.rep.get(`/v1/launches/${id}`)).body).toMatchObject({
    people: { waiting: 2, stopped: 1 },
    stopped: { replied: 1 },
  });
});

test('lists are added to a running launch, and nobody twice', async () => {
  const { acme, plan, enrol, listId } = await desk();
  const { id } = await made(acme.rep.post('/v1/launches', plan));
  await enrol(id);
  const more = await addList(api, acme.id, acme.rep, ['d@four.example']);
  const { body } = await acme.rep.post(`/v1/launches/${id}/lists`, { listIds: [listId, more.listId] });
  expect(body).toMatchObject({ state: 'enrolling', listsLeft: 2 });
  await enrol(id);
  expect((await acme.rep.get(`/v1/launches/${id}`)).body).toMatchObject({ state: 'running', people: { waiting: 4 } });
});

test('a rep acts on launches and mailboxes of their own, an owner on all', async () => {
  const { acme, plan, mailbox } = await desk();
  const { id } = await made(acme.owner.post('/v1/launches', plan));
  expect((await acme.rep.post(`/v1/launches/${id}/pause`)).body).toMatchObject({ type: '/problems#forbidden' });
  expect((await acme.owner.post(`/v1/mailboxes/${mailbox.id}/pause`)).status).toBe(204);
  const own = await made(acme.owner.post('/v1/mailboxes', mailboxBody({ address: 'boss@acme.example' })));
  expect((await acme.rep.post('/v1/launches', { ...plan, mailboxIds: [own.id] })).body).toMatchObject({
    type: '/problems#forbidden',
  });
  expect((await acme.rep.post(`/v1/mailboxes/${own.id}/pause`)).body).toMatchObject({ type: '/problems#forbidden' });
});
