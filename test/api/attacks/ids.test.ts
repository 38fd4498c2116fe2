import { randomUUID } from 'node:crypto';
import { isAllowed, roles } from '../../../api/roles.ts';
import { routes } from '../../../api/routes.ts';
import { enrolBatch } from '../../../db/enrolling.ts';
import { planDue } from '../../../db/planning.ts';
import { firstOpening, openingAt } from '../../../law/openings.ts';
import { addList, definition, email, mailboxBody, made } from '../builders.ts';
import { serve } from '../serve.ts';

// Ids in the address of a route: test/api/walls.test.ts. Here those in bodies and queries.
const nobody = '00000000-0000-4000-8000-000000000000';
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let own: Record<string, string>;
let theirs: Record<string, string>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  own = await thingsOf(acme);
  theirs = await thingsOf(await api.workspace());
});
afterAll(() => api.close());

/** One of each thing that a body or a query can name, by the name of the field. */
async function thingsOf({ id, rep, owner }: typeof acme): Promise<Record<string, string>> {
  const { listId, contactIds } = await addList(api, id, rep, ['shibboleth@mail.example']);
  const mailbox = await made(rep.post('/v1/mailboxes', mailboxBody()));
  const task = { id: 'letter', kind: 'task', after: { hours: 0 }, title: 'Write' };
  const steps = [task, email];
  const sequence = await made(rep.post('/v1/sequences', { name: 'Shibboleth', definition: definition({ steps }) }));
  const launch = await made(
    rep.post('/v1/launches', { sequenceId: sequence.id, listIds: [listId], mailboxIds: [mailbox.id], requestKey: 'first' }),
  );
  await api.db.inTenant(id, (tx) => enrolBatch(tx, launch.id, firstOpening));
  await api.db.inTenant(id, (tx) => planDue(tx, launch.id, 1, openingAt));
  const tasks = (await rep.get('/v1/tasks')).body as { items: { id: string }[] };
  const company = await made(rep.post('/v1/companies', { name: 'Shibboleth' }));
  const upload = await made(rep.post('/v1/imports?fileName=a.csv', 'Email\nb@mail.example\n', { 'content-type': 'text/csv' }));
  const incident = await made(
    owner.post('/v1/breaches', { title: 'One', facts: { discoveredAt: new Date().toISOString() }, scopes: [] }),
  );
  return {
    contactId: contactIds[0] ?? '',
    listId,
    mailboxId: mailbox.id,
    sequenceId: sequence.id,
    launchId: launch.id,
    companyId: company.id,
    importId: upload.id,
    incidentId: incident.id,
    taskId: tasks.items[0]?.id ?? '',
    ownerId: rep.userId,
    userId: rep.userId,
    owner: rep.userId,
  };
}

/** A body that is good but for the id, by route and field. */
const bodies: Record<string, (id: string) => unknown> = {
  'post /contacts companyId': (companyId) => ({ email: 'new@mail.example', companyId }),
  'post /contacts ownerId': (ownerId) => ({ email: 'new@mail.example', ownerId }),
  'patch /contacts/{contactId} companyId': (companyId) => ({ companyId }),
  'patch /contacts/{contactId} ownerId': (ownerId) => ({ ownerId }),
  'post /companies ownerId': (ownerId) => ({ name: 'Another', ownerId }),
  'patch /companies/{companyId} ownerId': (ownerId) => ({ ownerId }),
  'post /lists filter.ownerId': (ownerId) => ({ name: randomUUID(), filter: { ownerId } }),
  'post /lists filter.companyId': (companyId) => ({ name: randomUUID(), filter: { companyId } }),
  'post /lists filter.listId': (listId) => ({ name: randomUUID(), filter: { listId } }),
  'post /lists filter.importId': (importId) => ({ name: randomUUID(), filter: { importId } }),
  'post /lists/{listId}/members contactIds': (id) => ({ contactIds: [id] }),
  'post /lists/{listId}/members/remove contactIds': (id) => ({ contactIds: [id] }),
  'post /imports/{importId}/start ownerId': (ownerId) => ({ ownerId }),
  'post /imports/{importId}/start listId': (listId) => ({ listId }),
  'post /mailboxes ownerId': (ownerId) => mailboxBody({ address: 'second@acme.example', ownerId }),
  'post /sequences/{sequenceId}/preview contactId': (contactId) => ({ contactId }),
  'post /sequences/{sequenceId}/preview mailboxId': (mailboxId) => ({ contactId: own.contactId, mailboxId }),
  'post /sequences/{sequenceId}/test-send contactId': (contactId) => ({ contactId, stepId: 'hello', mailboxId: own.mailboxId }),
  'post /sequences/{sequenceId}/test-send mailboxId': (mailboxId) => ({ contactId: own.contactId, stepId: 'hello', mailboxId }),
  'post /launches sequenceId': (sequenceId) => ({ ...plan(), sequenceId }),
  'post /launches listIds': (id) => ({ ...plan(), listIds: [id] }),
  'post /launches mailboxIds': (id) => ({ ...plan(), mailboxIds: [id] }),
  'post /launches/preflight sequenceId': (sequenceId) => ({ ...plan(), sequenceId }),
  'post /launches/preflight listIds': (id) => ({ ...plan(), listIds: [id] }),
  'post /launches/preflight mailboxIds': (id) => ({ ...plan(), mailboxIds: [id] }),
  'post /launches/{launchId}/lists listIds': (id) => ({ listIds: [id] }),
  'post /rehearsals sequenceId': (sequenceId) => ({ ...plan(), sequenceId }),
  'post /rehearsals listIds': (id) => ({ ...plan(), listIds: [id] }),
  'post /rehearsals mailboxIds': (id) => ({ ...plan(), mailboxIds: [id] }),
  'post /suppressions sequenceId': (sequenceId) => ({ address: 'left@mail.example', sequenceId }),
  'post /calls/clearance taskId': (taskId) => ({ taskId }),
  'post /exports contactId': (contactId) => ({ contactId }),
  'post /legal-holds contactIds': (id) => ({ kind: 'contact', reason: 'Words', contactIds: [id] }),
  'post /breaches scopes.listId': (listId) => ({
    title: 'Two',
    facts: { discoveredAt: new Date(0).toISOString() },
    scopes: [{ kind: 'list', listId }],
  }),
  'post /breaches/{incidentId}/scopes listId': (listId) => ({ kind: 'list', listId }),
};
const plan = () => ({ sequenceId: own.sequenceId, listIds: [own.listId], mailboxIds: [own.mailboxId] });

interface Schema {
  $ref?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}
interface Operation {
  parameters?: { in: string; name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
type Paths = Record<string, Record<string, Operation>>;

/** Every id that the document lets one give, besides those in the address. */
async function documented(): Promise<{ bodies: string[]; queries: { route: string; name: string }[] }> {
  const { paths, components } = (await api.stranger.get('/v1/openapi.json')).body as {
    paths: Paths;
    components: { schemas: Record<string, Schema> };
  };
  function idsIn(schema: Schema, at: string): string[] {
    if (schema.$ref !== undefined) return idsIn(components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, at);
    if (schema.format === 'uuid') return [at];
    return [
      ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => idsIn(inner, at === '' ? name : `${at}.${name}`)),
      ...[schema.items ?? [], schema.anyOf ?? [], schema.oneOf ?? [], schema.allOf ?? []]
        .flat()
        .flatMap((inner) => idsIn(inner, at)),
    ];
  }
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
  );
  return {
    bodies: all.flatMap(({ route, operation }) => {
      const ids = Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => idsIn(schema, ''));
      return [...new Set(ids)].map((name) => `${route} ${name}`);
    }),
    queries: all.flatMap(({ route, operation }) =>
      (operation.parameters ?? [])
        .filter(({ in: place, schema }) => place === 'query' && idsIn(schema, '').length > 0)
        .map(({ name }) => ({ route, name })),
    ),
  };
}

async function ask(route: string, query: string, body?: unknown) {
  const [method = '', path = ''] = route.split(' ');
  const action = routes.find((one) => `${one.method} ${one.path}` === route)?.action ?? 'public';
  const role = roles.findLast((role) => action !== 'public' && isAllowed(role, action)) ?? 'owner';
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => own[name] ?? nobody);
  const reply = await acme[role].ask(method.toUpperCase(), `/v1${filled}${query}`, body === undefined ? {} : { body });
  return { status: reply.status, body: reply.body };
}

test('every id that a body can hold is tried here', async () => {
  expect((await documented()).bodies.sort()).toEqual(Object.keys(bodies).sort());
});

test.each(Object.keys(bodies))('%s of another workspace is as good as nobody’s', async (place) => {
  const [method, path, field = ''] = place.split(' ');
  const name = (field.split('.').at(-1) ?? '').replace(/Ids$/, 'Id');
  const body = bodies[place] ?? (() => undefined);
  const ofNobody = await ask(`${method} ${path}`, '', body(nobody));
  const ofThem = await ask(`${method} ${path}`, '', body(theirs[name] ?? ''));
  expect(ofThem.status).toBe(ofNobody.status);
  if (ofThem.status >= 400) expect(ofThem.body).toEqual(ofNobody.body);
  else expect(JSON.stringify(ofThem.body)).not.toMatch(/shibboleth@/i);
});

test('nor does a query find anything by one', async () => {
  const { queries } = await documented();
  expect(queries.length).toBeGreaterThan(10);
  for (const { route, name } of queries) {
    const ofNobody = await ask(route, `?${name}=${nobody}`);
    const ofThem = await ask(route, `?${name}=${theirs[name] ?? ''}`);
    expect({ route, name, ...ofThem }).toEqual({ route, name, ...ofNobody });
  }
});
