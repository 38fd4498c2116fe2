import { SMTPServer } from 'smtp-server';
import { addList, definition, email, mailboxBody, made } from './builders.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

type Shown = { id: string; newest: number; shown: { version: number; definition: { steps: { subject: string }[] } } };
const words = (subject: string) => definition({ steps: [{ ...email, subject }] });

test('a version is never changed: the old words stay beside the new ones', async () => {
  const { id } = await made(acme.rep.post('/v1/sequences', { name: 'Versions', definition: words('one') }));
  const second = await acme.rep.post(`/v1/sequences/${id}/versions`, { definition: words('two'), basedOn: 1 });
  expect(second.body).toMatchObject({ newest: 2, shown: { version: 2, definition: { steps: [{ subject: 'two' }] } } });
  expect((await acme.rep.get(`/v1/sequences/${id}?version=1`)).body).toMatchObject({
    newest: 2,
    shown: { definition: { steps: [{ subject: 'one' }] } },
  });
  const all = (await acme.rep.get(`/v1/sequences/${id}/versions`)).body as { items: { version: number }[] };
  expect(all.items.map(({ version }) => version)).toEqual([2, 1]);
});

test('of two who edit the same version one is told that the other was first', async () => {
  const { id } = await made(acme.rep.post('/v1/sequences', { name: 'Two hands', definition: words('one') }));
  const replies = await Promise.all(
    ['left', 'right'].map((hand) => acme.rep.post(`/v1/sequences/${id}/versions`, { definition: words(hand), basedOn: 1 })),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201, 409]));
  expect((await acme.rep.get(`/v1/sequences/${id}`)).body as Shown).toMatchObject({ newest: 2 });
});

test.each([
  { name: 'an empty first subject', step: { subject: '' }, code: 'subject-empty', severity: 'refuse' },
  { name: 'a faked forward', step: { subject: 'Fwd: offer' }, code: 'fake-reply', severity: 'refuse' },
  { name: 'a subject like a bill', step: { subject: 'Invoice overdue' }, code: 'looks-like-billing', severity: 'warn' },
  { name: 'a slip in a field', step: { text: 'Dear {{ frist_name }}' }, code: 'template-broken', severity: 'refuse' },
  {
    name: 'a column of an import without a fallback',
    step: { text: '{{ extra.plan }}' },
    code: 'needs-column',
    severity: 'warn',
  },
])('the checks say as one types: $name', async ({ step, code, severity }) => {
  const { body } = await acme.rep.post('/v1/content-checks', { definition: definition({ steps: [{ ...email, ...step }] }) });
  expect(body).toMatchObject({ findings: [{ stepId: 'hello', code, severity }] });
});

test('a follow-up goes on in the thread without a finding', async () => {
  expect((await acme.rep.post('/v1/content-checks', { definition: definition() })).body).toEqual({ findings: [] });
});

test('sequences are found by name, page by page', async () => {
  const other = await api.workspace();
  for (const name of ['Delta', 'alpha', 'Beta', 'beta 2', 'Beta'])
    await made(other.rep.post('/v1/sequences', { name, definition: definition() }));
  const names: string[] = [];
  for (let path = '/v1/sequences?search=beta&limit=1'; ; ) {
    const { items, next } = (await other.rep.get(path)).body as { items: { name: string }[]; next: string | null };
    names.push(...items.map(({ name }) => name));
    if (next === null) break;
    path = `/v1/sequences?search=beta&limit=1&cursor=${next}`;
  }
  expect(names).toEqual(['Beta', 'Beta', 'beta 2']);
});

test('a preview shows the words for one contact, and when each step could go', async () => {
  const { contactIds } = await addList(api, acme.id, acme.rep, ['peter@preview.example']);
  const { id } = await made(acme.rep.post('/v1/sequences', { name: 'Preview', definition: definition() }));
  await acme.owner.patch('/v1/tenant', { adLabel: 'Advertisement' });
  const { body } = await acme.rep.post(`/v1/sequences/${id}/preview`, { contactId: contactIds[0] });
  const { steps } = body as { steps: { subject: string; text: string; earliestAt: string }[] };
  expect(steps.map(({ subject }) => subject)).toEqual(['Hello peter', 'Re: Hello peter']);
  expect(steps[0]?.text).toContain('We make clocks, peter.');
  expect(steps[0]?.text).toContain('Advertisement');
  expect(steps[0]?.text).toContain('1 Main Street, Springfield');
  expect(steps[0]?.text).toContain('https://decorum.example/u/');
  expect(Date.parse(steps[1]?.earliestAt ?? '') - Date.parse(steps[0]?.earliestAt ?? '')).toBe(2 * 24 * 3600 * 1000);
  const link = /https:\/\/decorum\.example(\/u\/\S+)/.exec(steps[0]?.text ?? '')?.[1] ?? '';
  expect(await api.stranger.get(link)).toMatchObject({ status: 200, body: expect.stringContaining('preview') });
  const unsaved = await acme.rep.post(`/v1/sequences/${id}/preview`, {
    contactId: contactIds[0],
    definition: definition({ steps: [{ ...email, text: 'Dear {{ last_name }}' }] }),
  });
  expect(unsaved.body).toMatchObject({ steps: [{ refusal: 'This contact has no last_name.', text: '' }] });
});

test('a test send goes to oneself only, signed, over the chosen mailbox', async () => {
  const caught: { from: string; to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ password }, _session, done) => done(password === 'smtp password of ann' ? null : new Error('no'), { user: 'ann' }),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        caught.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  const { contactIds } = await addList(api, acme.id, acme.rep, ['tina@test.example']);
  const sequence = await made(acme.rep.post('/v1/sequences', { name: 'Test send', definition: definition() }));
  const smtp = { host: '127.0.0.1', port, security: 'none', user: 'ann', password: 'smtp password of ann' };
  const mailbox = await made(acme.rep.post('/v1/mailboxes', mailboxBody({ smtp })));
  const { body } = await acme.rep.post(`/v1/sequences/${sequence.id}/test-send`, {
    contactId: contactIds[0],
    stepId: 'hello',
    mailboxId: mailbox.id,
  });
  await new Promise<void>((resolve) => server.close(resolve));
  expect(body).toMatchObject({ accepted: true, to: acme.rep.email });
  expect(caught).toMatchObject([{ from: 'ann@acme.example', to: [acme.rep.email] }]);
  expect(caught[0]?.text).toContain('DKIM-Signature: v=1; a=rsa-sha256');
  expect(caught[0]?.text).toContain('Subject: Hello tina');
  expect(caught[0]?.text).not.toContain('tina@test.example');
});
