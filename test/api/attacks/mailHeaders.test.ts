import { randomUUID } from 'node:crypto';
import { SMTPServer } from 'smtp-server';
import { sendSystemMail, systemMailOf } from '../../../providers/mail/systemMail.ts';
import { definition, email, mailboxBody, made } from '../builders.ts';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let server: SMTPServer;
let caught: { to: string[]; text: string }[];
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(null, { user: 'ann' }),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        caught.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  caught = [];
});
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(resolve));
  await api.close();
});

const mailbox = (change: object = {}) => {
  const { port } = server.server.address() as { port: number };
  const smtp = { host: '127.0.0.1', port, security: 'none', user: 'ann', password: 'smtp password of ann' };
  return mailboxBody({ smtp, ...change });
};

/** A line that would be a header, a second recipient or the message of somebody else, in every way of writing a line's end. */
const injections = [
  '\r\nBcc: eve@evil.example',
  '\nBcc: eve@evil.example',
  '\rBcc: eve@evil.example',
  '\u0085X-Evil: 1',
  '\u0000',
];
const evil = injections.map((text, n) => ({ text, n, shown: JSON.stringify(text) }));

/** Names of the headers of a message, unfolded. */
const headersOf = (message: string) =>
  (message.split('\r\n\r\n')[0] ?? '')
    .split(/\r\n(?![ \t])/)
    .map((line) => /^([!-9;-~]+):/.exec(line)?.[1] ?? `no header: ${line}`);

test.each(evil)('$shown in the name of a mailbox, a user or a workspace is refused', async ({ text, n }) => {
  const { id } = await made(acme.rep.post('/v1/mailboxes', mailbox({ address: `eve${n}@acme.example` })));
  const name = `Ann${text} Lee`;
  for (const asked of [
    acme.rep.post('/v1/mailboxes', mailbox({ fromName: name })),
    acme.rep.patch(`/v1/mailboxes/${id}`, { fromName: name }),
    acme.owner.patch(`/v1/users/${acme.rep.userId}`, { name }),
    acme.owner.patch('/v1/tenant', { name }),
  ])
    expect([400, 422]).toContain((await asked).status);
});

test.each(evil)('$shown in an address, a domain, a user name or a selector is refused', async ({ text }) => {
  const { dkim, smtp } = mailbox();
  for (const change of [
    { address: `ann${text}@acme.example` },
    { address: `ann@acme.example${text}` },
    { dkim: { ...dkim, domain: `acme.example${text}` } },
    { dkim: { ...dkim, selector: `s1${text}` } },
    { smtp: { ...smtp, host: `127.0.0.1${text}` } },
  ]) {
    const { status } = await acme.rep.post('/v1/mailboxes', mailbox(change));
    expect({ change, status: status >= 400 && status < 500 }).toEqual({ change, status: true });
  }
});

test.each(evil)('$shown in the subject of a notice is refused, and would make no header', async ({ text }) => {
  const facts = { discoveredAt: new Date().toISOString() };
  const { id } = await made(acme.officer.post('/v1/breaches', { title: 'One', facts }));
  const words = { subject: `Your data${text}`, text: 'Words.' };
  const { status } = await acme.officer.put(`/v1/breaches/${id}/notices`, { audience: 'users', place: '', words });
  expect([400, 422]).toContain(status);

  const { port } = server.server.address() as { port: number };
  const mail = systemMailOf(`smtp://127.0.0.1:${port}`, 'decorum@acme.example');
  await sendSystemMail(mail, { id: 'one', to: 'ada@mail.example', sentAt: new Date(), ...words });
  expect(caught).toMatchObject([{ to: ['ada@mail.example'] }]);
  expect(headersOf(caught[0]?.text ?? '').filter((name) => /bcc|evil|no header/i.test(name))).toEqual([]);
});

test.each(evil.slice(0, 4))('$shown in what a template fills in, or in the template, makes no header', async ({ text, n }) => {
  const { id: mailboxId } = await made(acme.rep.post('/v1/mailboxes', mailbox({ address: `ann${n}@acme.example` })));
  const firstName = `Ada${text}`;
  const contact = await made(
    acme.rep.post('/v1/contacts', { email: `ada${n}@mail.example`, firstName, extra: { Plan: firstName } }),
  );
  const subject = `{{ first_name }} and {{ extra.Plan }}${text}`;
  const steps = [{ ...email, subject, text: 'We make clocks, {{ first_name }}.' }];
  const sequence = await made(acme.rep.post('/v1/sequences', { name: `Clocks ${n}`, definition: definition({ steps }) }));
  const { status, body } = await acme.rep.post(`/v1/sequences/${sequence.id}/test-send`, {
    contactId: contact.id,
    stepId: 'hello',
    mailboxId,
  });
  expect({ status, body }).toMatchObject({ status: 200, body: { accepted: true } });
  expect(caught).toMatchObject([{ to: [acme.rep.email] }]);
  expect(headersOf(caught[0]?.text ?? '').sort()).toEqual([
    'Content-Type',
    'DKIM-Signature',
    'Date',
    'From',
    'MIME-Version',
    'Message-ID',
    'Subject',
    'To',
  ]);
});

test('what stands in a contact is no template', async () => {
  const firstName = `{{ sender.name }}{% for i in (1..9) %}x{% endfor %}{{ '' | append: 'y' }}`;
  const contact = await made(acme.rep.post('/v1/contacts', { email: 'tim@mail.example', firstName, title: '<script>' }));
  const steps = [
    { ...email, subject: '{{ first_name }}', text: '{{ first_name }} {{ title }}', html: '<b>{{ first_name }} {{ title }}</b>' },
  ];
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Templates', definition: definition({ steps }) }));
  const { body } = await acme.rep.post(`/v1/sequences/${sequence.id}/preview`, { contactId: contact.id });
  const [shown] = (body as { steps: { subject: string; text: string; html: string }[] }).steps;
  expect(shown?.subject).toBe(firstName);
  expect(shown?.text).toContain(`${firstName} <script>`);
  expect(shown?.html).toContain('{{ sender.name }}');
  expect(shown?.html).not.toContain('<script>');
});

test.each([
  '{{ constructor }}',
  '{{ first_name.constructor.constructor }}',
  '{{ __proto__ }}',
  '{% include "/etc/passwd" %}',
  "{% render '../../package.json' %}",
  "{% layout '/etc/passwd' %}",
])('%s reaches nothing of the program and no file', async (text) => {
  const contact = await made(acme.rep.post('/v1/contacts', { email: `tom${randomUUID()}@mail.example`, firstName: 'Tim' }));
  const sequence = await made(acme.rep.post('/v1/sequences', { name: text, definition: definition() }));
  const { status, body } = await acme.rep.post(`/v1/sequences/${sequence.id}/preview`, {
    contactId: contact.id,
    definition: definition({ steps: [{ ...email, text }] }),
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ steps: [{ text: '', refusal: expect.stringMatching(/broken|has no/) }] });
});
