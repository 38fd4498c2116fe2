import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';
import { mount } from '../../api/mount.ts';
import { isAllowed, roles } from '../../api/roles.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { csrfOf, startSession } from '../../api/session.ts';
import { Nothing } from '../../api/shapes.ts';
import { audited } from '../../db/audit/log.ts';
import { listChains, signHead } from '../../db/audit/heads.ts';
import { verifyChain } from '../../db/audit/verify.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { signLink } from '../../providers/linkToken.ts';
import { password, serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

interface Entry {
  via: string;
  user: string | null;
  action: string;
  kind: string;
  id: string | null;
  place: string | null;
}

const entries = (workspace = acme) =>
  api.db.inTenant(workspace.id, (tx) =>
    tx.rows<Entry>(
      `select via, user_id as "user", action, subject_kind as kind, subject_id as id, encode(place, 'hex') as place from audit_log order by seq`,
    ),
  );

describe('every route of the document that changes something', () => {
  /** The route as it is mounted, but for what it does: it changes the workspace. */
  const changing = (route: Route): Route => ({
    ...route,
    params: z.looseObject({}),
    query: z.looseObject({}),
    body: undefined,
    upload: undefined,
    reply: { status: 204, schema: Nothing },
    handle: async ({ db }) => void (await db.inTenant(acme.id, (tx) => tx.run(`update tenants set name = name`))),
  });
  const changes = routes.filter(({ method }) => method !== 'get');

  test('leaves an entry, whatever its handler does, but for those that are set apart', async () => {
    const { body } = await api.stranger.get('/v1/openapi.json');
    const documented = Object.entries((body as { paths: Record<string, object> }).paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path, name: `${method} ${path}` })))
      .filter(({ method }) => method !== 'get');
    const app = express();
    mount(app, changes.map(changing), api.deps);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const silent: string[] = [];
    try {
      for (const { method, path, name } of documented) {
        const before = (await entries()).length;
        const address = `http://127.0.0.1:${port}${path.replaceAll(/\{\w+\}/g, '1')}`;
        const reply = await fetch(address, { method: method.toUpperCase(), headers: await signedInFor(name) });
        expect({ name, ok: reply.ok }).toEqual({ name, ok: true });
        const left = (await entries()).slice(before);
        if (left.length === 0) silent.push(name);
        else expect(left.map(({ action }) => action)).toEqual([name]);
      }
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(silent.sort()).toEqual(['post /inbound', 'post /usage/pages']);
  });

  /** As somebody whose role may ask it. */
  async function signedInFor(name: string): Promise<Record<string, string>> {
    const { action } = changes.find(({ method, path }) => `${method} ${path}` === name)!;
    const role = roles.find((role) => action !== 'public' && isAllowed(role, action)) ?? 'rep';
    const token = await api.db.inTenant(acme.id, (tx) => startSession(tx, acme[role].userId, randomBytes));
    return { cookie: `decorum_session=${token.tenantId}.${token.secret}`, 'x-csrf-token': csrfOf(token) };
  }
});

test('an entry says who did what to which id, from where, and nothing of a person', async () => {
  const mine = await api.workspace();
  const { body } = await mine.rep.post('/v1/lists', { name: 'Ada Lovelace' });
  const { id } = body as { id: string };
  await mine.owner.patch(`/v1/lists/${id}`, { name: 'Grace Hopper' });
  const [made, changed] = await entries(mine);
  expect(made).toMatchObject({ via: 'session', user: mine.rep.userId, action: 'post /lists', kind: 'lists', id });
  expect(changed).toMatchObject({ via: 'session', user: mine.owner.userId, action: 'patch /lists/{listId}', kind: 'list', id });
  expect(made?.place).toMatch(/^[\da-f]{32}$/);
  expect(made?.place).toBe(changed?.place);
  expect(JSON.stringify([made, changed])).not.toMatch(/Lovelace|Hopper|127\.0\.0\.1|@/);
  expect(await api.db.inTenant(mine.id, (tx) => verifyChain(tx, () => true))).toMatchObject({ ok: true, entries: 2 });
});

test('a log-in is an entry of whoever logs in; one that failed is an entry about the user whose it is', async () => {
  const mine = await api.workspace();
  const logIn = (email: string, password: string) => api.stranger.post('/v1/session', { email, password });
  await logIn(mine.rep.email, 'a wrong one, surely');
  await logIn(mine.rep.email, password);
  await logIn('nobody@nowhere.example', password);
  const [failed, done, ...others] = await entries(mine);
  expect(failed).toMatchObject({
    via: 'public',
    user: null,
    action: 'log-in: wrong password',
    kind: 'user',
    id: mine.rep.userId,
  });
  expect(done).toMatchObject({ via: 'public', user: mine.rep.userId, action: 'post /session' });
  expect(failed?.place).toMatch(/^[\da-f]{32}$/);
  expect(failed?.place).toBe(done?.place);
  expect(JSON.stringify(failed)).not.toMatch(/127\.0\.0\.1|@|wrong one/);
  expect(others).toEqual([]);
  expect(await api.db.inTenant(mine.id, (tx) => verifyChain(tx, () => true))).toMatchObject({ ok: true, entries: 2 });
});

test('what was refused changed nothing and leaves nothing; what changed nothing and was done is an entry', async () => {
  const mine = await api.workspace();
  await mine.rep.patch('/v1/tenant', { name: 'Mine' });
  await mine.rep.post('/v1/lists', { name: '' });
  expect(await entries(mine)).toEqual([]);
  await mine.officer.get('/v1/obligations.csv');
  expect(await entries(mine)).toMatchObject([{ action: 'get /obligations.csv', user: mine.officer.userId, id: null }]);
});

test('a sign-up that nobody has confirmed has no workspace and so no log', async () => {
  const before = await listChains(api.db);
  await api.stranger.post('/v1/sign-ups', { name: 'New', email: 'new@nowhere.example', company: 'None' });
  expect(await listChains(api.db)).toEqual(before);
});

test('an opt-out by link waits for no chain', async () => {
  const mine = await api.workspace();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => (begun = resolve));
  const holder = api.db.inTenant(mine.id, async (tx) => {
    await audited(tx, { action: 'a slow one', subjectKind: 'test', subjectId: null });
    begun();
    await held;
  });
  await taken;
  let isMade = false;
  const waiting = mine.rep.post('/v1/lists', { name: 'Waits' }).then(() => (isMade = true));
  const token = signLink(api.deps.linkKeys, {
    kind: 'unsubscribe',
    tenantId: mine.id,
    enrolmentId: randomUUID(),
    sequenceId: randomUUID(),
    addressHash: addressHash(api.deps.addressKey, mine.id, 'pat@buyer.example'),
  });
  try {
    expect((await api.stranger.ask('POST', `/u/${token}`)).status).toBe(200);
    expect(isMade).toBe(false);
  } finally {
    release();
    await Promise.all([holder, waiting]);
  }
  expect((await entries(mine)).map(({ action }) => action)).toEqual(['a slow one', 'post /lists']);
});

describe('the log', () => {
  let mine: typeof acme;
  beforeAll(async () => {
    mine = await api.workspace();
    for (const name of ['One', 'Two', 'Three']) await mine.rep.post('/v1/lists', { name });
    await mine.owner.patch('/v1/tenant', { name: 'Theirs' });
  });
  const read = async (query: string) =>
    ((await mine.officer.get(`/v1/audit-log${query}`)).body as { items: { number: number; action: string }[] }).items;

  test('is read newest first, page by page', async () => {
    const { body } = await mine.officer.get('/v1/audit-log?limit=3');
    const { items, next } = body as { items: { number: number }[]; next: string };
    const rest = await read(`?limit=3&cursor=${next}`);
    expect([...items, ...rest].map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });

  test.each([
    { query: () => `?userId=${mine.rep.userId}`, numbers: [3, 2, 1], because: 'the rep made three lists' },
    { query: () => '?search=TENANT', numbers: [4], because: 'a part of the action, in any case' },
    {
      query: () => `?search=${mine.id}`,
      numbers: [4],
      because: 'the whole id of what was changed',
    },
    { query: () => '?via=token', numbers: [], because: 'nobody has come with a token' },
    { query: () => '?from=2999-01-01T00:00:00Z', numbers: [], because: 'nothing comes later' },
  ])('by $because', async ({ query, numbers }) => {
    expect((await read(query())).map(({ number }) => number)).toEqual(numbers);
  });

  test('goes out as CSV, which is an entry itself', async () => {
    const { body } = await mine.officer.get(`/v1/audit-log.csv?userId=${mine.rep.userId}`);
    const lines = (body as string).trim().split('\n');
    expect(lines[0]?.replace('\uFEFF', '')).toBe('Number,At,Via,User,Name,Action,What to,Id,Place');
    expect(lines).toHaveLength(4);
    expect((await read('?limit=1'))[0]).toMatchObject({ number: 5, action: 'get /audit-log.csv' });
  });

  test('says how far it is signed', async () => {
    const signer = clearanceSigner([Buffer.alloc(32, 3)]);
    await api.db.inTenant(mine.id, (tx) => signHead(tx, signer.sign));
    const { body } = await mine.officer.get('/v1/audit-log/head');
    expect(body).toMatchObject({ signed: 5, signedAt: expect.any(String) });
  });
});
