import { randomBytes } from 'node:crypto';
import { signWebhook } from '../../api/webhookSignature.ts';
import { signMailLocalPart } from '../../providers/linkToken.ts';
import { classifyInbound } from '../../providers/mail/inbound/classify.ts';
import { type Delivery, NoSuchAddress } from '../../providers/mail/inbound/listener.ts';
import { InboundRefused, parseInbound } from '../../providers/mail/inbound/parse.ts';
import { serve } from './serve.ts';

const now = new Date('2026-11-24T12:00:00Z');
const webhookKey = randomBytes(32);
const accepted: Delivery[] = [];
let broken: Error | null = null;
let api: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  api = await serve({
    webhookKey,
    now: () => now,
    acceptInbound(delivery) {
      if (broken) return Promise.reject(broken);
      accepted.push(delivery);
      return Promise.resolve();
    },
  });
});
beforeEach(() => {
  accepted.length = 0;
  broken = null;
});
afterAll(() => api.close());

const mailKey = randomBytes(10);
const recipient = () => `${signMailLocalPart(api.deps.linkKeys, { kind: 'reply', mailKey, step: 1 })}@in.example`;
const message = 'From: ann@example.com\r\nSubject: Re: Hello\r\n\r\nYes please.\r\n';
const seconds = Math.floor(now.getTime() / 1000);

interface Handing {
  body?: string;
  type?: string;
  to?: string;
  sender?: string;
  signature?: string;
}
async function handIn({
  body = message,
  type = 'message/rfc822',
  to = recipient(),
  sender = 'ann@example.com',
  signature,
}: Handing = {}) {
  const signed = signature ?? signWebhook(webhookKey, seconds, [to, sender], Buffer.from(body));
  const path = `/v1/inbound?recipient=${encodeURIComponent(to)}&sender=${encodeURIComponent(sender)}`;
  return (await api.stranger.ask('POST', path, { body, headers: { 'content-type': type, 'decorum-signature': signed } })).status;
}

test('a signed message is handed on with what its address says', async () => {
  expect(await handIn()).toBe(204);
  expect(accepted).toEqual([{ kind: 'reply', mailKey, step: 1, envelopeFrom: 'ann@example.com', raw: Buffer.from(message) }]);
});

test.each([
  { name: 'no signature', handing: () => ({ signature: '' }) },
  {
    name: 'the signature of another key',
    handing: () => ({ signature: signWebhook(randomBytes(32), seconds, [recipient(), 'ann@example.com'], Buffer.from(message)) }),
  },
  {
    name: 'another body',
    handing: () => ({ signature: signWebhook(webhookKey, seconds, [recipient(), 'ann@example.com'], Buffer.from('other')) }),
  },
  {
    name: 'another recipient',
    handing: () => ({ signature: signWebhook(webhookKey, seconds, ['x@in.example', 'ann@example.com'], Buffer.from(message)) }),
  },
  {
    name: 'six minutes old',
    handing: () => ({
      signature: signWebhook(webhookKey, seconds - 360, [recipient(), 'ann@example.com'], Buffer.from(message)),
    }),
  },
  {
    name: 'six minutes ahead',
    handing: () => ({
      signature: signWebhook(webhookKey, seconds + 360, [recipient(), 'ann@example.com'], Buffer.from(message)),
    }),
  },
])('refused: $name', async ({ handing }) => {
  expect(await handIn(handing())).toBe(401);
  expect(accepted).toEqual([]);
});

test('an address that is none of ours, a body too large, a format that is not taken', async () => {
  expect(await handIn({ to: 'reply+aaaa@in.example' })).toBe(404);
  expect(await handIn({ body: 'x'.repeat(2_000_001) })).toBe(413);
  expect(await handIn({ type: 'text/html' })).toBe(415);
  expect(await handIn({ type: 'application/json', body: '{' })).toBe(400);
  expect(await handIn({ type: 'application/json', body: '{"event":"bounce"}' })).toBe(422);
  expect(accepted).toEqual([]);
});

test.each([
  { error: new Error('no database'), status: 500, because: 'it could not be committed, and the sender shall try again' },
  { error: new NoSuchAddress(), status: 404, because: 'the address is of nobody any more' },
  { error: new InboundRefused('Too many parts.'), status: 422, because: 'no honest message is like this' },
])('$status when $because', async ({ error, status }) => {
  broken = error;
  expect(await handIn()).toBe(status);
});

test.each([
  {
    event: { event: 'bounce', status: '5.1.1', diagnostic: '550 5.1.1 no such user', originalRecipient: 'ann@example.com' },
    kind: 'bounce',
    severity: 'hardBounce',
  },
  {
    event: { event: 'bounce', status: '4.2.2', diagnostic: '452 4.2.2 mailbox full', originalRecipient: 'ann@example.com' },
    kind: 'bounce',
    severity: 'softBounce',
  },
  { event: { event: 'complaint', originalRecipient: 'ann@example.com' }, kind: 'complaint', severity: undefined },
])('an event is read as the report that it stands for: $event.event $event.status', async ({ event, kind, severity }) => {
  expect(await handIn({ type: 'application/json', body: JSON.stringify(event) })).toBe(204);
  const [delivery] = accepted;
  const inbound = classifyInbound(await parseInbound(delivery?.raw ?? Buffer.alloc(0)), {
    receivedOn: '2026-11-24',
    envelopeFrom: '',
  });
  expect(inbound).toMatchObject({ kind, recipient: 'ann@example.com', ...(severity && { severity }) });
});
