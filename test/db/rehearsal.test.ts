import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mailActivities } from '../../activities/mail.ts';
import { rendererFor } from '../../activities/mail/renderer.ts';
import { mailboxSettings } from '../../db/messages.ts';
import { want } from '../../db/outbox.ts';
import { eraseCopy } from '../../db/rehearsal/keeping.ts';
import { jumpTo } from '../../db/rehearsal/playing.ts';
import { mailboxWork } from '../../db/workflowIds.ts';
import { type LanePool, lanePool } from '../../providers/mail/lanePool.ts';
import { noTransport } from '../../providers/mail/noTransport.ts';
import { createTemplates } from '../../providers/templates.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch, newSend } from '../builders/enrolment.ts';
import { newSequence } from '../builders/sequence.ts';
import { newUser } from '../builders/tenant.ts';
import { newPeople, newWorkspace, start, World } from './world.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** A rehearsal's tenant, as it is made from a workspace's transaction. */
async function newCopy(): Promise<{ tenantId: string; copyId: string }> {
  const { tenantId } = await newWorkspace(world);
  const copyId = randomUUID();
  await world.db.inTenant(tenantId, (tx) => tx.run(`select decorum.open_rehearsal($1)`, [copyId]));
  return { tenantId, copyId };
}

const mailbox = (host: string, dkimSecret: string) => `
  insert into mailboxes (tenant_id, owner_id, kind, from_name, address, smtp_host, smtp_port, smtp_security, dkim_domain, dkim_selector, dkim_secret)
  select decorum.tenant(), id, 'relay', 'Rae', 'rae@acme.example', '${host}', 25, 'none', 'acme.example', 'd1', '${dkimSecret}' from users where tenant_id = decorum.tenant() returning id`;

test("a rehearsal's clock stands still, whatever time it is for the others, and jumps forwards only", async () => {
  const { copyId } = await newCopy();
  const at = async (db = world.db) => (await db.inTenant(copyId, (tx) => tx.row<{ at: Date }>(`select decorum.now() as at`))).at;
  expect(await at()).toEqual(start);
  expect(await at(world.onOwnClock)).toEqual(start);
  const later = new Date(start.getTime() + 86_400_000);
  await world.db.inTenant(copyId, (tx) => jumpTo(tx, later));
  await world.db.inTenant(copyId, (tx) => jumpTo(tx, start));
  expect(await at()).toEqual(later);
});

test('a mailbox of a rehearsal has no transport: the database refuses one that has, and to give it one', async () => {
  const { copyId } = await newCopy();
  await world.db.inTenant(copyId, (tx) => newUser(tx));
  const add = (host: string, secret: string) => world.db.inTenant(copyId, (tx) => tx.row<{ id: string }>(mailbox(host, secret)));
  await expect(add('smtp.acme.example', '')).rejects.toMatchObject({ code: 'DC012' });
  await expect(add('rehearsal.invalid', 'a key')).rejects.toMatchObject({ code: 'DC012' });
  const { id } = await add('rehearsal.invalid', '');
  for (const change of [`smtp_host = 'smtp.acme.example'`, `smtp_user = 'rae'`, `smtp_secret = 'x'`, `dkim_secret = 'x'`]) {
    const changing = world.db.inTenant(copyId, (tx) => tx.run(`update mailboxes set ${change} where id = $1`, [id]));
    await expect(changing).rejects.toMatchObject({ code: 'DC012' });
  }
});

describe('a real mailbox that was put into a rehearsal past the constraint, with a message due', () => {
  let copyId: string;
  let mailboxId: string;
  let sendId: string;
  beforeAll(async () => {
    ({ copyId } = await newCopy());
    await world.db.inTenant(copyId, (tx) => newUser(tx));
    const client = await world.owner.connect();
    try {
      await client.query(`begin; set local session_replication_role = replica; select decorum.enter('${copyId}')`);
      const { rows } = await client.query<{ id: string }>(mailbox('127.0.0.1', 'a key'));
      mailboxId = rows[0]?.id ?? '';
      await client.query('commit');
    } finally {
      client.release(true); // its session had the owner's liberties
    }
    sendId = await world.db.inTenant(copyId, async (tx) => {
      const { id: by } = await tx.row<{ id: string }>(`select id from users`);
      const launchId = await newLaunch(tx, { sequenceId: await newSequence(tx, { by }), mailboxId, by });
      const contact = await newContact(tx, world.addressKey);
      const enrolment = await newEnrolment(tx, { launchId, contactId: contact.id, mailboxId, state: 'queued' });
      return newSend(tx, { enrolmentId: enrolment.id, state: 'planned' });
    });
  });

  function senderOver(pool: LanePool) {
    const { sendDue } = mailActivities({
      db: world.db,
      dispatch: { deliver: () => Promise.resolve() },
      vault: world.vault,
      pool,
      rendererOf: rendererFor({
        templates: createTemplates(),
        vault: world.vault,
        linkKeys: [Buffer.alloc(32)],
        publicUrl: 'http://localhost',
        inboundDomain: 'inbound.localhost',
        now: () => world.now,
      }),
      fault: () => Promise.resolve(),
      random: () => 0,
      monotonicMs: () => performance.now(),
    });
    return (tenantId: string, id: string) =>
      new MockActivityEnvironment().run<[string, string], number | null, typeof sendDue>(sendDue, tenantId, id);
  }

  test('is refused by the sender before it claims, connects or writes anything', async () => {
    const hosts: string[] = [];
    const watched = lanePool({ perAccount: 1, idleMs: 1_000 }, ({ host }) => {
      hosts.push(host);
      return Promise.reject(new Error('nobody is to be reached'));
    });
    await expect(senderOver(watched)(copyId, mailboxId)).rejects.toBeInstanceOf(ApplicationFailure);
    expect(hosts).toEqual([]);
    const { state } = await world.db.inTenant(copyId, (tx) =>
      tx.row<{ state: string }>(`select state from sends where id = $1`, [sendId]),
    );
    expect(state).toBe('planned');
  });

  test('names no server to whoever asks how to send for it', async () => {
    const settings = await world.db.inTenant(copyId, (tx) => mailboxSettings(tx, mailboxId));
    expect(settings.smtpHost).toBe('rehearsal.invalid');
  });

  test('has no sender: a workflow that is wanted in a rehearsal is never offered to Temporal', async () => {
    await world.db.inTenant(copyId, (tx) => want(tx, [mailboxWork(copyId, mailboxId)]));
    const { rows } = await world.owner.query(`select from outbox where tenant_id = $1`, [copyId]);
    expect(rows).toEqual([]);
  });

  test('nor does a real workspace send over no transport, and count it as sent', async () => {
    const workspace = await newWorkspace(world);
    await newPeople(world, workspace, 1);
    await expect(senderOver(noTransport)(workspace.tenantId, workspace.mailboxId)).rejects.toBeInstanceOf(ApplicationFailure);
  });
});

test('no tenant becomes a rehearsal or stops being one, and a rehearsal is not rehearsed', async () => {
  const { tenantId, copyId } = await newCopy();
  const become = (id: string, kind: string) => world.db.inTenant(id, (tx) => tx.run(`update tenants set kind = $1`, [kind]));
  await expect(become(tenantId, 'rehearsal')).rejects.toMatchObject({ code: 'DC011' });
  await expect(become(copyId, 'real')).rejects.toMatchObject({ code: 'DC011' });
  const twice = world.db.inTenant(copyId, (tx) => tx.run(`select decorum.open_rehearsal(gen_random_uuid())`));
  await expect(twice).rejects.toMatchObject({ code: 'DC011' });
});

test('only a rehearsal is erased without a trace, once or twice', async () => {
  const { tenantId, copyId } = await newCopy();
  const erase = world.db.inTenant(tenantId, (tx) => tx.run(`select decorum.end_rehearsal()`));
  await expect(erase).rejects.toMatchObject({ code: 'DC011' });
  await eraseCopy(world.db, tenantId, copyId);
  await eraseCopy(world.db, tenantId, copyId);
  const { rows } = await world.owner.query<{ id: string }>(`select id from tenants where id = any($1)`, [[tenantId, copyId]]);
  expect(rows).toEqual([{ id: tenantId }]);
});
