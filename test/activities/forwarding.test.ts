import { createHash, createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { forwardingActivities } from '../../activities/forwarding.ts';
import { mailActivities } from '../../activities/mail.ts';
import { recordInbound, findAddressee } from '../../db/inbound.ts';
import { want } from '../../db/outbox.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { mailboxWork } from '../../db/workflowIds.ts';
import { openingAfter } from '../../law/openings.ts';
import { lanePool } from '../../providers/mail/lanePool.ts';
import { outboundGuard } from '../../providers/outboundGuard.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { type NewOutreach, newOutreach } from '../builders/outreach.ts';
import { verifyDkim } from '../doubles/verifyDkim.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const world = { vault: vault([generateVaultKey()]), addressKey: randomBytes(32) };
const sentAt = new Date('2026-11-24T15:00:00Z');

let database: TestDatabase;
let db: Database;
let rep: SMTPServer;
let port: number;
let refuses: string | null = null;
const got: { to: string[]; from: string; raw: Buffer }[] = [];
beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl });
  rep = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuses) return done(Object.assign(new Error(refuses), { responseCode: 554 }));
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        got.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks) });
        done();
      });
    },
  });
  rep.listen(0, '127.0.0.1');
  await once(rep.server, 'listening');
  port = (rep.server.address() as AddressInfo).port;
});
beforeEach(() => {
  refuses = null;
  got.length = 0;
});
afterAll(async () => {
  await new Promise<void>((resolve) => rep.close(resolve));
  await db.close();
  await database.drop();
});

/** One run of the activity, quiet: what fails here fails on purpose. */
function forward({ tenantId, mailboxId }: NewOutreach, over: Database = db): Promise<number> {
  const { forwardReplies } = forwardingActivities({
    db: over,
    vault: world.vault,
    outbound: outboundGuard(['127.0.0.0/8']),
    monotonicMs: () => performance.now(),
    now: () => sentAt,
  });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return environment.run<[string, string], number, typeof forwardReplies>(forwardReplies, tenantId, mailboxId);
}

const reply = Buffer.from('From: Pat <pat@buyer.example>\r\nSubject: Re: Hello\r\n\r\nYes, call me.\r\n\r\n> Hello Pat\r\n');

/** A person whose answer waits to be forwarded over the rep's server. */
async function answered(
  facts: {
    kind?: 'reply' | 'stop_request';
    raw?: Buffer;
    subject?: string;
    fromAddress?: string;
    lastName?: string;
    smtpPort?: number;
  } = {},
): Promise<NewOutreach> {
  const outreach = await newOutreach(db, world, {
    mailbox: { smtpPort: facts.smtpPort ?? port },
    contact: { lastName: facts.lastName ?? 'Person' },
  });
  await db.inTenant(outreach.tenantId, async (tx) => {
    const addressee = await findAddressee(tx, outreach.enrolment.id, 0);
    if (!addressee) throw new Error('The builder made an enrolment.');
    const message = {
      kind: facts.kind ?? 'reply',
      sourceHash: createHash('sha256').update(randomUUID()).digest(),
      step: 0,
      fromAddress: facts.fromAddress ?? 'pat@buyer.example',
      subject: facts.subject ?? 'Re: Hello',
      words: 'Yes, call me.',
      forwarded: facts.raw ?? reply,
      resumeAt: null,
    };
    await recordInbound(tx, addressee, message, openingAfter);
  });
  return outreach;
}

const recordOf = ({ tenantId }: NewOutreach) =>
  db.inTenant(tenantId, (tx) =>
    tx.row(
      `select forward, forward_attempts as attempts, raw is null as "isForgotten", array(select kind from tasks where state = 'open' order by kind) as tasks
       from inbound_messages`,
    ),
  );
/** Lets the pause before the next attempt go by. */
const wait = ({ tenantId }: NewOutreach) =>
  db.inTenant(tenantId, (tx) => tx.run(`update inbound_messages set forward_after = clock_timestamp() - interval '1 s'`));

test('a reply arrives at the rep’s own address, whole, and answering it goes to the person', async () => {
  const outreach = await answered();
  expect(await forward(outreach)).toBe(0);
  expect(got).toHaveLength(1);
  const [{ raw, from, to } = { raw: Buffer.alloc(0), from: '', to: [] }] = got;
  const mail = await simpleParser(raw);
  expect({ to, replyTo: mail.replyTo?.value[0]?.address, subject: mail.subject, date: mail.date }).toEqual({
    to: [outreach.rep.email],
    replyTo: 'pat@buyer.example',
    subject: 'Re: Hello',
    date: sentAt,
  });
  expect(mail.from?.value).toEqual([{ name: 'Pat Person via Decorum', address: from }]);
  expect(mail.text).toContain('Pat Person <pat@buyer.example> has answered:\n\nYes, call me.');
  expect(raw.toString()).toContain('Content-Type: message/rfc822');
  expect(raw.toString()).toContain(reply.toString().trim());
  expect(await recordOf(outreach)).toEqual({ forward: 'done', attempts: 1, isForgotten: true, tasks: ['reply'] });
});

test('it starts no loop, and is signed', async () => {
  const outreach = await answered();
  await forward(outreach);
  const raw = got[0]?.raw ?? Buffer.alloc(0);
  expect(raw.toString()).toMatch(/^Auto-Submitted: auto-forwarded\r$/m);
  const pem = world.vault;
  expect(pem).toBeDefined();
  const dkim = await db.inTenant((await answered()).tenantId, (tx) =>
    tx
      .row<{ secret: string }>(`select dkim_secret as secret from mailboxes`)
      .then(({ secret }) => world.vault.decrypt(secret, { tenantId: tx.tenantId, column: 'mailboxes.dkim_secret' })),
  );
  const published = createPublicKey(dkim.toString()).export({ type: 'spki', format: 'der' }).toString('base64');
  expect(verifyDkim(raw, () => `v=DKIM1; p=${published}`)).toMatchObject({ passed: true });
});

test('a mailbox with an ed25519 key, which nodemailer cannot use, forwards unsigned rather than wrongly signed', async () => {
  const outreach = await answered();
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await db.inTenant(outreach.tenantId, (tx) =>
    tx.run(`update mailboxes set dkim_secret = $1`, [
      world.vault.encrypt(pem.toString(), { tenantId: tx.tenantId, column: 'mailboxes.dkim_secret' }),
    ]),
  );
  expect(await forward(outreach)).toBe(0);
  expect(got[0]?.raw.toString()).not.toMatch(/^DKIM-Signature/im);
});

test('the rep is told when the person asked to be left alone', async () => {
  await forward(await answered({ kind: 'stop_request' }));
  expect((await simpleParser(got[0]?.raw ?? '')).text).toContain('asks not to be written to again');
});

test.each([
  { name: 'an 8-bit message', raw: Buffer.from('Subject: x\r\n\r\nGrüße\r\n') },
  { name: 'a message with a line too long for a mail server', raw: Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(2_000)}\r\n`) },
])('$name travels as a file, byte for byte', async ({ raw }) => {
  await forward(await answered({ raw }));
  const [file] = (await simpleParser(got[0]?.raw ?? '')).attachments;
  expect(file?.filename).toBe('reply.eml');
  expect(file?.content).toEqual(raw);
});

test('nothing that a stranger writes becomes a header or a second recipient', async () => {
  const outreach = await answered({
    subject: 'Hi\r\nBcc: all@buyer.example',
    fromAddress: 'pat@buyer.example>\r\nBcc: <x@y.example',
    lastName: 'Person" <x@y.example>,\r\nBcc: z@y.example',
  });
  await forward(outreach);
  expect(got.map(({ to }) => to)).toEqual([[outreach.rep.email]]);
  const mail = await simpleParser(got[0]?.raw ?? '');
  expect({ bcc: mail.bcc, replyTo: mail.replyTo, from: mail.from?.value.length }).toEqual({
    bcc: undefined,
    replyTo: undefined,
    from: 1,
  });
});

test('a refused forward is tried again with longer and longer pauses, and the fifth time becomes a task', async () => {
  const outreach = await answered();
  refuses = 'content rejected';
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    waits.push(await forward(outreach));
    await wait(outreach);
  }
  expect(waits.map((ms) => Math.ceil(ms / 10_000))).toEqual([1, 2, 4, 8, 0]);
  expect(await recordOf(outreach)).toEqual({
    forward: 'failed',
    attempts: 5,
    isForgotten: false,
    tasks: ['forward_failed', 'reply'],
  });
  expect(await forward(outreach)).toBe(0);
  expect(await recordOf(outreach)).toMatchObject({ attempts: 5 });
});

test('a server that recovers gets what waited, and one that cannot be reached does no harm', async () => {
  const closed = await answered({ smtpPort: 1 });
  expect(await forward(closed)).toBeGreaterThan(5_000);
  expect(await recordOf(closed)).toMatchObject({ forward: 'due', attempts: 1 });
  await db.inTenant(closed.tenantId, (tx) => tx.run(`update mailboxes set smtp_port = $1`, [port]));
  await wait(closed);
  expect(await forward(closed)).toBe(0);
  expect(await recordOf(closed)).toMatchObject({ forward: 'done', attempts: 2 });
});

test('a worker that dies after each acceptance sends it five times at most; then it is a task', async () => {
  const outreach = await answered();
  const dying: Database = {
    ...db,
    async inTenant(tenantId, work) {
      if (got.length > before) throw new Error('killed');
      return db.inTenant(tenantId, work);
    },
  };
  let before = 0;
  for (let life = 1; life <= 7; life += 1) {
    before = got.length;
    await forward(outreach, dying).catch((error: Error) => expect(error.message).toBe('killed'));
    await wait(outreach);
  }
  expect(got).toHaveLength(5);
  expect(new Set(got.map(({ raw }) => /^Message-ID: .*$/m.exec(raw.toString())?.[0])).size).toBe(1);
  expect(await recordOf(outreach)).toMatchObject({ forward: 'failed', tasks: ['forward_failed', 'reply'] });
});

test('two workers at once send it once', async () => {
  const outreach = await answered();
  await Promise.all([forward(outreach), forward(outreach), forward(outreach)]);
  expect(got).toHaveLength(1);
});

test('a mailbox with nobody left to write to stays at work until its replies have gone', async () => {
  const outreach = await answered();
  const { tenantId, mailboxId } = outreach;
  const { lookAtMailbox } = mailActivities({
    db,
    dispatch: { deliver: () => Promise.resolve() },
    vault: world.vault,
    pool: lanePool({ perAccount: 1, idleMs: 1 }),
    rendererOf: () => {
      throw new Error('Nothing is rendered here.');
    },
    fault: () => Promise.resolve(),
    random: () => 0,
    monotonicMs: () => performance.now(),
  });
  await db.inTenant(tenantId, (tx) => want(tx, [mailboxWork(tenantId, mailboxId)]));
  expect(await lookAtMailbox(tenantId, mailboxId)).toEqual({ lanes: 1, hasReplies: true, ended: false });
  await forward(outreach);
  expect(await lookAtMailbox(tenantId, mailboxId)).toEqual({ lanes: 1, hasReplies: false, ended: true });
});
