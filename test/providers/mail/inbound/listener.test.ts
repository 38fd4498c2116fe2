import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { type Delivery, type Listener, startListener } from '../../../../providers/mail/inbound/listener.ts';
import { parseInbound } from '../../../../providers/mail/inbound/parse.ts';
import { type LinkKeys, signMailLocalPart } from '../../../../providers/linkToken.ts';
import { connectSmtp } from '../../../../providers/mail/smtpConnect.ts';
import { openWireWindow } from '../../../../providers/mail/wireWindow.ts';

const linkKeys: LinkKeys = [Buffer.alloc(32, 1)];
const mail = { mailKey: Buffer.alloc(10, 5), step: 2 };
const addressFor = (kind: 'reply' | 'bounce' | 'unsubscribe') =>
  `${signMailLocalPart(linkKeys, { kind, ...mail })}@in.acme.example`;

const running: Listener[] = [];
afterEach(async () => {
  for (const listener of running.splice(0)) await listener.stop();
});

async function start(handle: (delivery: Delivery) => Promise<void>): Promise<{ port: number; failures: unknown[] }> {
  const failures: unknown[] = [];
  const listener = await startListener({ domain: 'in.acme.example', linkKeys, handle, failed: (error) => failures.push(error) });
  running.push(listener);
  return { port: listener.port, failures };
}

async function send(port: number, to: string, message = 'Subject: x\r\n\r\n.yes\r\n', from = 'ada@example.com') {
  const lane = await connectSmtp({ host: '127.0.0.1', port, secure: 'none', clientName: 'here' });
  const prepared = await lane.prepare({ from, to, sizeBytes: message.length, smtpUtf8: false });
  const outcome = prepared.outcome === 'ready' ? await lane.data(Buffer.from(message), openWireWindow()) : prepared;
  lane.close();
  return outcome;
}

test.each(['reply', 'bounce', 'unsubscribe'] as const)(
  'mail to %s+… is handed over as it came, in any letter case',
  async (kind) => {
    const got: Delivery[] = [];
    const { port } = await start(async (delivery) => void got.push(delivery));
    expect(await send(port, addressFor(kind).toUpperCase(), undefined, '')).toMatchObject({ outcome: 'sent' });
    expect(got).toEqual([{ kind, ...mail, raw: Buffer.from('Subject: x\r\n\r\n.yes\r\n'), envelopeFrom: '' }]);
  },
);

test('250 comes only after the commit', async () => {
  let hasCommitted = false;
  const { port } = await start(async () => {
    await sleep(100);
    hasCommitted = true;
  });
  expect(await send(port, addressFor('reply'))).toMatchObject({ outcome: 'sent' });
  expect(hasCommitted).toBe(true);
});

test('what could not be committed is 451, and the sender tries again', async () => {
  const { port, failures } = await start(() => Promise.reject(new Error('no database')));
  expect(await send(port, addressFor('reply'))).toMatchObject({ outcome: 'refused', phase: 'message', code: 451 });
  expect(failures).toEqual([new Error('no database')]);
});

test('what no honest program writes is 554, and the sender gives up', async () => {
  const { port, failures } = await start(async ({ raw }) => void (await parseInbound(raw)));
  const many = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(200)}--b--\r\n`;
  expect(await send(port, addressFor('reply'), many)).toMatchObject({ outcome: 'refused', code: 554 });
  expect(failures).toEqual([]);
});

test.each([
  { to: 'rae@in.acme.example', because: 'nobody has an inbox here' },
  { to: 'postmaster@in.acme.example', because: 'nobody' },
  {
    to: `${signMailLocalPart([Buffer.alloc(32, 9)], { kind: 'reply', ...mail })}@in.acme.example`,
    because: 'another key signed',
  },
  { to: addressFor('reply').replace('reply+', 'unsubscribe+'), because: 'another kind' },
  { to: addressFor('reply').replace('in.acme', 'out.acme'), because: 'another domain: no relay' },
])('550 for $to: $because', async ({ to }) => {
  const { port } = await start(() => Promise.resolve());
  expect(await send(port, to)).toMatchObject({ outcome: 'refused', phase: 'rcpt', code: 550 });
});

test('a message too large is refused, announced or not, and does not reach the handler', async () => {
  const got: Delivery[] = [];
  const { port } = await start(async (delivery) => void got.push(delivery));
  const large = `Subject: x\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(100) + `${'y'.repeat(98)}\r\n`.repeat(25_000);
  expect(await send(port, addressFor('reply'), large)).toMatchObject({ code: 552 });
  const lane = await connectSmtp({ host: '127.0.0.1', port, secure: 'none', clientName: 'here' });
  expect(await lane.prepare({ from: 'a@b.example', to: addressFor('reply'), sizeBytes: 10, smtpUtf8: false })).toEqual({
    outcome: 'ready',
  });
  expect(await lane.data(Buffer.from(large), openWireWindow())).toMatchObject({ outcome: 'refused', code: 552 });
  lane.close();
  expect(got).toEqual([]);
});

test('more connections than allowed are turned away, more recipients too', async () => {
  const { port } = await start(() => Promise.resolve());
  const sockets = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  await expect(connectSmtp({ host: '127.0.0.1', port, secure: 'none', clientName: 'here' })).rejects.toMatchObject({
    answer: { code: 421 },
  });
  const [socket] = sockets;
  const recipients = [0, 1, 2, 3, 4, 5].map(
    (step) => `${signMailLocalPart(linkKeys, { kind: 'reply', ...mail, step })}@in.acme.example`,
  );
  let said = '';
  socket?.on('data', (chunk) => (said += chunk.toString()));
  socket?.write(`EHLO x\r\nMAIL FROM:<a@b.example>\r\n${recipients.map((to) => `RCPT TO:<${to}>\r\n`).join('')}`);
  await sleep(200);
  expect(said.match(/^4\d\d /gm)).toHaveLength(1);
  for (const each of sockets) each.destroy();
});

test('a port that is taken is an error', async () => {
  const { port } = await start(() => Promise.resolve());
  await expect(
    startListener({ port, domain: 'x.example', linkKeys, handle: () => Promise.resolve(), failed: () => undefined }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
