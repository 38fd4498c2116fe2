import { randomBytes, randomUUID } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { destroyTenantKey, tenantKeyStore } from '../../db/tenantKeys.ts';
import { keyring } from '../../providers/codec/keyring.ts';
import { payloadCodec } from '../../providers/codec/payloadCodec.ts';
import { type Client, serve } from './serve.ts';

const ui = 'http://127.0.0.1:8243';
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let other: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve({ temporalUi: `${ui}/namespaces/decorum/workflows/` });
  acme = await api.workspace();
  other = await api.workspace();
});
afterAll(() => api.close());

/** A payload as Temporal's pages send it. */
interface Sent {
  metadata: Record<string, string>;
  data: string;
}
const json = ({ metadata, data }: Payload): Sent => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

async function stored(workflowId: string, value: unknown): Promise<Sent> {
  const context = { type: 'workflow' as const, namespace: 'decorum', workflowId };
  const [sealed] = await payloadCodec(api.deps.histories).encode([defaultPayloadConverter.toPayload(value)], context);
  return json(sealed!);
}

async function decoded(who: Client, payloads: Sent[], headers: Record<string, string> = {}): Promise<unknown[]> {
  const { status, body } = await who.ask('POST', '/v1/histories/decode', { body: { payloads }, headers });
  expect(status).toBe(200);
  return (body as { payloads: Sent[] }).payloads.map(({ metadata, data }) => {
    const encoding = Buffer.from(metadata.encoding ?? '', 'base64').toString();
    return encoding === 'json/plain' ? (JSON.parse(Buffer.from(data, 'base64').toString()) as unknown) : encoding;
  });
}

test('who may read histories reads those of the workspace; what is another’s stays as it is', async () => {
  const mine = await stored(`outreach/${acme.id}/1`, { launchId: 'mine' });
  const theirs = await stored(`outreach/${other.id}/1`, { launchId: 'theirs' });
  const breach = await stored(`breach/${acme.id}/1`, 'my breach');
  const theirBreach = await stored(`breach/${other.id}/1`, 'their breach');
  const clear = json(defaultPayloadConverter.toPayload('of before the codec'));
  const all = [mine, theirs, breach, theirBreach, clear];
  const read = [{ launchId: 'mine' }, 'binary/encrypted', 'my breach', 'binary/encrypted', 'of before the codec'];
  for (const who of [acme.officer, acme.operator, acme.owner]) expect(await decoded(who, all)).toEqual(read);
  expect((await acme.rep.ask('POST', '/v1/histories/decode', { body: { payloads: all } })).status).toBe(403);
});

test('what is of no workspace is for whoever answers for the machine', async () => {
  const backup = [await stored('backup-workflow-2026-11-25', 'a backup')];
  expect(await decoded(acme.operator, backup)).toEqual(['a backup']);
  expect(await decoded(acme.officer, backup)).toEqual(['binary/encrypted']);
});

test('broken ones, and those of another installation, come back as they went', async () => {
  const mine = await stored(`outreach/${acme.id}/1`, 1);
  const broken = { ...mine, data: Buffer.alloc(80, 1).toString('base64') };
  const foreign = { ...mine, metadata: { ...mine.metadata, 'key-id': Buffer.from(randomUUID()).toString('base64') } };
  expect(await decoded(acme.officer, [broken, foreign])).toEqual(['binary/encrypted', 'binary/encrypted']);
});

test('no payloads, as the command line sends them for an event without any, are answered', async () => {
  const answer = await acme.officer.ask('POST', '/v1/histories/decode', { body: {} });
  expect(answer).toMatchObject({ status: 200, body: { payloads: [] } });
});

test('each reading is in the audit log, with the workflow that was read', async () => {
  const workflowId = `import/${acme.id}/${randomUUID()}`;
  const payload = await stored(workflowId, 1);
  await decoded(acme.officer, [payload, payload]);
  await decoded(other.officer, [payload]);
  const read = (id: string) =>
    api.db.inTenant(id, (tx) =>
      tx.rows(`select via, user_id as by from audit_log where action = 'history read' and subject_id = $1`, [workflowId]),
    );
  expect(await read(acme.id)).toEqual([{ via: 'session', by: acme.officer.userId }]);
  expect(await read(other.id)).toEqual([]);
});

test('a token with the scope reads, one without does not', async () => {
  const payload = await stored(`outreach/${acme.id}/1`, 'read');
  const token = async (scope: string) =>
    ((await acme.officer.post('/v1/tokens', { name: 'ui', scopes: [scope], days: 1 })).body as { token: string }).token;
  const by = async (scope: string) => {
    const headers = { authorization: `Bearer ${await token(scope)}` };
    return api.stranger.ask('POST', '/v1/histories/decode', { body: { payloads: [payload] }, headers });
  };
  expect((await by('histories.read')).status).toBe(200);
  expect((await by('obligations.read')).status).toBe(403);
});

describe('over the pages of Temporal', () => {
  const preflight = (origin: string) =>
    fetch(`${api.origin}/v1/histories/decode`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-namespace' },
    });

  test('their origin is let in with the cookie, and needs no CSRF token', async () => {
    const allowed = await preflight(ui);
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': ui,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringContaining('x-namespace'),
      vary: 'Origin',
    });
    const payload = await stored(`outreach/${acme.id}/1`, 'read');
    const headers = { origin: ui, 'x-csrf-token': '', 'x-namespace': 'decorum' };
    expect(await decoded(acme.officer, [payload], headers)).toEqual(['read']);
  });

  test.each(['http://evil.example', 'http://127.0.0.1:8244', 'http://127.0.0.1:8243.evil.example', 'null'])(
    'not so %s',
    async (origin) => {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
      const headers = { origin, 'x-csrf-token': '' };
      const refused = await acme.officer.ask('POST', '/v1/histories/decode', { body: { payloads: [] }, headers });
      expect(refused).toMatchObject({ status: 403, body: { type: '/problems#csrf-token' } });
    },
  );

  test('no other route takes the origin for a token', async () => {
    const headers = { origin: ui, 'x-csrf-token': '' };
    expect((await acme.owner.ask('PUT', '/v1/integrations/openai', { body: {}, headers })).status).toBe(403);
  });
});

test('once the key is destroyed the answer says so', async () => {
  const gone = await api.workspace();
  const payload = await stored(`outreach/${gone.id}/1`, 1);
  await api.db.inTenant(gone.id, destroyTenantKey);
  // As a process that has not read the key in the last half minute.
  const { vault, db } = api.deps;
  const world = { vault, platformKeys: [randomBytes(32)], monotonicMs: () => performance.now(), randomBytes };
  Object.assign(api.deps, { histories: keyring({ ...world, store: tenantKeyStore(db) }) });
  const answer = await gone.officer.ask('POST', '/v1/histories/decode', { body: { payloads: [payload] } });
  expect(answer).toMatchObject({
    status: 410,
    body: { type: '/problems#key-destroyed', detail: expect.stringContaining('nothing in its histories') },
  });
});
