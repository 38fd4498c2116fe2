import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { closeGracefully } from '../../api/shutdown.ts';
import { openDatabase } from '../../db/transaction.ts';
import { processLog } from '../../providers/log.ts';
import { metricsServer, processMetrics } from '../../providers/metrics.ts';
import { serve } from './serve.ts';

const metrics = new Registry();
let isStopping = false;
let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({ metrics, isStopping: () => isStopping });
});
afterAll(() => api.close());

const read = async (path: string, origin = api.origin) => {
  const reply = await fetch(`${origin}${path}`);
  return { status: reply.status, text: await reply.text() };
};

test('it lives, and it is ready when PostgreSQL answers', async () => {
  expect(await read('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  expect(await read('/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

test('one that is being stopped wants nothing new, and lives', async () => {
  isStopping = true;
  expect(await read('/readyz')).toEqual({ status: 503, text: 'stopping\n' });
  expect((await read('/healthz')).status).toBe(200);
  isStopping = false;
});

test('without PostgreSQL it lives and is not ready', async () => {
  const away = openDatabase({ url: 'postgres://nobody:nothing@127.0.0.1:1/nowhere' });
  const other = await serve({ stops: away });
  expect(await read('/readyz', other.origin)).toEqual({ status: 503, text: 'the database does not answer\n' });
  expect((await read('/healthz', other.origin)).status).toBe(200);
  await away.close();
  await other.close();
});

test('requests are counted by the pattern of their route: no label holds what stood in the address', async () => {
  await api.stranger.get('/v1/contacts?search=ada');
  await api.stranger.get('/v1/launches/8a1cf4b2-7a71-4a2e-9a55-0c7a5a0f0001');
  await fetch(`${api.origin}/u/secret-token`);
  await sleep(10);
  const text = await metrics.metrics();
  expect(text).toMatch(
    /decorum_http_request_duration_seconds_count\{method="GET",route="\/v1\/launches\/:launchId",status="401"\} 1/,
  );
  expect(text).toMatch(/route="\/u\/:token"/);
  expect(text).toMatch(/decorum_http_requests_open 0/);
  expect(text).not.toMatch(/ada|8a1cf4b2|secret-token/);
});

test('who is refused stands in the log, by id, route and status, and is not named', async () => {
  const lines: string[] = [];
  const own = await serve({ log: processLog('api', 'info', { write: (line) => void lines.push(line) }) });
  const { rep } = await own.workspace();
  await own.stranger.get('/v1/contacts?search=ada@mail.example');
  await rep.patch('/v1/tenant', { name: 'Ada' });
  await rep.get('/v1/contacts?search=ada@mail.example');
  while (lines.length < 2) await sleep(10); // written once the answer has left
  await own.close();
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { msg: 'refused', method: 'GET', route: '/v1/contacts', status: 401 },
    { msg: 'refused', method: 'PATCH', route: '/v1/tenant', status: 403, userId: rep.userId },
  ]);
  expect(lines.join('')).not.toMatch(/ada|@/i);
});

test('metrics are on a port of their own, with health, and not on the public one', async () => {
  let lacks: string | null = null;
  const inside = metricsServer(processMetrics('test'), () => Promise.resolve(lacks)).listen(0, '127.0.0.1');
  await once(inside, 'listening');
  const origin = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
  expect((await read('/metrics', origin)).text).toMatch(/process_cpu_seconds_total\{process="test"\}|nodejs_heap/);
  expect((await read('/readyz', origin)).status).toBe(200);
  lacks = 'no work is taken';
  expect(await read('/readyz', origin)).toEqual({ status: 503, text: 'no work is taken\n' });
  expect((await read('/other', origin)).status).toBe(404);
  expect((await read('/metrics')).status).toBe(404);
  inside.close();
});

describe('a server that is closed', () => {
  async function slowServer() {
    let begin: (finish: () => void) => void = () => undefined;
    const begun = new Promise<() => void>((resolve) => (begin = resolve));
    const server = createServer((_request, response) => {
      response.write('first, ');
      begin(() => response.end('last'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, begun, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test('finishes what it has begun and takes nothing new', async () => {
    const { server, begun, origin } = await slowServer();
    const answer = fetch(origin).then((reply) => reply.text());
    const finish = await begun;
    const closed = closeGracefully(server, 20_000);
    await expect(fetch(origin)).rejects.toThrow();
    finish();
    expect(await answer).toBe('first, last');
    await closed;
  });

  test('waits for nobody for good', async () => {
    const { server, begun, origin } = await slowServer();
    const answer = fetch(origin).then((reply) => reply.text());
    await begun;
    await closeGracefully(server, 50);
    await expect(answer).rejects.toThrow();
  });
});
