import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Patience, patient } from '../../api/patience.ts';

/** A server that answers how many bytes came, once all of them have; it begins to read after `idleMs`. */
async function server({ idleMs = 0, ...limits }: Patience & { idleMs?: number }) {
  async function count(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await sleep(idleMs);
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    response.end(String(bytes));
  }
  const server = patient(
    createServer({ connectionsCheckingInterval: 50 }, (request, response) => {
      count(request, response).catch(() => response.destroy()); // it was ended
    }),
    limits,
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes the pieces one after the other and answers what came back until the connection ended or the answer was there. */
async function trickled(port: number, pieces: Iterable<string>, everyMs: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  let isOver = false;
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('close', () => (isOver = true));
  socket.on('error', () => (isOver = true)); // reset under a write
  for (const piece of pieces) {
    if (isOver) break;
    socket.write(piece);
    await sleep(everyMs);
  }
  while (!isOver && !answer.includes('\r\n\r\n')) await sleep(10);
  socket.destroy();
  return answer;
}

const head = (bytes: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;

test('a body that trickles is refused, however long it would go on', async () => {
  const { port, close } = await server({ headMs: 60_000, bodyMs: 200, bytesPerSecond: 10_000 });
  const answer = await trickled(port, [head(10_000), ...Array<string>(10_000).fill('x')], 20);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  await close();
});

test('one that comes at a fair pace is waited for, however large it is', async () => {
  const { port, close } = await server({ headMs: 60_000, bodyMs: 200, bytesPerSecond: 1 });
  const answer = await trickled(port, [head(50_000), ...Array<string>(50).fill('x'.repeat(1_000))], 20);
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*50000/);
  await close();
});

test('a head that trickles is refused', async () => {
  const { port, close } = await server({ headMs: 200, bodyMs: 60_000, bytesPerSecond: 1 });
  const answer = await trickled(port, ['GET / HTTP/1.1\r\n', ...Array<string>(10_000).fill('X-A: b\r\n')], 20);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  await close();
});

test('where we are slow to read, nobody is refused for it', async () => {
  const { port, close } = await server({ headMs: 60_000, bodyMs: 300, bytesPerSecond: 1e12, idleMs: 1_000 });
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: Buffer.alloc(2_000_000) });
  expect(await answer.text()).toBe('2000000');
  await close();
});
