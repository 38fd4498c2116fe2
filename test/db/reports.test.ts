import { overviewOf, tallied } from '../../api/reportTallies.ts';
import { listRest, listStepPeople, restOf, type StepPerson } from '../../db/reportPeople.ts';
import { launchReport, overview } from '../../db/reports.ts';
import { addVersion } from '../../db/sequences.ts';
import { Definition, type VariantId } from '../../domain/sequence.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment } from '../builders/enrolment.ts';
import { newMailbox } from '../builders/mailbox.ts';
import { newUser } from '../builders/tenant.ts';
import { type Had, newReadersOf, twoWordings } from '../builders/variants.ts';
import { steps, tellStory } from './reportsStory.ts';
import { hours, newPerson, newWorkspace, start, World, type Workspace } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

async function story() {
  const workspace = await newWorkspace(world, { steps });
  const { tenantId, launchId, mailboxId, rep } = workspace;
  const other = await world.db.inTenant(tenantId, async (tx) => {
    const { id } = await newUser(tx, { name: 'Zed Rep' });
    return { repId: id, mailboxId: await newMailbox(tx, world.vault, { ownerId: id, address: 'zed@acme.example' }) };
  });
  const { db, addressKey } = world;
  const mailboxIds = [mailboxId, other.mailboxId] as const;
  const contacts = await tellStory({ db, tenantId, addressKey, launchId, userId: rep.id, mailboxIds });
  return { workspace, other, contacts };
}
const reportOf = async ({ tenantId, launchId }: Workspace) =>
  tallied(await world.db.inTenant(tenantId, (tx) => launchReport(tx, launchId)));
const peopleOf = ({ tenantId, launchId }: Workspace, stepId: string) =>
  world.db.inTenant(tenantId, (tx) =>
    listStepPeople(tx, { launchId, stepId }, { got: null, because: null, variant: null }, { after: null, rows: 1000 }),
  );
const shareOf = (count: number, of: number) => ({ count, of, share: of === 0 ? null : count / of });
const nobody = { total: 0, by: {} };

test('every step is counted as what became of its people', async () => {
  const { workspace } = await story();
  const { steps: counted } = await reportOf(workspace);
  expect(counted).toEqual([
    {
      stepId: 'hello',
      number: 1,
      kind: 'email',
      title: 'Hello',
      people: 14,
      got: 7, // ann, ben, cid, dot, kim, max, ned
      notGot: 7,
      sent: 8, // joe's came back
      bouncedLater: 1,
      unknown: 1, // fay
      planned: { total: 1, by: { queue: 1 } }, // gil
      held: { total: 1, by: { late: 1 } }, // hal
      waiting: nobody,
      refused: { total: 1, by: { hard_bounce: 1 } }, // eve
      cancelled: { total: 1, by: { removed: 1 } }, // lea
      stopped: nobody,
      blocked: { total: 1, by: { in_another_sequence: 1 } }, // ivy
      skipped: nobody,
      tasks: nobody,
      replied: 1, // ben
      autoReplied: 1, // cid
      unsubscribed: 1, // dot
      complained: 0,
      rates: {
        bounced: shareOf(2, 9), // joe and eve, of the eight that were taken and the one that was refused
        replied: shareOf(1, 7),
        unsubscribed: shareOf(1, 7),
        complained: shareOf(0, 7),
      },
      variants: [],
    },
    {
      stepId: 'again',
      number: 2,
      kind: 'email',
      title: '',
      people: 14,
      got: 3, // kim, max, ned
      notGot: 11,
      sent: 3,
      bouncedLater: 0,
      unknown: 0,
      planned: nobody,
      held: nobody,
      waiting: {
        total: 5, // gil and hal, ann, cid, fay
        by: { 'earlier step': 2, 'not due yet': 1, 'paused: auto_reply': 1, 'paused: unknown_outcome': 1 },
      },
      refused: nobody,
      cancelled: nobody,
      stopped: { total: 5, by: { bounced: 2, removed: 1, replied: 1, unsubscribed: 1 } },
      blocked: { total: 1, by: { in_another_sequence: 1 } },
      skipped: nobody,
      tasks: nobody,
      replied: 0,
      autoReplied: 0,
      unsubscribed: 0,
      complained: 1, // kim
      rates: { bounced: shareOf(0, 3), replied: shareOf(0, 3), unsubscribed: shareOf(0, 3), complained: shareOf(1, 3) },
      variants: [],
    },
    {
      stepId: 'look',
      number: 3,
      kind: 'task',
      title: 'Look at their site',
      people: 14,
      got: 1, // max: it is done
      notGot: 13,
      sent: 0,
      bouncedLater: 0,
      unknown: 0,
      planned: nobody,
      held: nobody,
      waiting: {
        total: 6,
        by: { 'earlier step': 3, 'task is open': 1, 'paused: auto_reply': 1, 'paused: unknown_outcome': 1 },
      },
      refused: nobody,
      cancelled: nobody,
      stopped: { total: 6, by: { bounced: 2, complained: 1, removed: 1, replied: 1, unsubscribed: 1 } },
      blocked: { total: 1, by: { in_another_sequence: 1 } },
      skipped: nobody,
      tasks: { total: 2, by: { done: 1, open: 1 } },
      replied: 0,
      autoReplied: 0,
      unsubscribed: 0,
      complained: 0,
      rates: { bounced: shareOf(0, 0), replied: shareOf(0, 0), unsubscribed: shareOf(0, 0), complained: shareOf(0, 0) },
      variants: [],
    },
  ]);
});

test('mailboxes and reps have their own numbers, which add up to those of all', async () => {
  const { workspace, other } = await story();
  const { total, mailboxes, reps } = await reportOf(workspace);
  const first = {
    people: 11,
    reached: 4, // ann, ben, cid, dot
    planned: 1,
    held: 1,
    sent: 5,
    bouncedLater: 1,
    unknown: 1,
    refused: 1,
    cancelled: 1,
    replied: 1,
    autoReplied: 1,
    unsubscribed: 1,
    complained: 0,
    rates: { bounced: shareOf(2, 6), replied: shareOf(1, 4), unsubscribed: shareOf(1, 4), complained: shareOf(0, 4) },
  };
  const second = {
    people: 3,
    reached: 3, // with two messages each
    planned: 0,
    held: 0,
    sent: 6,
    bouncedLater: 0,
    unknown: 0,
    refused: 0,
    cancelled: 0,
    replied: 0,
    autoReplied: 0,
    unsubscribed: 0,
    complained: 1,
    rates: { bounced: shareOf(0, 6), replied: shareOf(0, 3), unsubscribed: shareOf(0, 3), complained: shareOf(1, 3) },
  };
  expect(mailboxes).toEqual([
    { mailboxId: workspace.mailboxId, address: expect.stringMatching(/^rae-/) as string, ...first },
    { mailboxId: other.mailboxId, address: 'zed@acme.example', ...second },
  ]);
  expect(reps).toEqual([
    { userId: workspace.rep.id, name: 'Rae Rep', ...first },
    { userId: other.repId, name: 'Zed Rep', ...second },
  ]);
  expect(total).toMatchObject({
    people: 14,
    reached: 7,
    sent: 11,
    unknown: 1,
    rates: { bounced: shareOf(2, 12), replied: shareOf(1, 7) },
  });
});

test('of each person one sees why the step has not come, and when it will', async () => {
  const { workspace } = await story();
  const seen = (people: StepPerson[]) =>
    Object.fromEntries(people.map(({ name, got, standing, because }) => [name, got ? standing : `${standing}: ${because}`]));
  expect(seen(await peopleOf(workspace, 'hello'))).toEqual({
    ...Object.fromEntries(['ann', 'ben', 'cid', 'dot', 'kim', 'max', 'ned'].map((name) => [name, 'sent'])),
    eve: 'refused: hard_bounce',
    fay: 'unknown: answer_lost',
    gil: 'planned: queue',
    hal: 'held: late',
    ivy: 'blocked: in_another_sequence',
    joe: 'bounced: bounced_later',
    lea: 'cancelled: removed',
  });
  const [ann] = (await peopleOf(workspace, 'again')).filter(({ name }) => name === 'ann');
  expect(ann).toMatchObject({ standing: 'waiting', because: 'not due yet', nextAt: new Date(start.getTime() + 24 * hours) });
});

test('a list of the rest takes up nobody who opted out or may have got it, and a second request finds the first', async () => {
  const { workspace, contacts } = await story();
  const { tenantId, launchId, rep } = workspace;
  const asked = { launchId, stepId: 'hello' };
  const list = { id: '5f0c34a8-5b62-8f3e-9a51-0d7d0f1d7a11', name: 'Rest', because: null, createdBy: rep.id };
  const members = () =>
    world.db.inTenant(tenantId, async (tx) => {
      const rows = await tx.rows<{ id: string }>(`select contact_id as id from list_members where list_id = $1`, [list.id]);
      return rows.map(({ id }) => id).sort();
    });
  const make = (change: { id?: string; name?: string; because?: string[] } = {}) =>
    world.db.inTenant(tenantId, (tx) => listRest(tx, asked, { ...list, ...change }));
  expect(await Promise.all([make(), make(), make()])).toEqual(
    expect.arrayContaining([{ isNew: true }, { isNew: false }, { isNew: false }]),
  );
  expect(await members()).toEqual([contacts.ivy]); // lea was taken out by hand: proposed is nobody whom somebody wished away
  await world.db.inTenant(tenantId, (tx) =>
    tx.run(`update sends set state = 'cancelled', because = 'launch_stopped' where state = 'held'`),
  );
  expect(await make()).toEqual({ isNew: false });
  expect(await members()).toEqual([contacts.ivy]); // as it was made

  expect(await make({ id: '5f0c34a8-5b62-8f3e-9a51-0d7d0f1d7a12', name: 'rest' })).toBeNull(); // the name is taken
  const rest = await world.db.inTenant(tenantId, (tx) => restOf(tx, asked));
  expect(rest).toContainEqual({ because: 'answer_lost', people: 1, optedOut: 0, listable: 0, proposed: false });
  expect(rest).toContainEqual({ because: 'hard_bounce', people: 1, optedOut: 1, listable: 0, proposed: true });
  const every = rest.map(({ because }) => because);
  await world.db.inTenant(tenantId, (tx) => tx.run(`delete from lists`));
  await make({ because: every });
  expect(await members()).toEqual([contacts.gil, contacts.hal, contacts.ivy, contacts.lea].sort());
});

test('over all launches one sees what left in a time, and what came back of it', async () => {
  const { workspace, other } = await story();
  const between = async (from: number, to: number) =>
    overviewOf(
      await world.db.inTenant(workspace.tenantId, (tx) =>
        overview(tx, { from: new Date(start.getTime() + from), to: new Date(start.getTime() + to) }),
      ),
    );
  const seen = await between(0, 1);
  const total = {
    reached: 7,
    sent: 11,
    bouncedLater: 1,
    unknown: 1,
    refused: 1,
    replied: 1,
    autoReplied: 1,
    unsubscribed: 1,
    complained: 1,
    rates: { bounced: shareOf(2, 12), replied: shareOf(1, 7), unsubscribed: shareOf(1, 7), complained: shareOf(1, 7) },
  };
  expect(seen.total).toEqual(total);
  expect(seen.sequences).toEqual([{ sequenceId: workspace.sequenceId, name: expect.any(String) as string, ...total }]);
  expect(seen.reps.map(({ userId, sent, complained }) => ({ userId, sent, complained }))).toEqual([
    { userId: workspace.rep.id, sent: 5, complained: 0 },
    { userId: other.repId, sent: 6, complained: 1 },
  ]);
  expect(seen.mailboxes.map(({ mailboxId, sent }) => ({ mailboxId, sent }))).toEqual([
    { mailboxId: workspace.mailboxId, sent: 5 },
    { mailboxId: other.mailboxId, sent: 6 },
  ]);
  // The end is not part of the time, its begin is.
  expect((await between(-1, 0)).total).toMatchObject({ sent: 0, reached: 0, rates: { replied: shareOf(0, 0) } });
  expect((await between(1, 2)).total.sent).toBe(0);
});

test('the wordings of a step split whoever got it, and what came back', async () => {
  const workspace = await newWorkspace(world, { steps: twoWordings });
  const { tenantId, launchId } = workspace;
  const had: Had[] = [
    { variant: 'a', people: 4, replied: 1 },
    { variant: 'b', people: 3, replied: 1, optedOut: 1 },
  ];
  await world.db.inTenant(tenantId, async (tx) => {
    await newReadersOf(tx, world.addressKey, { ...workspace, had });
    await newPerson(tx, world, workspace); // has got none yet
  });
  const [hello, again] = (await reportOf(workspace)).steps;
  expect(hello).toMatchObject({ people: 8, got: 7, replied: 2 });
  expect(hello?.variants).toMatchObject([
    { variant: 'a', subject: 'Hello', people: 4, got: 4, sent: 4, replied: 1, rates: { replied: shareOf(1, 4) } },
    { variant: 'b', people: 3, got: 3, sent: 3, replied: 1, unsubscribed: 1, rates: { unsubscribed: shareOf(1, 3) } },
  ]);
  expect(again?.variants).toEqual([]);
  const readers = (variant: VariantId | null) =>
    world.db.inTenant(tenantId, (tx) =>
      listStepPeople(tx, { launchId, stepId: 'hello' }, { got: null, because: null, variant }, { after: null, rows: 100 }),
    );
  expect((await readers('b')).map(({ variant }) => variant)).toEqual(['b', 'b', 'b']);
  expect(await readers(null)).toHaveLength(8);
});

test('a step is known by its id where versions differ', async () => {
  const workspace = await newWorkspace(world, { steps });
  const { tenantId, launchId, sequenceId, mailboxId, rep } = workspace;
  await world.db.inTenant(tenantId, async (tx) => {
    const [hello, again, look] = steps;
    const reordered = Definition.parse({ steps: [hello, { ...look!, id: 'call', kind: 'call' }, again] });
    expect(await addVersion(tx, sequenceId, { definition: reordered, by: rep.id })).toBe(2);
    for (const version of [1, 2]) {
      const contact = await newContact(tx, world.addressKey, { firstName: `v${version}`, lastName: '' });
      const facts = { launchId, mailboxId, contactId: contact.id, state: 'finished', because: 'last_step', step: 2 } as const;
      const { id } = await newEnrolment(tx, facts);
      await tx.run(`update enrolments set version = $2 where id = $1`, [id, version]);
      for (const step of [0, version]) // the second e-mail is step 1 of one version and step 2 of the other
        await tx.run(
          `insert into sends (tenant_id, enrolment_id, launch_id, sequence_id, contact_id, mailbox_id, step, state, sent_at, priority, due_at, address_hash, domain_hash)
           select e.tenant_id, e.id, launch_id, sequence_id, contact_id, mailbox_id, $2, 'sent', decorum.now(), 0, decorum.now(), c.address_hash, c.domain_hash
           from enrolments e join contacts c on c.id = e.contact_id where e.id = $1`,
          [id, step],
        );
    }
    await tx.run(`update launches set version = 2`);
  });
  const { steps: counted } = await reportOf(workspace);
  expect(
    counted.map(({ stepId, number, people, got, skipped }) => ({ stepId, number, people, got, skipped: skipped.by })),
  ).toEqual([
    { stepId: 'hello', number: 1, people: 2, got: 2, skipped: {} },
    { stepId: 'call', number: 2, people: 2, got: 0, skipped: { branch: 1, 'not in their version': 1 } },
    { stepId: 'again', number: 3, people: 2, got: 2, skipped: {} },
    { stepId: 'look', number: null, people: 2, got: 0, skipped: { branch: 1, 'not in their version': 1 } },
  ]);
});
