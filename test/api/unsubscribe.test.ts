import { randomBytes, randomUUID } from 'node:crypto';
import { addressHash } from '../../providers/keyedHash.ts';
import { signLink } from '../../providers/linkToken.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace('real');
});
afterAll(() => api.close());

const sequenceId = randomUUID();
function linkOf(address: string, tenantId = acme.id) {
  const hash = addressHash(api.deps.addressKey, tenantId, address);
  const token = signLink(api.deps.linkKeys, {
    kind: 'unsubscribe',
    tenantId,
    enrolmentId: randomUUID(),
    sequenceId,
    addressHash: hash,
  });
  return { path: `/u/${token}`, hash };
}
async function stored(hash: Buffer, tenantId = acme.id) {
  return api.db.inTenant(tenantId, (tx) =>
    tx.rows<{ basis: string; scopeId: string; subjects: number; obligations: number; works: number }>(
      `select x.basis, x.scope_id as "scopeId", b.subjects,
         (select count(*) from obligations o where o.subject_id = b.id and o.state = 'open' and o.due_at > o.started_at + interval '10 days') as obligations,
         (select count(*) from outbox w where w.workflow_id = 'suppression/' || x.tenant_id || '/' || b.id) as works
       from suppressions x join suppression_batches b on b.id = x.batch_id where x.subject_hash = $1 order by x.recorded_at`,
      [hash],
    ),
  );
}
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const multipart = (name: string, value: string) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=xx' },
  body: `--xx\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--xx--\r\n`,
});

test.each(['GET', 'HEAD'])('%s shows the page and changes nothing', async (method) => {
  const { path, hash } = linkOf(`reader-${method}@example.com`);
  const { status, body, headers } = await api.stranger.ask(method, path);
  expect(status).toBe(200);
  expect(headers.getSetCookie()).toEqual([]);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(await stored(hash)).toEqual([]);
  if (method === 'GET') {
    expect(body).toContain('Acme');
    expect(body).not.toContain('<script');
  }
});

test.each([
  { name: 'one click as RFC 8058 has it', body: 'List-Unsubscribe=One-Click', headers: form, basis: 'one_click' },
  { name: 'one click as multipart', ...multipart('List-Unsubscribe', 'One-Click'), basis: 'one_click' },
  { name: 'one click without a body', body: '', headers: {}, basis: 'one_click' },
  {
    name: 'one click as JSON',
    body: '{"unsubscribe":true}',
    headers: { 'content-type': 'application/json' },
    basis: 'one_click',
  },
  {
    name: 'one click with a megabyte of body',
    body: 'x'.repeat(1_000_000),
    headers: { 'content-type': 'text/plain' },
    basis: 'one_click',
  },
  { name: "the page's own form", body: 'scope=everything', headers: form, basis: 'page' },
  { name: 'the form as multipart', ...multipart('scope', 'everything'), basis: 'page' },
])('$name suppresses everything, opens the promise and wants its workflow', async ({ name, body, headers, basis }) => {
  const { path, hash } = linkOf(`${name.replaceAll(/\W/g, '')}@example.com`);
  const reply = await api.stranger.ask('POST', path, { body, headers });
  expect(reply.status).toBe(200);
  expect(await stored(hash)).toEqual([{ basis, scopeId: acme.id, subjects: 1, obligations: 1, works: 1 }]);
});

test.each([
  { name: 'urlencoded', body: 'scope=sequence', headers: form },
  { name: 'multipart', ...multipart('scope', 'sequence') },
])('the form can stop one series only ($name), and everything afterwards', async ({ name, body, headers }) => {
  const { path, hash } = linkOf(`series-${name}@example.com`);
  const reply = await api.stranger.ask('POST', path, { body, headers });
  expect(reply.body).toContain('this series');
  expect((await stored(hash)).map(({ scopeId }) => scopeId)).toEqual([sequenceId]);
  await api.stranger.ask('POST', path, { body: 'scope=everything', headers: form });
  expect((await stored(hash)).map(({ scopeId }) => scopeId)).toEqual([sequenceId, acme.id]);
});

test('asking twice is asking once', async () => {
  const { path, hash } = linkOf('twice@example.com');
  const replies = await Promise.all([1, 2, 3].map(() => api.stranger.ask('POST', path)));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await stored(hash)).toHaveLength(1);
});

test('it works when the tenant is gone', async () => {
  const gone = randomUUID();
  const { path, hash } = linkOf('late@example.com', gone);
  expect((await api.stranger.get(path)).body).toContain('this sender');
  expect((await api.stranger.ask('POST', path)).status).toBe(200);
  expect(await stored(hash, gone)).toHaveLength(1);
});

test('a link of an older key works, one of a foreign key does not', async () => {
  const [newest] = api.deps.linkKeys;
  const rotated = await serve({ db: api.db, stops: api.db, linkKeys: [randomBytes(32), newest] });
  const { path } = linkOf('older@example.com');
  expect((await rotated.stranger.get(path)).status).toBe(200);
  const foreign = await serve({ db: api.db, stops: api.db });
  expect((await foreign.stranger.get(path)).status).toBe(404);
  expect((await foreign.stranger.ask('POST', path)).status).toBe(404);
  await rotated.close();
  await foreign.close();
});

test('a cut link tells what to do, and 200 is never said when nothing could be saved', async () => {
  const { path } = linkOf('cut@example.com');
  const cut = await api.stranger.get(path.slice(0, -5));
  expect(cut.status).toBe(404);
  expect(cut.body).toContain('unsubscribe');
  const broken = await serve({
    stops: {
      inTenant: () => Promise.reject(new Error('no database')),
      lookUp: () => Promise.reject(new Error('no database')),
      close: () => Promise.resolve(),
    },
    linkKeys: api.deps.linkKeys,
  });
  const reply = await broken.stranger.ask('POST', path);
  await broken.close();
  expect(reply.status).toBe(500);
  expect(reply.body).toContain('That did not work');
});

test('a name cannot put markup into the page', async () => {
  const odd = await api.workspace();
  await odd.owner.patch('/v1/tenant', { name: '<script>alert(1)</script>' });
  const { body } = await api.stranger.get(linkOf('odd@example.com', odd.id).path);
  expect(body).toContain('&lt;script&gt;');
  expect(body).not.toContain('<script>');
});
