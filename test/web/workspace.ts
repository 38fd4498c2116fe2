import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addList, definition, made, mailboxBody } from '../api/builders.ts';
import { serve } from '../api/serve.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { builtConsole } from './console.ts';

/** Nobody answers there: links lead to it, and no test follows one. */
export const TEMPORAL_UI = 'http://127.0.0.1:9/namespaces/decorum/workflows/';

const caught = {
  id: '000000000001',
  caughtAt: '2026-11-24T12:00:00.000Z',
  from: 'ann@acme.example',
  to: 'pat@north.example',
  subject: 'Hello Pat',
  headerTo: 'Pat <pat@north.example>',
  replyTo: 'reply+abc@acme.example',
  date: null,
  messageId: null,
  inReplyTo: null,
  headers: ['Subject: Hello Pat', 'List-Unsubscribe-Post: List-Unsubscribe=One-Click'],
  text: 'We make clocks, Pat.\n\nhttps://decorum.example/u/token',
  html: '<p style="color:red" onclick="alert(1)">We make clocks, <b>Pat</b>.</p><script>document.title = "ran"</script><img src="https://elsewhere.example/pixel.gif">',
  attachments: [],
};

/** Answers as the mail catcher does, with one message. */
async function catcher() {
  const server = createServer((request, response) => {
    const isList = request.url?.startsWith('/messages?') ?? false;
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(isList ? { messages: [caught] } : caught));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** The console over the real API and PostgreSQL: a workspace in which something of everything has happened. */
export async function busyWorkspace() {
  const mail = await catcher();
  const api = await serve({ consoleFolder: await builtConsole(), catcherUrl: mail.url, temporalUi: TEMPORAL_UI });
  const workspace = await api.workspace();
  const { owner, id: tenantId } = workspace;
  const mailbox = await made(owner.post('/v1/mailboxes', mailboxBody()));
  const steps = [
    ...definition().steps,
    {
      id: 'look',
      kind: 'task',
      after: { businessDays: 1 },
      title: 'Look at their site',
      instructions: 'Find the office manager.',
    },
  ];
  const sequence = await made(owner.post('/v1/sequences', { name: 'Clocks for offices', definition: { steps } }));
  const { contactIds } = await addList(api, tenantId, owner, ['ann@north.example', 'bob@south.example', 'cid@east.example']);
  const company = await made(owner.post('/v1/companies', { name: 'North', domain: 'north.example', industry: 'Clocks' }));
  await owner.patch(`/v1/contacts/${contactIds[0] ?? ''}`, { companyId: company.id, companyName: 'North' });
  await owner.post('/v1/suppressions', { address: 'cid@east.example' });
  await owner.post('/v1/suppressions', { domain: 'competitor.example' });
  const launchId = await api.db.inTenant(tenantId, async (tx) => {
    const launchId = await newLaunch(tx, { sequenceId: sequence.id, mailboxId: mailbox.id, by: owner.userId });
    const people = [
      { state: 'waiting', step: 1 },
      { state: 'queued' },
      { state: 'paused', because: 'auto_reply' },
      { state: 'finished', because: 'last_step' },
      { state: 'stopped', because: 'replied' },
      { state: 'blocked', because: 'suppressed' },
    ] as const;
    for (const person of people) {
      const contact = await newContact(tx, api.deps.addressKey, { firstName: person.state });
      const enrolment = await newEnrolment(tx, { launchId, contactId: contact.id, mailboxId: mailbox.id, ...person });
      if (person.state === 'queued') await newSend(tx, { enrolmentId: enrolment.id, state: 'planned' });
      else if (person.state !== 'blocked') await newSend(tx, { enrolmentId: enrolment.id });
      if (person.state !== 'stopped') continue;
      await tx.run(
        `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, due_at, step)
         select decorum.tenant(), kind, $1, $2, $3, decorum.now(), step from (values ('reply', 0), ('manual', 2), ('call', 1)) as given (kind, step)`,
        [owner.userId, contact.id, enrolment.id],
      );
    }
    return launchId;
  });
  const csv = 'Email,First Name,Company,State\npat@north.example,Pat,North,NY\nsam@south.example,Sam,South,TX\n';
  const upload = await owner.post('/v1/imports?fileName=people.csv', csv, { 'content-type': 'text/csv' });
  return {
    ...workspace,
    importId: (upload.body as { id: string }).id,
    origin: api.origin,
    companyId: company.id,
    mailboxId: mailbox.id,
    sequenceId: sequence.id,
    launchId,
    contactId: contactIds[0] ?? '',
    /** One more person of the launch, whose first message stands so, with a task about it for the owner. */
    async addTask(kind: 'unknown_outcome', send: 'unknown') {
      await api.db.inTenant(tenantId, async (tx) => {
        const contact = await newContact(tx, api.deps.addressKey, { firstName: send });
        const enrolment = await newEnrolment(tx, { launchId, contactId: contact.id, mailboxId: mailbox.id, state: 'queued' });
        const sendId = await newSend(tx, { enrolmentId: enrolment.id, state: send });
        await tx.run(
          `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, due_at, step, send_id)
           values (decorum.tenant(), $1, $2, $3, $4, decorum.now(), 0, $5)`,
          [kind, owner.userId, contact.id, enrolment.id, sendId],
        );
      });
    },
    async close() {
      await api.close();
      mail.close();
    },
  };
}
export type BusyWorkspace = Awaited<ReturnType<typeof busyWorkspace>>;
