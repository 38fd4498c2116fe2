import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compose, messageBytes } from '../../providers/mail/compose.ts';
import { testSend } from '../../providers/mail/testSend.ts';
import { type Catcher, startCatcher } from '../../scripts/services/catcher.ts';

let dir: string;
const running: Catcher[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'catcher-'));
});
afterEach(async () => {
  for (const catcher of running.splice(0)) await catcher.stop();
  await rm(dir, { recursive: true });
});

async function start(options: Partial<Parameters<typeof startCatcher>[0]> = {}): Promise<Catcher> {
  const catcher = await startCatcher({ dir, ...options });
  running.push(catcher);
  return catcher;
}

const bytesOf = (subject: string): Buffer =>
  messageBytes(
    compose({
      from: { name: 'Rae', address: 'rae@acme.example' },
      to: { name: 'Žofie', address: 'zofie@example.com' },
      subject,
      sentAt: new Date(0),
      messageId: '<1@acme.example>',
      text: 'Grüße\n',
      html: '<p>Grüße</p>',
    }),
  );

async function send(catcher: Catcher, subject: string): Promise<void> {
  const server = {
    host: '127.0.0.1',
    port: catcher.smtpPort,
    secure: 'none',
    username: 'any',
    password: 'any',
    clientName: 'here',
  } as const;
  expect(await testSend(server, { from: 'rae@acme.example', to: 'zofie@example.com' }, bytesOf(subject))).toMatchObject({
    accepted: true,
  });
}

async function get(catcher: Catcher, path: string, init?: RequestInit) {
  const response = await fetch(`http://127.0.0.1:${catcher.httpPort}${path}`, init);
  return { status: response.status, body: await response.text() };
}
async function list(catcher: Catcher, query = ''): Promise<{ id: string; subject: string; from: string; to: string }[]> {
  const { messages } = JSON.parse((await get(catcher, `/messages${query}`)).body) as {
    messages: { id: string; subject: string; from: string; to: string }[];
  };
  return messages;
}

test('a message with any log-in is caught and shown, listed, parsed and raw', async () => {
  const catcher = await start();
  await send(catcher, 'Grüße an alle');
  const [caught] = await list(catcher);
  expect(caught).toMatchObject({
    subject: 'Grüße an alle',
    from: '"Rae" <rae@acme.example>',
    to: 'zofie@example.com',
    caughtAt: expect.stringMatching(/^\d{4}-/),
  });
  const one = JSON.parse((await get(catcher, `/messages/${caught?.id}`)).body) as unknown;
  expect(one).toMatchObject({
    subject: 'Grüße an alle',
    headerTo: '"Žofie" <zofie@example.com>',
    text: 'Grüße\n',
    html: '<p>Grüße</p>',
    messageId: '<1@acme.example>',
  });
  expect((await get(catcher, `/messages/${caught?.id}/raw`)).body.endsWith(bytesOf('Grüße an alle').toString())).toBe(true);
});

test('pages go from the newest to the oldest', async () => {
  const catcher = await start();
  for (let index = 1; index <= 5; index += 1) await send(catcher, `m${index}`);
  const first = await list(catcher, '?limit=2');
  expect(first.map(({ subject }) => subject)).toEqual(['m5', 'm4']);
  const second = await list(catcher, `?limit=2&before=${first.at(-1)?.id}`);
  expect(second.map(({ subject }) => subject)).toEqual(['m3', 'm2']);
});

test('a restart keeps what was caught and goes on numbering; only the newest are kept', async () => {
  const before = await start({ kept: 3 });
  for (let index = 1; index <= 4; index += 1) await send(before, `m${index}`);
  await running.pop()?.stop();
  const after = await start({ kept: 3 });
  await send(after, 'm5');
  expect((await list(after)).map(({ subject }) => subject)).toEqual(['m5', 'm4', 'm3']);
  expect(await readdir(dir)).toEqual(['000000000003.eml', '000000000004.eml', '000000000005.eml']);
  expect((await get(after, '/messages/000000000001')).status).toBe(404);
});

test.each([
  '/',
  '/messages/1',
  '/messages/..%2f..%2fetc%2fpasswd',
  '/messages/000000000009',
  '/messages/000000000001/html',
  '/nothing',
])('nothing is found at %s', async (path) => expect((await get(await start(), path)).status).toBe(404));

test('it only answers questions', async () => {
  expect((await get(await start(), '/messages', { method: 'DELETE' })).status).toBe(405);
});

test('a port that is taken is an error, and nothing is left listening', async () => {
  const { httpPort } = await start();
  await expect(startCatcher({ dir, httpPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a client that breaks off leaves nothing behind', async () => {
  const catcher = await start();
  const { connect } = await import('node:net');
  const socket = connect(catcher.smtpPort, '127.0.0.1');
  socket.write('EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n');
  await sleep(100);
  socket.write('Subject: half');
  await sleep(50);
  socket.resetAndDestroy();
  await sleep(50);
  expect(await list(catcher)).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
});
