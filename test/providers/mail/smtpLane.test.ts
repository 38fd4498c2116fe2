import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { compose, messageBytes } from '../../../providers/mail/compose.ts';
import { connectSmtp, type SmtpServer } from '../../../providers/mail/smtpConnect.ts';
import { dotStuffed, type SmtpLane } from '../../../providers/mail/smtpLane.ts';
import { openWireWindow } from '../../../providers/mail/wireWindow.ts';
import { type Client, scriptedSmtp } from '../../doubles/scriptedSmtp.ts';

const envelope = { from: 'rae@acme.example', to: 'ada@example.com', sizeBytes: 100, smtpUtf8: false };
const message = Buffer.from('Subject: x\r\n\r\n.dot\r\nend\r\n');
const limits = { connectMs: 500, answerMs: 300, messageMs: 1_000 };
const open: { stop(): Promise<void> }[] = [];
const lanes: SmtpLane[] = [];

afterEach(async () => {
  for (const lane of lanes.splice(0)) lane.close();
  for (const server of open.splice(0)) await server.stop();
});

async function connectTo(script: (client: Client) => Promise<void>, server: Partial<SmtpServer> = {}): Promise<SmtpLane> {
  const scripted = await scriptedSmtp(script);
  open.push(scripted);
  const lane = await connectSmtp({
    host: '127.0.0.1',
    port: scripted.port,
    secure: 'none',
    clientName: 'here',
    limits,
    ...server,
  });
  lanes.push(lane);
  return lane;
}

/** Greets, then hands over to the rest of the conversation. */
function greeted(rest: (client: Client) => Promise<void>, keywords = ['PIPELINING', 'SIZE 1000', '8BITMIME', 'SMTPUTF8']) {
  return async (client: Client): Promise<void> => {
    client.say('220 ready');
    await client.line();
    client.say(['hello', ...keywords].map((line, index, all) => `250${index < all.length - 1 ? '-' : ' '}${line}`).join('\r\n'));
    await rest(client);
  };
}

/** Takes MAIL and RCPT, then hands over at DATA. */
function prepared(rest: (client: Client) => Promise<void>) {
  return greeted(async (client) => {
    await client.line();
    await client.line();
    client.say('250 sender\r\n250 recipient');
    await rest(client);
  });
}

test('MAIL and RCPT leave together, the body only after the 354, with its dots doubled', async () => {
  const seen: (string | null)[] = [];
  const lane = await connectTo(
    greeted(async (client) => {
      seen.push(await client.line());
      await sleep(20);
      seen.push(client.rest());
      await client.line();
      client.say('250 ok\r\n250 ok');
      seen.push(await client.line());
      await sleep(50);
      seen.push(client.rest());
      client.say('354 go');
      seen.push(await client.message());
      client.say('250 2.0.0 queued as 1');
    }),
  );
  expect(await lane.prepare(envelope)).toEqual({ outcome: 'ready' });
  expect(await lane.data(message, openWireWindow())).toEqual({ outcome: 'sent', response: '250 2.0.0 queued as 1' });
  expect(seen).toEqual([
    'MAIL FROM:<rae@acme.example> SIZE=100',
    'RCPT TO:<ada@example.com>\r\n',
    'DATA',
    '',
    'Subject: x\r\n\r\n..dot\r\nend',
  ]);
});

test('without PIPELINING each command waits for its answer', async () => {
  const seen: string[] = [];
  const lane = await connectTo(
    greeted(
      async (client) => {
        for (const answer of ['250 sender', '250 recipient', '354 go']) {
          seen.push((await client.line()) ?? '');
          await sleep(10);
          expect(client.rest()).toBe('');
          client.say(answer);
        }
        await client.message();
        client.say('250 taken');
      },
      ['HELP'],
    ),
  );
  expect(await lane.prepare(envelope)).toEqual({ outcome: 'ready' });
  expect(await lane.data(message, openWireWindow())).toMatchObject({ outcome: 'sent' });
  expect(seen).toEqual(['MAIL FROM:<rae@acme.example>', 'RCPT TO:<ada@example.com>', 'DATA']);
});

test('an abandoned envelope is reset before the next', async () => {
  const seen: (string | null)[] = [];
  const lane = await connectTo(
    prepared(async (client) => {
      for (let index = 0; index < 3; index += 1) seen.push(await client.line());
      client.say('250 reset\r\n250 sender\r\n250 recipient');
    }),
  );
  await lane.prepare(envelope);
  lane.abandon();
  expect(await lane.prepare({ ...envelope, to: 'bob@example.com' })).toEqual({ outcome: 'ready' });
  expect(seen).toEqual(['RSET', 'MAIL FROM:<rae@acme.example> SIZE=100', 'RCPT TO:<bob@example.com>']);
});

describe('the wire window', () => {
  const clocks = { monotonicMs: () => 0, wallMs: () => 0 };

  test('closed before DATA: nothing is written, the connection lives', async () => {
    let rest = '';
    const lane = await connectTo(
      prepared(async (client) => {
        await sleep(100);
        rest = client.rest();
      }),
    );
    await lane.prepare(envelope);
    expect(await lane.data(message, { leftMs: () => 0 })).toMatchObject({ outcome: 'notBegun', reason: 'windowClosed' });
    expect(lane.isUsable).toBe(true);
    await sleep(150);
    expect(rest).toBe('');
  });

  test('closed before the 354: the socket is destroyed and no byte of the body leaves', async () => {
    let after: string | null = '';
    const lane = await connectTo(
      prepared(async (client) => {
        await client.line();
        await sleep(150);
        client.say('354 too late');
        after = await client.line();
      }),
    );
    await lane.prepare(envelope);
    expect(await lane.data(message, openWireWindow(80))).toMatchObject({ outcome: 'notBegun', reason: 'windowClosed' });
    expect(lane.isUsable).toBe(false);
    await sleep(150);
    expect(after).toBeNull();
  });

  test('a process that was stopped while the 354 came does not write the body', async () => {
    let left = 8_000;
    const lane = await connectTo(
      prepared(async (client) => {
        await client.line();
        left = -1; // as if this process had slept: the clock has gone on, the timer has not fired yet
        client.say('354 go');
        expect(await client.line()).toBeNull();
      }),
    );
    await lane.prepare(envelope);
    expect(await lane.data(message, { leftMs: () => left })).toMatchObject({ outcome: 'notBegun', reason: 'windowClosed' });
  });

  test('the clock that ran further counts', () => {
    let monotonic = 0;
    let wall = 0;
    const window = openWireWindow(8_000, { monotonicMs: () => monotonic, wallMs: () => wall });
    monotonic = 3_000;
    expect(window.leftMs()).toBe(5_000);
    wall = 9_000; // the machine was suspended
    expect(window.leftMs()).toBe(-1_000);
    wall = -50_000; // the clock was set back
    expect(window.leftMs()).toBe(5_000);
    expect(openWireWindow(undefined, clocks).leftMs()).toBe(8_000);
  });
});

const hangUp = async (client: Client): Promise<void> => void client.socket.destroy();
const silence = async (): Promise<void> => undefined;
const says =
  (text: string) =>
  async (client: Client): Promise<void> =>
    client.say(text);

test.each([
  {
    script: greeted(hangUp),
    outcome: { outcome: 'notBegun', reason: 'connectionLost' },
    usable: false,
    because: 'gone before MAIL',
  },
  { script: greeted(silence), outcome: { outcome: 'notBegun', reason: 'timeout' }, usable: false, because: 'silent at MAIL' },
  {
    script: greeted(says('what?')),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'no SMTP at all',
  },
  {
    script: greeted(says('250-ok\r\n550 no')),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'one answer, two codes',
  },
  {
    script: greeted(says('354 go\r\n354 go')),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'an answer out of place',
  },
  {
    script: greeted(says('999 eh\r\n250 ok')),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'a code out of range',
  },
  {
    script: greeted(says(`250 ${'x'.repeat(10_000)}`)),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'an endless line',
  },
  {
    script: greeted(says('250-x\r\n'.repeat(200))),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'endless lines',
  },
  {
    script: greeted(says('250 ok\r\n550-5.1.1 No such\r\n550 5.1.1 user')),
    outcome: { outcome: 'refused', phase: 'rcpt', code: 550, enhanced: '5.1.1', response: '550 5.1.1 No such user' },
    usable: true,
    because: 'no recipient',
  },
  {
    script: greeted(says('451 4.3.0 later\r\n503 no MAIL')),
    outcome: { outcome: 'refused', phase: 'mail', code: 451 },
    usable: true,
    because: 'no sender',
  },
  {
    script: greeted(says('421 4.3.2 shutting down')),
    outcome: { outcome: 'notBegun', reason: 'timeout' },
    usable: false,
    because: 'one answer for two commands, then silence',
  },
  {
    script: greeted(says('421 4.3.2 shutting down\r\n421 bye')),
    outcome: { outcome: 'refused', phase: 'mail', code: 421 },
    usable: false,
    because: 'the server closes',
  },
])('prepare: $because -> $outcome', async ({ script, outcome, usable }) => {
  const lane = await connectTo(script);
  expect(await lane.prepare(envelope)).toMatchObject(outcome);
  expect(lane.isUsable).toBe(usable);
});

const atData = (rest: (client: Client) => Promise<void>) =>
  prepared(async (client) => {
    await client.line();
    await rest(client);
  });
const atEnd = (rest: (client: Client) => Promise<void>) =>
  atData(async (client) => {
    client.say('354 go');
    await client.message();
    await rest(client);
  });

test.each([
  {
    script: atData(hangUp),
    outcome: { outcome: 'notBegun', reason: 'connectionLost' },
    usable: false,
    because: 'gone at DATA, no byte of the body written',
  },
  { script: atData(silence), outcome: { outcome: 'notBegun', reason: 'timeout' }, usable: false, because: 'no 354' },
  {
    script: atData(says('250 ok')),
    outcome: { outcome: 'notBegun', reason: 'garbage' },
    usable: false,
    because: 'no 354 but a yes',
  },
  {
    script: atData(says('451 4.7.1 greylisted')),
    outcome: { outcome: 'refused', phase: 'data', code: 451 },
    usable: true,
    because: 'DATA refused',
  },
  {
    script: atEnd(hangUp),
    outcome: { outcome: 'unknown', reason: 'connectionLost' },
    usable: false,
    because: 'gone after the final dot',
  },
  {
    script: atEnd(silence),
    outcome: { outcome: 'unknown', reason: 'timeout' },
    usable: false,
    because: 'silent after the final dot',
  },
  {
    script: atEnd(says('yes')),
    outcome: { outcome: 'unknown', reason: 'garbage' },
    usable: false,
    because: 'garbage after the final dot: it may have arrived',
  },
  {
    script: atEnd(says('354 more?')),
    outcome: { outcome: 'unknown', reason: 'garbage' },
    usable: false,
    because: 'a strange answer after the final dot',
  },
  {
    script: atEnd(says('452 4.2.2 full')),
    outcome: { outcome: 'refused', phase: 'message', code: 452 },
    usable: true,
    because: 'refused after the body',
  },
  {
    script: atEnd(says('554 5.7.1 spam')),
    outcome: { outcome: 'refused', phase: 'message', code: 554, enhanced: '5.7.1' },
    usable: true,
    because: 'refused for good',
  },
  {
    script: atEnd(says('250 ok\r\n421 bye')),
    outcome: { outcome: 'sent' },
    usable: false,
    because: 'taken, then the server closes',
  },
])('data: $because -> $outcome', async ({ script, outcome, usable }) => {
  const lane = await connectTo(script);
  expect(await lane.prepare(envelope)).toEqual({ outcome: 'ready' });
  expect(await lane.data(message, openWireWindow())).toMatchObject(outcome);
  await sleep(5);
  expect(lane.isUsable).toBe(usable);
});

test('a server that drips frees its slot when the whole message has had its time', async () => {
  const lane = await connectTo(
    greeted(async (client) => {
      await client.line();
      for (let index = 0; index < 100 && !client.socket.destroyed; index += 1) {
        client.socket.write('250-wait\r\n');
        await sleep(50);
      }
    }),
  );
  const began = performance.now();
  expect(await lane.prepare(envelope)).toMatchObject({ outcome: 'notBegun', reason: 'timeout' });
  expect(performance.now() - began).toBeLessThan(4_000);
});

test('what the server did not offer is refused here, and the connection stays', async () => {
  const lane = await connectTo(greeted(silence, ['SIZE 50']));
  expect(await lane.prepare(envelope)).toMatchObject({ outcome: 'refused', phase: 'mail', code: 552, enhanced: '5.3.4' });
  const utf8 = { ...envelope, sizeBytes: 10, to: '佐藤@example.com', smtpUtf8: true };
  expect(await lane.prepare(utf8)).toMatchObject({ outcome: 'refused', phase: 'mail', code: 553, enhanced: '5.6.7' });
  expect(lane.isUsable).toBe(true);
});

test('SMTPUTF8 is asked for when needed', async () => {
  let mail: string | null = '';
  const lane = await connectTo(
    greeted(async (client) => {
      mail = await client.line();
      client.say('250 ok\r\n250 ok');
    }),
  );
  await lane.prepare({ ...envelope, to: '佐藤@example.com', smtpUtf8: true });
  expect(mail).toBe('MAIL FROM:<rae@acme.example> SIZE=100 BODY=8BITMIME SMTPUTF8');
});

test.each([
  'ada@example.com>\r\nDATA',
  'ada@example.com> SIZE=1',
  'a b@example.com',
  'ada',
  '',
  'ada@example.com\n',
  '<ada@example.com',
])('no second command hides in the address %j', async (to) => {
  const lane = await connectTo(greeted(silence));
  await expect(lane.prepare({ ...envelope, to })).rejects.toThrow('SMTP cannot carry');
});

test('any text is stuffed so that a server unstuffs it to the same, and ends once', () => {
  const lines = fc.array(fc.constantFrom('', '.', '..', '.a', 'a.', 'text', '. '), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, (lines) => {
      const text = `${lines.join('\r\n')}\r\n`;
      const stuffed = dotStuffed(Buffer.from(text)).toString();
      const end = stuffed.startsWith('.\r\n') ? 0 : stuffed.indexOf('\r\n.\r\n') + 2;
      expect(stuffed.slice(end)).toBe('.\r\n');
      expect(stuffed.slice(0, end).replaceAll(/^\./gm, '')).toBe(text);
    }),
  );
});

test.each(['a\nb\r\n', 'a\rb\r\n', 'a\r\n.\n', 'a\r\n\r', 'no end'])(
  'a message with line ends that servers read differently is refused: %j',
  (text) => {
    expect(() => dotStuffed(Buffer.from(text))).toThrow(/bare|line end/);
  },
);

describe('against a real server', () => {
  async function realServer(options: ConstructorParameters<typeof SMTPServer>[0]): Promise<{ port: number; received: string[] }> {
    const received: string[] = [];
    const server = new SMTPServer({
      logger: false,
      disableReverseLookup: true,
      ...options,
      onAuth: ({ username, password }, _session, done) =>
        username === 'rae' && password === 'sésame'
          ? done(null, { user: 'rae' })
          : done(Object.assign(new Error('5.7.8 Bad credentials'), { responseCode: 535 })),
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push(Buffer.concat(chunks).toString());
          done();
        });
      },
    });
    server.on('error', () => undefined); // a client that refuses the certificate ends the handshake
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    open.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
    return { port: (server.server.address() as AddressInfo).port, received };
  }
  const account = {
    host: '127.0.0.1',
    clientName: 'here',
    limits,
    username: 'rae',
    password: 'sésame',
    tlsOptions: { rejectUnauthorized: false },
  };

  test.each([
    { secure: 'starttls' as const, options: {}, because: 'STARTTLS and AUTH PLAIN' },
    { secure: 'tls' as const, options: { secure: true }, because: 'TLS from the start' },
    { secure: 'starttls' as const, options: { authMethods: ['LOGIN'] }, because: 'AUTH LOGIN' },
    { secure: 'none' as const, options: { allowInsecureAuth: true }, because: 'plain text on loopback' },
  ])('sends many messages over one connection: $because', async ({ secure, options }) => {
    const { port, received } = await realServer(options);
    const lane = await connectSmtp({ ...account, port, secure });
    const sent: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      const composed = compose({
        from: { address: 'rae@acme.example' },
        to: { name: 'Ada', address: 'ada@example.com' },
        subject: `Message ${index}`,
        sentAt: new Date(0),
        messageId: `<${index}@acme.example>`,
        text: '.leading dot\n..two\n',
        html: '<p>.</p>',
      });
      const bytes = messageBytes(composed);
      expect(
        await lane.prepare({ from: 'rae@acme.example', to: composed.envelopeTo, sizeBytes: bytes.length, smtpUtf8: false }),
      ).toEqual({ outcome: 'ready' });
      expect(await lane.data(bytes, openWireWindow())).toMatchObject({ outcome: 'sent' });
      sent.push(bytes.toString());
    }
    lane.close();
    expect(received).toEqual(sent);
  });

  test('wrong credentials are said to be that', async () => {
    const { port } = await realServer({});
    await expect(connectSmtp({ ...account, port, secure: 'starttls', password: 'wrong' })).rejects.toMatchObject({
      phase: 'auth',
      answer: { code: 535 },
    });
  });

  test('an unknown certificate, a missing STARTTLS and a missing AUTH are refused', async () => {
    const { port } = await realServer({});
    await expect(connectSmtp({ ...account, port, secure: 'starttls', tlsOptions: {} })).rejects.toThrow(/certificate|self/i);
    const { port: plain } = await realServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
    await expect(connectSmtp({ ...account, port: plain, secure: 'starttls' })).rejects.toThrow('does not offer STARTTLS');
    await expect(connectSmtp({ ...account, port: plain, secure: 'none' })).rejects.toMatchObject({ phase: 'auth', answer: null });
  });
});

describe('connecting', () => {
  const connect = async (script: (client: Client) => Promise<void>, server: Partial<SmtpServer> = {}) =>
    connectTo(script, server);

  test.each([
    { script: silence, says: 'no answer within', because: 'a server that says nothing' },
    { script: says('554 5.7.1 blocked'), says: '554 5.7.1 blocked', because: 'a server that wants nothing of us' },
    { script: says('SSH-2.0-OpenSSH_9'), says: 'no SMTP answer', because: 'another protocol' },
    { script: hangUp, says: 'closed', because: 'a closed door' },
  ])('fails in time: $because', async ({ script, says }) => {
    await expect(connect(script)).rejects.toThrow(says);
  });

  test('text between STARTTLS and the handshake ends it (CVE-2011-0411)', async () => {
    const script = greeted(
      async (client) => {
        await client.line();
        client.say('220 go\r\n250 injected');
      },
      ['STARTTLS'],
    );
    await expect(connect(script, { secure: 'starttls' })).rejects.toThrow(/unasked|STARTTLS/);
  });

  test('a password never goes over plain text to another machine', async () => {
    await expect(connectSmtp({ host: 'mail.example', port: 25, secure: 'none', username: 'a', password: 'b' })).rejects.toThrow(
      'TLS only',
    );
  });

  test('nobody listening', async () => {
    const { port, stop } = await scriptedSmtp(silence);
    await stop();
    await expect(connectSmtp({ host: '127.0.0.1', port, secure: 'none' })).rejects.toMatchObject({
      name: 'SmtpConnectFailed',
      phase: 'connect',
      answer: null,
    });
  });
});
