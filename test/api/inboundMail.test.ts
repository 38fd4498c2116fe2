import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { startMailListener } from '../../api/mailListener.ts';
import { listEvents, openIncident } from '../../db/breach/incidents.ts';
import { listPeople } from '../../db/breach/people.ts';
import { addScope } from '../../db/breach/scopes.ts';
import { planDue } from '../../db/planning.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { openingAt } from '../../law/openings.ts';
import { readEnvironment } from '../../providers/environment.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { type LinkKeys, signLink, signMailLocalPart } from '../../providers/linkToken.ts';
import type { Listener } from '../../providers/mail/inbound/listener.ts';
import { testSend } from '../../providers/mail/testSend.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { knownFacts } from '../builders/incident.ts';
import { newSend } from '../builders/enrolment.ts';
import { type NewOutreach, newOutreach } from '../builders/outreach.ts';
import { emailStep } from '../builders/sequence.ts';
import { newTenant } from '../builders/tenant.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const linkKeys: LinkKeys = [randomBytes(32)];
const world = { vault: vault([generateVaultKey()]), addressKey: randomBytes(32) };
const domain = 'in.acme.example';
const tuesday = new Date('2026-11-24T15:00:00Z');

let database: TestDatabase;
let db: Database;
let stops: Database;
let listener: Listener;
let now = tuesday;
let outage: Error | null = null; // of the connections for opt-outs
beforeAll(async () => {
  database = await testDatabase();
  db = openDatabase({ url: database.appUrl, clock: () => now });
  stops = openDatabase({ url: database.appUrl });
  const secret = randomBytes(32).toString('base64url');
  const environment = readEnvironment({
    DATABASE_URL: database.ownerUrl,
    DECORUM_SECRET: secret,
    INBOUND_DOMAIN: domain,
    INBOUND_SMTP_PORT: '0',
  });
  const failing: Database = {
    ...stops,
    inTenant: (tenantId, work) => (outage ? Promise.reject(outage) : stops.inTenant(tenantId, work)),
  };
  const started = await startMailListener(
    { db, stops: failing, linkKeys, addressKey: world.addressKey, log: pino({ level: 'silent' }) },
    environment,
  );
  if (!started) throw new Error('A port was given, so there is a listener.');
  listener = started;
});
beforeEach(() => {
  now = tuesday;
  outage = null;
});
afterAll(async () => {
  await listener.stop();
  await Promise.all([db.close(), stops.close()]);
  await database.drop();
});

type Kind = 'reply' | 'bounce' | 'unsubscribe';
const addressOf = (kind: Kind, mailKey: Buffer, step = 0) => `${signMailLocalPart(linkKeys, { kind, mailKey, step })}@${domain}`;

async function send(to: string, message: string, from = 'pat@buyer.example'): Promise<string> {
  const server = { host: '127.0.0.1', port: listener.port, secure: 'none', clientName: 'buyer.example' } as const;
  const result = await testSend(server, { from, to }, Buffer.from(message));
  return result.accepted ? result.response.slice(0, 3) : (/(?:^|\D)([45]\d\d) /.exec(result.reason)?.[1] ?? result.reason);
}

const letter = (words: string, head: string[] = []) =>
  [
    'From: Pat <Pat@buyer.example>',
    'Subject: Re: Hello',
    `Message-ID: <${randomUUID()}@buyer.example>`,
    ...head,
    '',
    words,
    '',
  ].join('\r\n');

function report(type: 'delivery-status' | 'feedback-report', fields: string[]): string {
  const head = [
    'From: MAILER-DAEMON@buyer.example',
    'Subject: Undelivered',
    `Message-ID: <${randomUUID()}@buyer.example>`,
    'MIME-Version: 1.0',
  ];
  const parts = [
    '--x',
    'Content-Type: text/plain',
    '',
    'Sorry.',
    '--x',
    `Content-Type: message/${type}`,
    '',
    ...fields,
    '',
    '--x--',
    '',
  ];
  return [...head, `Content-Type: multipart/report; report-type=${type}; boundary=x`, '', ...parts].join('\r\n');
}
const bounce = (status: string, diagnostic: string) =>
  report('delivery-status', [
    'Reporting-MTA: dns; mx.buyer.example',
    '',
    'Final-Recipient: rfc822; pat@buyer.example',
    'Action: failed',
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${diagnostic}`,
  ]);
const complaint = () => report('feedback-report', ['Feedback-Type: abuse', 'User-Agent: x', 'Version: 1']);

/** What the record says of a person: one row, so that a test sees what it did not expect, too. */
function recordOf({ tenantId, enrolment, contact, mailboxId }: NewOutreach) {
  return db.inTenant(tenantId, (tx) =>
    tx.row(
      `select e.state, e.because, e.resume_at as "resumeAt", m.state as mailbox,
         array(select i.kind || ' ' || i.forward from inbound_messages i where i.enrolment_id = e.id order by i.received_at) as received,
         array(select t.kind || ' ' || t.state from tasks t where t.enrolment_id = e.id order by t.kind) as tasks,
         array(select x.basis from suppressions x where x.subject_hash = $2 and x.scope_id = e.tenant_id and x.enrolment_id = e.id) as suppressed,
         array(select s.state || coalesce(' ' || s.because, '') from sends s where s.enrolment_id = e.id order by s.step) as sends,
         (select count(*) from obligations) as promises
       from enrolments e join mailboxes m on m.id = e.mailbox_id and m.id = $3 where e.id = $1`,
      [enrolment.id, contact.addressHash, mailboxId],
    ),
  );
}

/** A person who got the first message, and for whom the second one is planned. */
async function written(facts: Parameters<typeof newOutreach>[2] = {}): Promise<NewOutreach> {
  const outreach = await newOutreach(db, world, { tenantId: await newTenant(stops), ...facts });
  await db.inTenant(outreach.tenantId, async (tx) => {
    await newSend(tx, { enrolmentId: outreach.enrolment.id });
    await newSend(tx, { enrolmentId: outreach.enrolment.id, step: 1, state: 'planned' });
    await tx.run(`update enrolments set step = 1, state = 'queued' where id = $1`, [outreach.enrolment.id]);
  });
  return outreach;
}

const untouched = {
  state: 'queued',
  because: null,
  resumeAt: null,
  mailbox: 'active',
  received: [],
  tasks: [],
  suppressed: [],
  sends: ['sent', 'planned'],
  promises: 0,
};
const stopped = { state: 'stopped' };

test.each<{ name: string; kind: Kind; message: () => string; from?: string; becomes: object }>([
  {
    name: 'a reply stops, is shown and forwarded',
    kind: 'reply',
    message: () => letter('Sounds good, call me.'),
    becomes: {
      ...stopped,
      because: 'replied',
      received: ['reply due'],
      tasks: ['reply open'],
      sends: ['sent', 'cancelled replied'],
    },
  },
  {
    name: '"please stop" suppresses, and the rep sees it',
    kind: 'reply',
    message: () => letter('Please stop writing to me.'),
    becomes: {
      ...stopped,
      because: 'unsubscribed',
      received: ['stop_request due'],
      tasks: ['reply open'],
      suppressed: ['reply'],
      sends: ['sent', 'cancelled suppressed'],
      promises: 1,
    },
  },
  {
    name: 'an absence pauses to the day that it states, on the person’s clock',
    kind: 'bounce',
    message: () => letter('I am back on December 7, 2026.', ['Auto-Submitted: auto-replied']),
    becomes: {
      state: 'paused',
      because: 'auto_reply',
      resumeAt: new Date('2026-12-07T05:00:00Z'),
      received: ['auto_reply none'],
    },
  },
  {
    name: 'an absence without a day pauses for seven days',
    kind: 'reply',
    message: () => letter('I am away.', ['Auto-Submitted: auto-replied']),
    becomes: {
      state: 'paused',
      because: 'auto_reply',
      resumeAt: new Date('2026-12-01T05:00:00Z'),
      received: ['auto_reply none'],
    },
  },
  {
    name: 'a hard bounce suppresses the address, and no promise is owed for it',
    kind: 'bounce',
    message: () => bounce('5.1.1', '550 5.1.1 no such user'),
    from: '',
    becomes: {
      ...stopped,
      because: 'bounced',
      received: ['bounce_hard none'],
      suppressed: ['bounce'],
      sends: ['sent bounced_later', 'cancelled suppressed'],
    },
  },
  {
    name: 'a policy bounce is about the mailbox, never about the person, and one alone, which anybody can write, is only noted',
    kind: 'bounce',
    message: () => bounce('5.7.1', '550 5.7.1 blocked for spam reputation'),
    from: '',
    becomes: { received: ['bounce_policy none'] },
  },
  {
    name: 'a full mailbox is noted',
    kind: 'bounce',
    message: () => bounce('5.2.2', '552 5.2.2 mailbox full'),
    from: '',
    becomes: { received: ['bounce_soft none'] },
  },
  {
    name: 'a complaint suppresses for good',
    kind: 'bounce',
    message: complaint,
    from: '',
    becomes: {
      ...stopped,
      because: 'complained',
      received: ['complaint none'],
      suppressed: ['complaint'],
      sends: ['sent', 'cancelled suppressed'],
      promises: 1,
    },
  },
  {
    name: 'anything to unsubscribe+… unsubscribes',
    kind: 'unsubscribe',
    message: () => letter(''),
    becomes: {
      ...stopped,
      because: 'unsubscribed',
      received: ['stop_request none'],
      suppressed: ['mailto'],
      sends: ['sent', 'cancelled suppressed'],
      promises: 1,
    },
  },
  {
    name: 'a notice of delay changes nothing',
    kind: 'bounce',
    message: () => bounce('4.4.1', 'timed out').replace('Action: failed', 'Action: delayed'),
    from: '',
    becomes: {},
  },
])('$name', async ({ kind, message, from, becomes }) => {
  const outreach = await written();
  expect(await send(addressOf(kind, outreach.enrolment.mailKey), message(), from)).toBe('250');
  expect(await recordOf(outreach)).toEqual({ ...untouched, ...becomes });
});

test('a wish for no calls is in force with the answer, for the number on record and the one that it names', async () => {
  const outreach = await written();
  const { tenantId, contact, enrolment } = outreach;
  await db.inTenant(tenantId, (tx) => tx.run(`update contacts set phone = '(212) 555-0101' where id = $1`, [contact.id]));
  const words = 'Mail is fine, but stop calling, also at 212 555 0102.';
  expect(await send(addressOf('reply', enrolment.mailKey), letter(words))).toBe('250');
  expect(await recordOf(outreach)).toMatchObject({ received: ['reply due'], suppressed: [] });
  const listed = await db.inTenant(tenantId, (tx) =>
    tx.rows(`select encode(d.number_hash, 'hex') as hash, r.basis, r.answered_at is not null as "isAnswered"
             from do_not_call d join do_not_call_requests r on r.id = d.request_id order by 1`),
  );
  const hashes = ['+12125550101', '+12125550102'].map((number) =>
    addressHash(world.addressKey, tenantId, number).toString('hex'),
  );
  expect(listed).toEqual(hashes.sort().map((hash) => ({ hash, basis: 'email', isAnswered: true })));
});

/** An incident one of whose people has been told. */
async function told(): Promise<{ tenantId: string; incidentId: string; mailKey: Buffer }> {
  const { tenantId, rep, contact } = await written();
  return db.inTenant(tenantId, async (tx) => {
    const facts = { ...knownFacts, discoveredAt: tuesday.toISOString() };
    const incident = { title: 'Leak', isDrill: false, compression: 1, facts, openedBy: rep.id };
    const incidentId = await openIncident(tx, incident);
    await addScope(tx, incidentId, { kind: 'users' }, rep.id);
    const { mailKey } = await tx.row<{ mailKey: Buffer }>(
      `insert into breach_people (tenant_id, incident_id, person_id, kind, scope_id, notice, sent_at)
       select tenant_id, incident_id, $2, 'contact', id, 'sent', decorum.now() from breach_scopes where incident_id = $1 returning mail_key as "mailKey"`,
      [incidentId, contact.id],
    );
    return { tenantId, incidentId, mailKey };
  });
}

test.each([
  { what: 'a hard bounce', message: () => bounce('5.1.1', '550 5.1.1 no such user'), notice: 'bounced', answer: '5.1.1' },
  { what: 'a mailbox that stayed full', message: () => bounce('5.2.2', '552 full'), notice: 'bounced', answer: '5.2.2' },
  {
    what: 'a notice of delay',
    message: () => bounce('4.4.1', 'timed out').replace('Action: failed', 'Action: delayed'),
    notice: 'sent',
    answer: null,
  },
  { what: 'an absence', message: () => letter('I am away.', ['Auto-Submitted: auto-replied']), notice: 'sent', answer: null },
])('$what, after a breach notice: $notice', async ({ message, notice, answer }) => {
  const { tenantId, incidentId, mailKey } = await told();
  expect(await send(addressOf('bounce', mailKey), message(), '')).toBe('250');
  expect(await send(addressOf('bounce', mailKey), message(), '')).toBe('250');
  const left = await db.inTenant(tenantId, (tx) => listPeople(tx, incidentId, ['bounced', 'sent'], { after: null, rows: 2 }));
  expect(left).toMatchObject([{ notice, answer }]);
  const events = await db.inTenant(tenantId, (tx) => listEvents(tx, incidentId));
  expect(events.filter(({ kind }) => kind === 'settled')).toHaveLength(notice === 'bounced' ? 1 : 0);
});

test('a reply wakes the mailbox, which forwards it', async () => {
  const outreach = await written();
  await send(addressOf('reply', outreach.enrolment.mailKey), letter('Yes.'));
  const woken = await db.inTenant(outreach.tenantId, (tx) =>
    tx.rows(`select workflow_id as id from outbox where wanted and workflow_type = 'mailboxSender'`),
  );
  expect(woken).toEqual([{ id: `mailbox/${outreach.tenantId}/${outreach.mailboxId}` }]);
});

test('where the sequence has a branch for replies, it leads on, and what was planned of the step before does not go', async () => {
  const steps = [emailStep({ branches: { replied: 'thanks' } }), emailStep({ id: 'again' }), emailStep({ id: 'thanks' })];
  const outreach = await written({ steps });
  await send(addressOf('reply', outreach.enrolment.mailKey), letter('Yes.'));
  expect(await recordOf(outreach)).toMatchObject({
    state: 'waiting',
    sends: ['sent', 'cancelled replied'],
    tasks: ['reply open'],
  });
});

test('the same message handed in twice, or three times at once, is one', async () => {
  const outreach = await written();
  const to = addressOf('reply', outreach.enrolment.mailKey);
  const message = letter('Yes.');
  expect(await send(to, message)).toBe('250');
  const again = `Received: from elsewhere\r\n${message}`;
  expect(await Promise.all([send(to, again), send(to, again), send(to, message)])).toEqual(['250', '250', '250']);
  expect(await recordOf(outreach)).toMatchObject({ received: ['reply due'], tasks: ['reply open'] });
  await send(to, letter('And another thing.'));
  expect(await recordOf(outreach)).toMatchObject({ received: ['reply due', 'reply due'] });
});

test('two messages with the same words and no Message-ID, to two people, are two', async () => {
  const message = 'From: pat@buyer.example\r\nSubject: Re: Hello\r\n\r\nYes.\r\n';
  for (const outreach of [await written(), await written()]) {
    await send(addressOf('reply', outreach.enrolment.mailKey), message);
    expect(await recordOf(outreach)).toMatchObject({ received: ['reply due'] });
  }
});

test('an absent person is written to again when the day has come', async () => {
  const outreach = await written();
  const absence = letter('Back on 2026-12-07.', ['Auto-Submitted: auto-replied']);
  await send(addressOf('reply', outreach.enrolment.mailKey), absence);
  const look = () => db.inTenant(outreach.tenantId, (tx) => planDue(tx, outreach.launchId, 1, openingAt));
  now = new Date('2026-12-07T04:59:00Z');
  expect((await look()).waitMs).toBe(60_000);
  expect(await recordOf(outreach)).toMatchObject({ state: 'paused' });
  now = new Date('2026-12-07T05:00:00Z');
  await look();
  expect(await recordOf(outreach)).toMatchObject({ state: 'queued', sends: ['sent', 'planned'] });
});

test('soft bounces on three days pause the person and ask the rep, two on one day count once', async () => {
  const outreach = await written();
  const full = () => send(addressOf('bounce', outreach.enrolment.mailKey), bounce('4.2.2', '452 4.2.2 mailbox full'), '');
  for (const day of ['24', '24', '25']) {
    now = new Date(`2026-11-${day}T15:00:00Z`);
    await full();
  }
  expect(await recordOf(outreach)).toMatchObject({ state: 'queued', tasks: [] });
  now = new Date('2026-11-27T15:00:00Z');
  await full();
  await full();
  expect(await recordOf(outreach)).toMatchObject({ state: 'paused', because: 'soft_bounces', tasks: ['soft_bounces open'] });
});

test('an answer to a message whose outcome was unknown settles it', async () => {
  const outreach = await newOutreach(db, world, { tenantId: await newTenant(stops) });
  await db.inTenant(outreach.tenantId, async (tx) => {
    const sendId = await newSend(tx, { enrolmentId: outreach.enrolment.id, state: 'unknown' });
    await tx.run(`update enrolments set state = 'paused', because = 'unknown_outcome', paused_at = decorum.now()`);
    await tx.run(
      `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, send_id, due_at)
       values (decorum.tenant(), 'unknown_outcome', $1, $2, $3, 0, $4, decorum.now())`,
      [outreach.rep.id, outreach.contact.id, outreach.enrolment.id, sendId],
    );
  });
  await send(addressOf('reply', outreach.enrolment.mailKey), letter('I am away.', ['Auto-Submitted: auto-replied']));
  expect(await recordOf(outreach)).toMatchObject({
    state: 'paused',
    because: 'auto_reply',
    sends: ['sent answered'],
    tasks: ['unknown_outcome done'],
  });
});

test('an opt-out is answered only when what is at the wire has gone or cannot go any more', async () => {
  const outreach = await newOutreach(db, world, { tenantId: await newTenant(stops) });
  const sendId = await db.inTenant(outreach.tenantId, (tx) =>
    newSend(tx, { enrolmentId: outreach.enrolment.id, state: 'handing' }),
  );
  let isGone = false;
  const answered = send(addressOf('unsubscribe', outreach.enrolment.mailKey), letter('')).then((code) => ({ code, isGone }));
  await sleep(300);
  isGone = true;
  await db.inTenant(outreach.tenantId, (tx) =>
    tx.run(`update sends set state = 'sent', wire_until = null where id = $1`, [sendId]),
  );
  expect(await answered).toEqual({ code: '250', isGone: true });
});

test('what was cut off between the record and the opt-out is completed when the sender tries again', async () => {
  const outreach = await written();
  const to = addressOf('reply', outreach.enrolment.mailKey);
  const message = letter('Unsubscribe');
  outage = new Error('no database');
  expect(await send(to, message)).toBe('451');
  expect(await recordOf(outreach)).toMatchObject({ received: ['stop_request due'], suppressed: [] });
  outage = null;
  expect(await send(to, message)).toBe('250');
  expect(await recordOf(outreach)).toMatchObject({ received: ['stop_request due'], suppressed: ['reply'], state: 'stopped' });
});

describe('when the tenant has been purged', () => {
  const tenantId = randomUUID();
  const hash = addressHash(world.addressKey, tenantId, 'pat@buyer.example');
  const ids = { tenantId, enrolmentId: randomUUID(), sequenceId: randomUUID() };
  const token = signLink(linkKeys, { kind: 'unsubscribe', ...ids, addressHash: hash });
  const suppressed = () =>
    stops.inTenant(tenantId, (tx) => tx.rows(`select basis from suppressions where subject_hash = $1`, [hash]));

  test('the subject of the mailto: link still binds, folded or not', async () => {
    const folded = `Subject: ${token.slice(0, 70)}\r\n ${token.slice(70)}\r\n\r\n\r\n`;
    expect(await send(addressOf('unsubscribe', randomBytes(10)), folded)).toBe('250');
    expect(await suppressed()).toEqual([{ basis: 'mailto' }]);
  });

  test.each<{ name: string; kind: Kind; message: string }>([
    { name: 'a reply', kind: 'reply', message: letter('Yes.') },
    { name: 'a bounce', kind: 'bounce', message: bounce('5.1.1', '550 5.1.1 no such user') },
    { name: 'an unsubscribe mail without its subject', kind: 'unsubscribe', message: letter('') },
  ])('$name is refused with 550: nobody is left whom it could concern', async ({ kind, message }) => {
    expect(await send(addressOf(kind, randomBytes(10)), message)).toBe('550');
  });
});

test('an address that we never wrote is refused, and so is a message that is too large', async () => {
  const outreach = await written();
  const claims = { kind: 'reply', mailKey: outreach.enrolment.mailKey, step: 0 } as const;
  const forged = `${signMailLocalPart([randomBytes(32)], claims)}@${domain}`;
  expect(await send(forged, letter('Yes.'))).toBe('550');
  expect(await send(addressOf('reply', outreach.enrolment.mailKey), letter('x'.repeat(70).concat('\r\n').repeat(40_000)))).toBe(
    '552',
  );
  expect(await recordOf(outreach)).toEqual(untouched);
});

test('a message that is more work than an honest one is refused for good, but never an opt-out', async () => {
  const outreach = await written();
  const endless = letter('x\r\n'.repeat(60_000));
  expect(await send(addressOf('reply', outreach.enrolment.mailKey), endless)).toBe('554');
  expect(await recordOf(outreach)).toEqual(untouched);
  expect(await send(addressOf('unsubscribe', outreach.enrolment.mailKey), endless)).toBe('250');
  expect(await recordOf(outreach)).toMatchObject({ state: 'stopped', suppressed: ['mailto'] });
});
