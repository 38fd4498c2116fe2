import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { problems } from '../../api/problem.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const step = { id: 'one', kind: 'email', after: { hours: 0 }, subject: 'Hello', text: 'Words.' };
const json = { 'content-type': 'application/json' };

test.each([
  { method: 'GET', path: '/v1/nothing', status: 404, type: 'not-found', because: 'no route has this address' },
  { method: 'GET', path: '/nothing', status: 404, type: 'not-found', because: 'nor has anything else' },
  { method: 'GET', path: '/v1/users/%zz', status: 400, type: 'malformed-request', because: 'the address does not decode' },
  { method: 'GET', path: '/v1/users/12', status: 404, type: 'not-found', because: 'what is no id names nothing' },
  { method: 'GET', path: `/v1/users/${randomUUID()}`, status: 404, type: 'not-found', because: 'nobody has this id' },
  { method: 'GET', path: '/v1/users?limit=0', status: 400, type: 'malformed-request', because: 'a page has an item at least' },
  { method: 'GET', path: '/v1/users?limit=201', status: 400, type: 'malformed-request', because: 'and 200 at most' },
  { method: 'GET', path: '/v1/users?cursor=x', status: 400, type: 'malformed-request', because: 'the cursor is of no list' },
  { method: 'DELETE', path: '/v1/users', status: 405, type: 'method-not-allowed', because: 'the method is not declared' },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{}',
    headers: {},
    status: 415,
    type: 'unsupported-media-type',
    because: 'the body says not that it is JSON',
  },
  {
    method: 'GET',
    path: '/v1/users?search=%00',
    status: 400,
    type: 'malformed-request',
    because: 'a NUL cannot be stored or found',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{"name":"a\\u0000"}',
    headers: json,
    status: 400,
    type: 'malformed-request',
    because: 'nor in a body',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{"name":"\\ud800"}',
    headers: json,
    status: 400,
    type: 'malformed-request',
    because: 'nor can half a character',
  },
  {
    method: 'GET',
    path: `/v1/launches?cursor=${Buffer.from('["x","y"]').toString('base64url')}`,
    status: 400,
    type: 'malformed-request',
    because: 'the cursor is of another list',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{',
    headers: json,
    status: 400,
    type: 'malformed-request',
    because: 'the JSON is cut',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{}',
    headers: json,
    status: 422,
    type: 'invalid-request',
    because: 'the name and the steps are missing',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: JSON.stringify({ name: 'x'.repeat(3_000_000) }),
    headers: json,
    status: 413,
    type: 'too-large',
    because: 'the body has 3 MB',
  },
  {
    method: 'POST',
    path: '/v1/sequences',
    body: '{}',
    headers: { 'content-type': 'application/json; charset=klingon' },
    status: 415,
    type: 'unsupported-media-type',
    because: 'nobody knows the character set',
  },
])('$method $path answers $status: $because', async ({ method, path, body, headers, status, type }) => {
  const reply = await acme.owner.ask(method, path, { ...(body !== undefined && { body }), ...(headers && { headers }) });
  expect(reply).toMatchObject({
    status,
    body: { type: `/problems#${type}`, status, title: problems[type as keyof typeof problems].title },
  });
});

test('a method that is not declared is answered with those that are', async () => {
  const { headers } = await acme.owner.delete('/v1/users');
  expect(headers.get('allow')).toBe('GET, HEAD');
});

test('a broken rule is named with its place in the body', async () => {
  const definition = {
    steps: [{ ...step, branches: { sent: 'nowhere' } }],
    window: { from: '9', to: '17:00', weekdays: [1], skipHolidays: true },
  };
  const { body } = await acme.rep.post('/v1/sequences', { name: 'A', definition });
  const places = (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
  expect(places).toContain('/definition/window/from');
});

test('a failure that nobody foresaw tells the caller nothing about itself', async () => {
  const broken = await serve({
    vault: {
      encrypt: () => {
        throw new Error('the secret of the house');
      },
      decrypt: () => Buffer.alloc(0),
      rotate: () => '',
      isNewest: () => true,
    },
  });
  const { owner } = await broken.workspace();
  const reply = await owner.post('/v1/mailboxes', mailbox('owner@acme.example'));
  await broken.close();
  expect(reply).toMatchObject({ status: 500, body: { type: '/problems#internal' } });
  expect(JSON.stringify(reply.body)).not.toContain('secret of the house');
});

test('every problem type has an entry on the page that its link leads to', async () => {
  const { body } = await api.stranger.get('/problems');
  for (const name of Object.keys(problems)) expect(body).toContain(`id="${name}"`);
});

test('the strict policy holds for every page, and the documents need nothing from elsewhere', async () => {
  for (const path of ['/docs', '/problems', '/u/x', '/v1/openapi.json']) {
    const { headers } = await api.stranger.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure|https?:/);
  }
  const { body } = await api.stranger.get('/docs');
  expect(body).not.toMatch(/<script>|https?:|style=/);
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
    expect(body).toContain(`/docs/${file}`);
    expect((await api.stranger.get(`/docs/${file}`)).status).toBe(200);
  }
});

function mailbox(address: string) {
  return {
    kind: 'rep',
    fromName: 'A',
    address,
    smtp: { host: 'localhost', port: 25, security: 'none' },
    dkim: { domain: 'acme.example', selector: 's', privateKey: pem },
  };
}
const { privateKey: pem } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
