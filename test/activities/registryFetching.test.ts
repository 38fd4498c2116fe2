import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fetching, fetchNew } from '../../activities/registries/fetching.ts';
import { outboundGuard } from '../../providers/outboundGuard.ts';

const name = 'federal_full_2026-11-20_SAN1_212.txt';
const dated = 'Fri, 20 Nov 2026 06:00:00 GMT';
let server: Server;
let origin: string;
let folder: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { url: string | undefined; headers: IncomingMessage['headers'] }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(async () => {
  asked = [];
  folder = await mkdtemp(join(tmpdir(), 'fetched-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = outboundGuard(['127.0.0.0/8']);
const fetchIt = (address: string, more: Partial<Fetching> = {}) =>
  fetchNew({ guard: open, address, folder, signal: new AbortController().signal, ...more });
const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
const text = () => readFile(join(folder, name), 'utf8');
const serve =
  (words: string, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(200, { 'content-length': words.length, ...headers }).end(words);

test('a file at the address is kept under its name and date, and not fetched again while it stays the same', async () => {
  answer = (request, response) =>
    request.headers['if-none-match'] === '"one"'
      ? void response.writeHead(304).end()
      : serve('5550101\n', { etag: '"one"', 'last-modified': dated })(request, response);
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'new' }]);
  expect(await text()).toBe('5550101\n');
  expect((await stat(join(folder, name))).mtime).toEqual(new Date(dated));
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'unchanged' }]);
});

test('by its date too; what has changed is fetched anew', async () => {
  let words = '5550101\n';
  answer = (request, response) =>
    request.headers['if-modified-since'] === dated && words === '5550101\n'
      ? void response.writeHead(304).end()
      : serve(words, { 'last-modified': dated })(request, response);
  await fetchIt(`${origin}/${name}`);
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'unchanged' }]);
  words = '5550102\n';
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'new' }]);
  expect(await text()).toBe('5550102\n');
});

test.each([
  {
    because: 'links of a page',
    type: 'text/html',
    index: `<a href="../">up</a><a href="${name}">a</a><a href='notes.txt'>b</a>`,
  },
  { because: 'a line a file', type: 'text/plain', index: `# files\n${name}\nnotes.txt\n` },
])('an index: $because', async ({ type, index }) => {
  answer = (request, response) =>
    request.url === '/lists/' ? serve(index, { 'content-type': type })(request, response) : serve('5550101\n')(request, response);
  expect(await fetchIt(`${origin.replace('//', '//user:secret@')}/lists/`)).toEqual([{ name, outcome: 'new' }]);
  expect(asked.map(({ url }) => url)).toEqual(['/lists/', `/lists/${name}`]);
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(
    Array(2).fill(`Basic ${Buffer.from('user:secret').toString('base64')}`),
  );
  expect(await readdir(folder)).toEqual([`.${name}.json`, name]);
});

test('of a file that broke off only the rest is asked for, and all of it when it is another one by now', async () => {
  let etag = '"one"';
  const whole = '5550101\n5550102\n5550103\n';
  let isBroken = true;
  answer = (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isRest = from > 0 && request.headers['if-range'] === etag;
    const rest = isRest ? whole.slice(from) : whole;
    const range = isRest ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {};
    response.writeHead(isRest ? 206 : 200, { etag, 'content-length': rest.length, ...range });
    if (!isBroken) return void response.end(rest);
    const before = etag === '"one"' ? 8 : 9;
    response.write(rest.slice(0, before));
    const looking = setInterval(() => {
      if (sizeOf(join(folder, `.${name}.part`)) !== before) return;
      clearInterval(looking);
      response.destroy();
    }, 5);
  };
  expect(await fetchIt(`${origin}/${name}`)).toMatchObject([{ name, outcome: 'failed' }]);
  expect(await readdir(folder)).not.toContain(name);
  etag = '"two"';
  expect(await fetchIt(`${origin}/${name}`)).toMatchObject([{ outcome: 'failed' }]);
  isBroken = false;
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'new' }]);
  expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=8-', 'bytes=9-']);
  expect(await text()).toBe(whole);
});

test.each([
  { because: 'says so', headers: { 'content-length': '11' } },
  { because: 'does not say so', headers: { 'transfer-encoding': 'chunked' } },
])('a file that is too large is not kept, when it $because', async ({ headers }) => {
  answer = (_, response) => void response.writeHead(200, headers).end('x'.repeat(11));
  expect(await fetchIt(`${origin}/${name}`, { mostBytes: 10 })).toMatchObject([{ name, outcome: 'failed' }]);
  expect(await readdir(folder)).not.toContain(name);
});

test.each([
  { because: 'an answer that is none', status: 500, headers: {}, says: 'The server answered 500.' },
  { because: 'redirects without an end', status: 302, headers: { location: '/again' }, says: 'redirects more than 5 times' },
  { because: 'a way inside', status: 302, headers: { location: 'http://10.1.2.3/list' }, says: 'OUTBOUND_ALLOWED' },
  { because: 'no way of the web', status: 302, headers: { location: 'file:///etc/passwd' }, says: 'file: is no way' },
])('$because: nothing is kept', async ({ status, headers, says }) => {
  answer = (_, response) => void response.writeHead(status, headers).end();
  expect(await fetchIt(`${origin}/${name}`)).toEqual([{ name, outcome: 'failed', because: expect.stringContaining(says) }]);
  expect(await readdir(folder)).toEqual([]);
});

test('an address inside is not asked unless the operator lists it', async () => {
  answer = serve('5550101\n');
  expect(await fetchIt(`${origin}/${name}`, { guard: outboundGuard([]) })).toMatchObject([{ outcome: 'failed' }]);
  await expect(fetchIt(`${origin}/lists/`, { guard: outboundGuard([]) })).rejects.toThrow('OUTBOUND_ALLOWED');
  expect(asked).toEqual([]);
});

test('a password leaves for its own origin alone', async () => {
  const other = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    response.end('5550101\n');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  answer = (_, response) =>
    void response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/elsewhere` }).end();
  expect(await fetchIt(`${origin.replace('//', '//user:secret@')}/${name}`)).toEqual([{ name, outcome: 'new' }]);
  expect(asked.map(({ url, headers }) => [url, headers.authorization !== undefined])).toEqual([
    [`/${name}`, true],
    ['/elsewhere', false],
  ]);
  other.close();
});
