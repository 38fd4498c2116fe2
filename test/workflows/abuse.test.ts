import { randomUUID } from 'node:crypto';
import { appealCase, decideCase, listCaseEvents, listCases } from '../../db/abuse/cases.ts';
import { noteSignUp } from '../../db/abuse/signUps.ts';
import { appealDeadline } from '../../law/appeals.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { newSequence } from '../builders/sequence.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const DAY = 24 * 60 * 60_000;
let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
});
afterAll(() => world.end());

interface Sender {
  tenantId: string;
  ownerId: string;
  email: string;
  mailboxId: string;
}

/** A workspace that has sent 50 messages, so many of which came back. */
async function sender({ bounced = 0, complained = 0 } = {}): Promise<Sender> {
  const tenantId = await world.newTenant();
  return world.db.inTenant(tenantId, async (tx) => {
    const owner = await newUser(tx, { role: 'owner', email: `olga-${randomUUID()}@kites.example` });
    const mailboxId = await newMailbox(tx, world.vault, { ownerId: owner.id, cap: 40 });
    const sequenceId = await newSequence(tx, { by: owner.id });
    const launchId = await newLaunch(tx, { sequenceId, mailboxId, by: owner.id });
    for (let n = 0; n < 50; n += 1) {
      const contact = await newContact(tx, world.addressKey);
      const enrolment = await newEnrolment(tx, {
        launchId,
        contactId: contact.id,
        mailboxId,
        state: 'finished',
        because: 'last_step',
      });
      const sendId = await newSend(tx, { enrolmentId: enrolment.id });
      const basis = n < bounced ? 'bounce' : n < bounced + complained ? 'complaint' : null;
      if (basis === null) continue;
      await tx.run(
        `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id, enrolment_id)
         select tenant_id, address_hash, 'email', tenant_id, $2, gen_random_uuid(), enrolment_id from sends where id = $1`,
        [sendId, basis],
      );
    }
    return { tenantId, ownerId: owner.id, email: owner.email, mailboxId };
  });
}

const watch = async () => {
  await world.client.workflow.execute('abuseWatch', { taskQueue: 'legal', workflowId: `abuse-watch-${randomUUID()}` });
  await world.rest();
};
const cases = (tenantId: string) => world.db.inTenant(tenantId, (tx) => listCases(tx, { after: undefined, rows: 10 }));
const caseOf = async ({ tenantId }: Sender) => {
  const [only, ...more] = await cases(tenantId);
  if (!only || more.length > 0) throw new Error(`There is not one case but ${more.length + (only ? 1 : 0)}.`);
  return only;
};
const stops = ({ tenantId, mailboxId }: Sender) =>
  world.ask<{ kind: string }>(`select kind from sending_stops where tenant_id = $1 and scope_id = $2`, [tenantId, mailboxId]);
const cap = async ({ mailboxId }: Sender) =>
  (await world.ask<{ cap: number }>(`select cap from mailboxes where id = $1`, [mailboxId]))[0]?.cap;
const kinds = async (who: Sender) =>
  (await world.db.inTenant(who.tenantId, async (tx) => listCaseEvents(tx, (await caseOf(who)).id))).map(({ kind }) => kind);
/** Letters go out by a workflow of their own, so they are waited for. */
async function letters(who: Sender, count: number): Promise<string[]> {
  for (const patient = AbortSignal.timeout(20_000); ; ) {
    const sent = await world.ask<{ kind: string }>(
      `select kind from account_letters where tenant_id = $1 and sent_at is not null order by created_at`,
      [who.tenantId],
    );
    if (sent.length >= count) return sent.map(({ kind }) => kind);
    patient.throwIfAborted();
    await world.rest();
  }
}

test('a workspace without any sign has no case', async () => {
  const calm = await sender({ bounced: 2 });
  await watch();
  expect(await cases(calm.tenantId)).toEqual([]);
});

test('over 5 % bounced: the mailbox is paused at once, its owner told, appeals, and a person lifts it', async () => {
  const acme = await sender({ bounced: 3 });
  await watch();
  const { id, ...opened } = await caseOf(acme);
  expect(opened).toMatchObject({
    scope: 'mailbox',
    mailboxId: acme.mailboxId,
    sign: 'bounce_rate',
    measure: 'pause',
    state: 'open',
  });
  expect(await stops(acme)).toEqual([{ kind: 'abuse' }]);
  expect(await letters(acme, 1)).toEqual(['abuse_pause']);

  await world.pass(10 * DAY);
  expect((await caseOf(acme)).state).toBe('open'); // a pause does not pass by itself
  const appeal = { words: 'An old list, deleted since.', byUser: acme.ownerId, deadline: appealDeadline };
  expect(await world.db.inTenant(acme.tenantId, (tx) => appealCase(tx, id, appeal))).toBe(true);
  expect(await world.db.inTenant(acme.tenantId, (tx) => appealCase(tx, id, appeal))).toBe(false); // once
  const [promise] = await world.ask<{ dueAt: Date }>(
    `select due_at as "dueAt" from obligations where subject_id = $1 and state = 'open'`,
    [id],
  );
  expect(promise?.dueAt).toEqual(new Date('2026-12-12T05:00:00Z')); // Friday's end in New York, five business days after the 4th
  await world.rest();
  await world.db.inTenant(acme.tenantId, (tx) => decideCase(tx, id, { lift: true, note: 'So it is.', byUser: acme.ownerId }));
  await world.rest();
  expect(await stops(acme)).toEqual([]);
  expect(await letters(acme, 2)).toContain('abuse_lifted');
  expect(await kinds(acme)).toEqual(['opened', 'told', 'appealed', 'lifted']);
  expect(await world.ask(`select state from obligations where subject_id = $1`, [id])).toEqual([{ state: 'met' }]);

  const handle = world.client.workflow.getHandle(`abuse/${acme.tenantId}/${id}`);
  await handle.result();
  const run = (await runsOf(world, handle.workflowId)).at(-1);
  expect(personalDataIn(run?.history ?? { events: [] })).toEqual([]);
  keep(run, 'abuseCase/appealedAndLifted');
});

test('what a person has lifted is not taken up again for a week', async () => {
  const acme = await sender({ bounced: 3 });
  await watch();
  const { id } = await caseOf(acme);
  await world.db.inTenant(acme.tenantId, (tx) => decideCase(tx, id, { lift: true, note: '', byUser: acme.ownerId }));
  await watch();
  expect((await caseOf(acme)).endedBecause).toBe('lifted');
  expect(await stops(acme)).toEqual([]);
});

test('a case gets graver by itself, and is told again', async () => {
  const acme = await sender();
  await world.ask(
    `insert into imports (tenant_id, file_name, created_by, created_at, rows_read, rejected) values ($1, 'f.csv', $2, $3, 1000, '{"never_collected": 5}')`,
    [acme.tenantId, acme.ownerId, await world.now()],
  );
  await watch();
  expect(await caseOf(acme)).toMatchObject({ scope: 'tenant', sign: 'never_collected', measure: 'watch' });
  expect(await cap(acme)).toBe(40);
  await world.ask(`update imports set rejected = '{"never_collected": 500}' where tenant_id = $1`, [acme.tenantId]);
  await watch();
  expect(await caseOf(acme)).toMatchObject({ measure: 'throttle', counts: { rows: 1000, refused: 500 } });
  expect(await letters(acme, 2)).toEqual(['abuse_watch', 'abuse_throttle']);
  expect(await kinds(acme)).toEqual(['opened', 'told', 'graver', 'told']);
});

test('a throttle halves the cap, also one that is raised meanwhile, and passes when its sign is not seen for a week', async () => {
  const acme = await sender();
  const place = Buffer.alloc(32, 7);
  for (const tenantId of [acme.tenantId, ...(await Promise.all([1, 2, 3, 4].map(() => world.newTenant())))])
    await world.db.inTenant(tenantId, (tx) => noteSignUp(tx, place));
  await watch();
  expect(await caseOf(acme)).toMatchObject({ sign: 'sign_up_velocity', measure: 'throttle', counts: { workspaces: 5 } });
  expect(await cap(acme)).toBe(20);
  await world.ask(`update mailboxes set cap = 60 where id = $1`, [acme.mailboxId]);
  await watch();
  expect(await cap(acme)).toBe(20);
  await world.ask(`delete from sign_up_places`);
  await world.pass(7 * DAY + 1_000);
  const [{ id }] = [await caseOf(acme)];
  await world.client.workflow.getHandle(`abuse/${acme.tenantId}/${id}`).result();
  expect(await caseOf(acme)).toMatchObject({ state: 'ended', endedBecause: 'passed' });
  expect(await cap(acme)).toBe(60);
  keep((await runsOf(world, `abuse/${acme.tenantId}/${id}`)).at(-1), 'abuseCase/passed');
});

test('an upheld pause stands until a person lifts it', async () => {
  const acme = await sender({ complained: 1 });
  await watch();
  const { id, measure } = await caseOf(acme);
  expect(measure).toBe('pause');
  await world.db.inTenant(acme.tenantId, (tx) => decideCase(tx, id, { lift: false, note: 'No.', byUser: acme.ownerId }));
  await world.pass(40 * DAY);
  expect(await stops(acme)).toEqual([{ kind: 'abuse' }]);
  expect(await letters(acme, 2)).toEqual(['abuse_pause', 'abuse_upheld']);
  const runs = await runsOf(world, `abuse/${acme.tenantId}/${id}`);
  expect(runs.length).toBe(2);
  keep(runs[0], 'abuseCase/continued');
  await world.db.inTenant(acme.tenantId, (tx) => decideCase(tx, id, { lift: true, note: '', byUser: acme.ownerId }));
  await world.rest();
  expect(await stops(acme)).toEqual([]);
});

test('log-ins from many places, and an import that is dead', async () => {
  const acme = await sender({ bounced: 2 });
  await world.ask(
    `insert into known_addresses (tenant_id, user_id, address_hash) select $1, $2, decode(lpad(to_hex(n), 64, '0'), 'hex') from generate_series(1, 10) as n`,
    [acme.tenantId, acme.ownerId],
  );
  const [file] = await world.ask<{ id: string }>(
    `insert into imports (tenant_id, file_name, created_by, created_at, rows_read) values ($1, 'f.csv', $2, $3, 50) returning id`,
    [acme.tenantId, acme.ownerId, await world.now()],
  );
  await world.ask(`update contacts set import_id = $2 where tenant_id = $1`, [acme.tenantId, file?.id]);
  await world.ask(
    `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id, enrolment_id, asked_at)
     select tenant_id, address_hash, 'email', tenant_id, 'bounce', gen_random_uuid(), enrolment_id, $2 from sends where tenant_id = $1 limit 30 on conflict do nothing`,
    [acme.tenantId, await world.now()],
  );
  await watch();
  const found = (await cases(acme.tenantId)).map(({ sign, measure }) => `${sign} ${measure}`).sort();
  expect(found).toEqual(['bounce_rate pause', 'dead_import pause', 'log_in_places watch']);
  keep((await runsOf(world, (await watched()) ?? '')).at(-1), 'abuseWatch/looked');
});

async function watched(): Promise<string | undefined> {
  const workflowId = `abuse-watch-${randomUUID()}`;
  await world.client.workflow.execute('abuseWatch', { taskQueue: 'legal', workflowId });
  return workflowId;
}
