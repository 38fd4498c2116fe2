import { request } from 'node:http';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attacked-'));
  mkdirSync(join(folder, 'console/assets'), { recursive: true });
  writeFileSync(join(folder, 'console/index.html'), '<html><head></head></html>');
  writeFileSync(join(folder, 'secret.txt'), 'a secret');
  api = await serve({ consoleFolder: join(folder, 'console') });
  acme = await api.workspace();
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = { 'content-type': 'application/json' };
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

test.each([
  { what: 'arrays in arrays', body: nested('[', ']', 500_000) },
  { what: 'objects in objects', body: `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}` },
  { what: 'an open end', body: '['.repeat(1_000_000) },
  { what: 'a number of a million digits', body: `{"email":${'9'.repeat(1_000_000)}}` },
  { what: 'a name of a million letters', body: `{"${'x'.repeat(1_000_000)}":1}` },
  {
    what: 'a key that is no property of ours',
    body: '{"__proto__":{"role":"owner"},"constructor":{"prototype":{}},"email":"a@b.example"}',
  },
])('$what are answered like any other wrong body, before and after the log-in', async ({ body }) => {
  for (const path of ['/v1/session', '/v1/sign-ups'])
    expect([400, 422]).toContain((await api.stranger.post(path, body, json)).status);
  for (const path of ['/v1/contacts', '/v1/sequences', '/v1/mailboxes', '/v1/content-checks'])
    expect([400, 422]).toContain((await acme.rep.post(path, body, json)).status);
});

test.each([
  { what: 'plain', body: Buffer.from(`{"email":"${'x'.repeat(2_100_000)}"}`), headers: json },
  {
    what: 'unpacked',
    body: gzipSync(Buffer.alloc(50_000_000, ' ')),
    headers: { ...json, 'content-encoding': 'gzip' },
  },
])('a body that is too large ($what) is refused before it is read', async ({ body, headers }) => {
  expect((await api.stranger.post('/v1/session', body, headers)).status).toBe(413);
  expect((await acme.rep.post('/v1/contacts', body, headers)).status).toBe(413);
});

test('an address or a head that is too long is refused', async () => {
  expect((await acme.rep.get(`/v1/contacts?search=${'x'.repeat(10_000)}`)).status).toBe(400);
  const reply = await fetch(`${api.origin}/v1/contacts?search=${'x'.repeat(20_000)}`);
  expect(reply.status).toBe(431);
});

/** As written: `fetch` would tidy the path up. */
function rawGet(path: string): Promise<{ status: number; text: string; location: string | undefined }> {
  const { hostname, port } = new URL(api.origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { accept: 'text/plain, text/html' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, location: response.headers.location }));
    })
      .on('error', reject)
      .end();
  });
}

test('no path leads out of the console’s folder, or to another host', async () => {
  const up = fc.constantFrom('..', '%2e%2e', '.%2e', '..%2f..', '..%5c..', '..\\..', '%252e%252e', '....', '.', '');
  const paths = fc
    .tuple(
      fc.constantFrom('', '/assets', '/docs', '/download', '/u', '//evil.example', '/\\evil.example', '/docs//evil.example'),
      fc.array(up, { minLength: 1, maxLength: 6 }),
    )
    .chain(([start, steps]) => fc.constantFrom('secret.txt', '').map((end) => `${start}/${[...steps, end].join('/')}`));
  await fc.assert(
    fc.asyncProperty(paths, async (path) => {
      const { status, text, location = '/' } = await rawGet(path);
      expect(location).toMatch(/^\/(?![/\\])/);
      expect(text).not.toContain('a secret');
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
});

const oddNames = [
  '../../../etc/cron.d/evil',
  '/etc/passwd',
  'C:\\evil.exe',
  'a\r\nSet-Cookie: b=c',
  '"; filename="evil.html',
  '<script>.csv',
  '\u202egnp.csv',
];

test.each(oddNames)('a file named %j is a file with an odd name, and nothing more', async (fileName) => {
  const body = 'Email,First name\nann@example.com,Ann\n';
  const path = `/v1/imports?fileName=${encodeURIComponent(fileName)}`;
  const { status, body: made } = await acme.rep.post(path, body, { 'content-type': 'text/csv' });
  expect(status).toBe(201);
  const { id } = made as { id: string };
  expect((await acme.rep.get(`/v1/imports/${id}`)).body).toMatchObject({ fileName });
  const errors = await acme.rep.get(`/v1/imports/${id}/errors.csv`);
  expect(errors.headers.get('content-disposition')).toBe('attachment; filename="import-errors.csv"');
  expect(errors.headers.getSetCookie()).toEqual([]);
});

test.each(oddNames)('a receipt named %j comes back under that name as an attachment, and nothing more', async (name) => {
  const facts = { discoveredAt: new Date().toISOString() };
  const { id } = (await acme.officer.post('/v1/breaches', { title: 'One', facts })).body as { id: string };
  const { lineId } = await api.db.inTenant(acme.id, (tx) =>
    tx.row<{ lineId: string }>(
      `update breach_lines set audience = 'regulators', state = 'MD' where incident_id = $1 returning id as "lineId"`,
      [id],
    ),
  );
  await api.db.inTenant(acme.id, (tx) =>
    tx.run(`update obligations set kind = 'breach.regulators' where subject_id = $1`, [lineId]),
  );
  const line = `/v1/breaches/${id}/lines/${lineId}`;
  const receipt = { name, base64: Buffer.from('<script>alert(1)</script>').toString('base64') };
  expect((await acme.officer.post(`${line}/filed`, { receipt })).status).toBe(200);
  const { status, headers } = await acme.officer.get(`${line}/receipt`);
  expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'application/octet-stream' });
  expect(headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
  expect(headers.get('content-disposition')).toMatch(/^[\w ;*=%.!~'()-]+$/);
  expect(headers.getSetCookie()).toEqual([]);
});

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '"',
    '""',
    ',',
    ';',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '\ufeff',
    'Email',
    'ann@example.com',
    'sep=\0\n',
    '=1+1',
    '2125550123',
  ),
);
const anyFile = fc.oneof(
  fc.array(cell, { maxLength: 60 }).map((cells) => Buffer.from(cells.join(''))),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
);

test.each([
  { path: '/v1/imports?fileName=any.csv', because: 'contacts' },
  { path: '/v1/suppressions/import', because: 'opt-outs' },
  { path: '/v1/do-not-call/import', because: 'numbers not to call' },
  { path: '/v1/call-registries/federal?dataOn=2026-11-01&account=SAN1', because: 'a registry' },
])('a file of anything whatsoever is taken or refused: $because', async ({ path }) => {
  await fc.assert(
    fc.asyncProperty(anyFile, async (file) => {
      const { status } = await acme.owner.post(path, file, { 'content-type': 'text/csv' });
      expect([201, 202, 400, 422]).toContain(status);
    }),
    {
      numRuns: 60,
      interruptAfterTimeLimit: 20_000,
      examples: [[Buffer.from('Em\0ail,x\n1,2\n')], [Buffer.from('sep=\0\na\0b\n')]],
    },
  );
});
