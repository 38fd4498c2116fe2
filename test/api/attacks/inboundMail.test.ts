import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { acceptInbound } from '../../../api/inbound.ts';
import { signWebhook } from '../../../api/webhookSignature.ts';
import { signMailLocalPart } from '../../../providers/linkToken.ts';
import { type NewOutreach, newOutreach } from '../../builders/outreach.ts';
import { newTenant } from '../../builders/tenant.ts';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let person: NewOutreach;
const webhookKey = randomBytes(32);
beforeAll(async () => {
  api = await serve({ webhookKey, acceptInbound: (delivery) => acceptInbound(api.deps, delivery) });
  const tenantId = await newTenant(api.db);
  person = await newOutreach(api.db, api.deps, { tenantId });
});
afterAll(() => api.close());

const kinds = ['reply', 'bounce', 'unsubscribe'] as const;

async function handIn(kind: (typeof kinds)[number], message: Buffer, sender: string): Promise<number> {
  const to = `${signMailLocalPart(api.deps.linkKeys, { kind, mailKey: person.enrolment.mailKey, step: 0 })}@in.example`;
  const signature = signWebhook(webhookKey, Math.floor(Date.now() / 1000), [to, sender], message);
  const path = `/v1/inbound?recipient=${encodeURIComponent(to)}&sender=${encodeURIComponent(sender)}`;
  const headers = { 'content-type': 'message/rfc822', 'decorum-signature': signature };
  return (await api.stranger.post(path, message, headers)).status;
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const odd = fc.constantFrom(
  '=?utf-8?Q?=00?=',
  '=?utf-8?B?AAAA?=',
  '=?utf-16?B?2AA=?=',
  '=?x-none?Q?a?=',
  '\0',
  '<a@b>',
  '"',
  '@',
  '<',
  ', , ,',
  'auto-replied',
  '=?utf-8?Q?=ED=A0=80?=',
  '\ud83d',
  'unsubscribe',
  'please do not call me at +1 212 555 0123',
  'I am back on Feb 30, 2027',
);
const value = fc.oneof(text, odd);
const header = fc
  .tuple(
    fc.constantFrom(
      'From',
      'To',
      'Subject',
      'Date',
      'Message-ID',
      'In-Reply-To',
      'References',
      'Content-Type',
      'Content-Transfer-Encoding',
      'Auto-Submitted',
      'X-Failed-Recipients',
      'MIME-Version',
      '',
      'Broken Name',
    ),
    value,
  )
  .map(([name, value]) => `${name}: ${value}`);
const contentType = fc.constantFrom(
  'Content-Type: multipart/report; report-type=delivery-status; boundary=x',
  'Content-Type: multipart/report; report-type=feedback-report; boundary=x',
  'Content-Type: multipart/mixed; boundary=""',
  'Content-Type: text/html; charset=utf-7',
  'Content-Type: text/plain; charset="x-unknown"',
  'Content-Type: message/rfc822',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
);
const line = fc.oneof(
  value,
  header,
  contentType,
  fc.constantFrom(
    '',
    '--x',
    '--x--',
    'Status: 5.1.1',
    'Status: 9.9.9',
    'Action: failed',
    'Feedback-Type: abuse',
    'Final-Recipient: rfc822; \0',
    '=00=ZZ',
    '<b>',
  ),
);
const letter = fc
  .tuple(fc.array(fc.oneof(header, contentType), { maxLength: 10 }), fc.array(line, { maxLength: 15 }))
  .map(([head, body]) => Buffer.from([...head, '', ...body].join('\r\n')));
const noise = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const message = fc.oneof({ arbitrary: letter, weight: 4 }, noise);

test.each(kinds)('an honest message is taken in as %s', async (kind) => {
  expect(
    await handIn(kind, Buffer.from('From: a@b.example\r\nSubject: Re: Hello\r\n\r\nWhat does it cost?\r\n'), 'a@b.example'),
  ).toBe(204);
});

test.each(kinds)('whatever is handed in as %s is taken or refused for good', async (kind) => {
  const examples: [Buffer, string][] = [
    [
      Buffer.from(
        'From: =?utf-8?Q?a=00?= <a@b.example>\r\nSubject: =?utf-8?Q?=00hello?=\r\nMessage-ID: <\0@x>\r\n\r\nWords \0 with it.\r\n',
      ),
      'a@b.example',
    ],
    [Buffer.from('Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=00stop writing to me=00\r\n'), ''],
  ];
  await fc.assert(
    fc.asyncProperty(message, fc.constantFrom('', 'a@b.example', '<>', 'x'.repeat(300)), async (message, sender) => {
      expect([204, 422]).toContain(await handIn(kind, message, sender));
    }),
    { numRuns: 150, interruptAfterTimeLimit: 20_000, examples },
  );
});
