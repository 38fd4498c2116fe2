import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'headers-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><head></head>');
writeFileSync(join(folder, 'assets/app-1.js'), 'export {};');

let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({ secureCookies: true, consoleFolder: folder });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const html = { headers: { accept: 'text/html' } };

test.each([
  { path: '/', because: 'a page of the console' },
  { path: '/assets/app-1.js', because: 'a script of it' },
  { path: '/assets/app-2.js', because: 'one that is not there' },
  { path: '/v1/session', because: 'a refusal of the API' },
  { path: '/v1/openapi.json', because: 'an answer of it' },
  { path: '/v1/nothing', because: 'an address that it has not' },
  { path: '/docs', because: 'the documents' },
  { path: '/problems', because: 'what refusals mean' },
  { path: '/page.css', because: 'the style of public pages' },
  { path: '/u/x', because: 'an unsubscribe link that is none' },
  { path: '/certificates/x', because: 'a certificate that is none' },
  { path: '/download/x', because: 'a download that is none' },
  { path: '/.well-known/jwks.json', because: 'the public keys' },
  { path: '/healthz', because: 'what a balancer asks' },
])('$path has every header that browsers go by: $because', async ({ path }) => {
  const { headers } = await api.stranger.get(path, html);
  const said = (name: string) => headers.get(name) ?? '';
  expect(said('strict-transport-security')).toMatch(/^max-age=(?:3153[6-9]|[4-9])\d{3,}; includeSubDomains/);
  expect(said('x-content-type-options')).toBe('nosniff');
  expect(said('referrer-policy')).toBe('no-referrer');
  expect(said('cross-origin-opener-policy')).toBe('same-origin');
  expect(said('cross-origin-resource-policy')).toBe('same-origin');
  expect(said('content-security-policy')).toMatch(/default-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/);
  expect(said('content-security-policy')).not.toMatch(/unsafe|\*/);
  expect(said('content-type')).toMatch(/^(?:text\/|application\/(?:json|problem\+json|jwk-set\+json)).*charset=utf-8$/i);
  expect(said('x-powered-by') + said('server') + said('access-control-allow-origin')).toBe('');
});

test('what the API answers is kept by no browser', async () => {
  const { owner } = await api.workspace();
  for (const reply of [await owner.get('/v1/users'), await api.stranger.get('/v1/session'), await api.stranger.get('/u/x')])
    expect(reply.headers.get('cache-control')).toContain('no-store');
});

test('TRACE echoes nothing', async () => {
  const { hostname, port } = new URL(api.origin);
  for (const path of ['/v1/session', '/', '/u/x']) {
    const text = await new Promise<string>((resolve, reject) => {
      request({ hostname, port, path, method: 'TRACE', headers: { 'x-secret': 'shibboleth' } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      })
        .on('error', reject)
        .end();
    });
    expect(text).toMatch(/^40[45]/);
    expect(text).not.toContain('shibboleth');
  }
});

test.each([
  {
    said: 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    because: 'a length and chunks: two readers would part it at two places',
  },
  { said: 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}', because: 'two lengths' },
  { said: 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n', because: 'chunks inside of something else' },
  { said: 'Content-Length : 2\r\n\r\n{}', because: 'a blank before the colon' },
])('no request is smuggled in: $because', async ({ said }) => {
  const { hostname, port } = new URL(api.origin);
  const head = 'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(`${head}${said}`));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});
