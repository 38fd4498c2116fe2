import { routes } from '../../api/routes.ts';
import { addList, definition, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let other: Awaited<ReturnType<typeof api.workspace>>;
/** One of each thing in the other workspace, by the name of the parameter that names it. */
const theirs: Record<string, string> = {};

beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  other = await api.workspace();
  const { listId, contactIds } = await addList(api, other.id, other.rep, ['a@walls.example']);
  const mailbox = await made(other.rep.post('/v1/mailboxes', mailboxBody()));
  const sequence = await made(other.rep.post('/v1/sequences', { name: 'Theirs', definition: definition() }));
  const launch = await made(
    other.rep.post('/v1/launches', { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id] }),
  );
  const suppressed = await other.rep.post('/v1/suppressions', { address: 'z@walls.example' });
  Object.assign(theirs, {
    userId: other.rep.userId,
    contactId: contactIds[0],
    listId,
    mailboxId: mailbox.id,
    sequenceId: sequence.id,
    launchId: launch.id,
    batchId: (suppressed.body as { batchId: string }).batchId,
  });
});
afterAll(() => api.close());

/** A body that each route takes, so that only the id is at fault. */
const bodies: Record<string, unknown> = {
  'patch /users/{userId}': { name: 'Mine now' },
  'patch /mailboxes/{mailboxId}': { fromName: 'Mine now' },
  'patch /sequences/{sequenceId}': { name: 'Mine now' },
};

const named = routes
  .filter(({ path, body, method }) => path.includes('{') && (!body || `${method} ${path}` in bodies))
  .map((route) => ({ route, name: `${route.method} ${route.path}` }));

test.each(named)('$name: what is in another workspace is not there', async ({ route, name }) => {
  const path = `/v1${route.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => theirs[parameter] ?? '00000000-0000-4000-8000-000000000000')}`;
  const body = name in bodies ? { body: bodies[name] } : {};
  const { status } = await acme.owner.ask(route.method.toUpperCase(), path, body);
  expect(status).toBe(404);
});

test('and nothing of it has changed', async () => {
  const { name } = (await other.owner.get(`/v1/sequences/${theirs.sequenceId}`)).body as { name: string };
  const { state } = (await other.owner.get(`/v1/launches/${theirs.launchId}`)).body as { state: string };
  expect({ name, state }).toEqual({ name: 'Theirs', state: 'enrolling' });
});

test('lists show the own workspace only', async () => {
  for (const path of [
    '/users',
    '/mailboxes',
    '/sequences',
    '/launches',
    '/suppressions',
    '/suppression-batches',
    '/obligations',
  ]) {
    const { body } = await acme.owner.get(`/v1${path}`);
    const ids = (body as { items: { id?: string; email?: string }[] }).items;
    for (const { email } of ids.filter(({ email }) => email !== undefined)) expect(email).toContain(acme.id.slice(0, 8));
    if (path !== '/users') expect(ids).toEqual([]);
  }
});
