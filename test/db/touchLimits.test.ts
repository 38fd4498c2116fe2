import { claim, release } from '../../db/claims.ts';
import { newContact } from '../builders/contact.ts';
import { newLaunch } from '../builders/enrolment.ts';
import { hours, newPeople, newPerson, newWorkspace, type Person, sendRow, start, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

const claimFrom = ({ tenantId }: Workspace, mailboxId: string, most = 50) =>
  world.db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most, jitter: 0 }));
const makeDue = (at: Date) =>
  world.owner.query(`update sends set due_at = $1, expires_at = $1::timestamptz + interval '8 hours' where state = 'planned'`, [
    at,
  ]);

/** One person in two sequences over two mailboxes, as `any_time` allows, with a message due in both. */
async function inTwoSequences(): Promise<{ workspace: Workspace; first: Person; second: Person }> {
  const workspace = await newWorkspace(world, { mailboxes: 2 });
  const { sequenceId, rep } = workspace;
  const mailboxId = workspace.mailboxIds[1] ?? '';
  return world.db.inTenant(workspace.tenantId, async (tx) => {
    const contact = await newContact(tx, world.addressKey);
    const launchId = await newLaunch(tx, { sequenceId, mailboxId, by: rep.id });
    const first = await newPerson(tx, world, workspace, { contact, exclusive: false });
    const second = await newPerson(tx, world, workspace, { contact, launchId, mailboxId, exclusive: false });
    return { workspace, first, second };
  });
}

test('a company gets 3 first messages a day over four mailboxes at once, and the others go on the next days', async () => {
  const workspace = await newWorkspace(world, { mailboxes: 4 });
  await newPeople(world, workspace, 10, (n) => ({ email: `p${n}@bigco.example`, mailboxId: workspace.mailboxIds[n % 4] ?? '' }));
  const counts: number[] = [];
  for (let day = 0; day < 4; day += 1) {
    const claims = await Promise.all(workspace.mailboxIds.map((mailboxId) => claimFrom(workspace, mailboxId)));
    counts.push(claims.flatMap(({ rows }) => rows).length);
    world.pass(24 * hours);
    await makeDue(world.now);
  }
  expect(counts).toEqual([3, 3, 3, 1]);
});

test('who has to wait for the company is due on its next day, and the row says why', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 4, (n) => ({ email: `p${n}@othermill.example` }));
  const { rows } = await claimFrom(workspace, workspace.mailboxId);
  const waits = people.find(({ sendId }) => !rows.some(({ id }) => id === sendId));
  expect(await sendRow(world, workspace, waits?.sendId ?? '')).toEqual({
    state: 'planned',
    because: 'company_limit',
    dueAt: new Date('2026-11-25T00:00:00Z'),
    expiresAt: null, // its window of that day is asked for when it is due
    attempts: 0,
  });
});

test.each([
  { what: 'people of free mail', facts: (n: number) => ({ email: `p${n}@gmail.com` }), because: 'free mail is no company' },
  { what: 'follow-ups', facts: (n: number) => ({ email: `p${n}@mill.example`, step: 1 }), because: 'they are no first touch' },
])('$what are not counted by company: $because', async ({ facts }) => {
  const workspace = await newWorkspace(world);
  await newPeople(world, workspace, 6, facts);
  expect((await claimFrom(workspace, workspace.mailboxId)).rows.length).toBe(6);
});

test('a person in two sequences is touched once in 24 hours, by whichever mailbox comes first', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { workspace, first, second } = await inTwoSequences();
    const claims = await Promise.all(workspace.mailboxIds.map((mailboxId) => claimFrom(workspace, mailboxId)));
    const claimed = claims.flatMap(({ rows }) => rows).map(({ id }) => id);
    expect(claimed.length).toBe(1);
    const waits = [first, second].find(({ sendId }) => !claimed.includes(sendId));
    expect(await sendRow(world, workspace, waits?.sendId ?? '')).toMatchObject({
      state: 'planned',
      because: 'spacing',
      dueAt: new Date(start.getTime() + 24 * hours),
    });
    world.pass(24 * hours);
    await makeDue(world.now);
    const later = await Promise.all(workspace.mailboxIds.map((mailboxId) => claimFrom(workspace, mailboxId)));
    expect(later.flatMap(({ rows }) => rows).map(({ id }) => id)).toEqual([waits?.sendId]);
    world.now = start;
  }
});

test('a retry of the same message is no second touch of the person and no second place at the company', async () => {
  const workspace = await newWorkspace(world);
  await newPeople(world, workspace, 3, (n) => ({ email: `p${n}@retry.example` }));
  for (let tries = 0; tries < 4; tries += 1) {
    const { claimId, rows } = await claimFrom(workspace, workspace.mailboxId);
    expect(rows.length).toBe(3);
    await world.db.inTenant(workspace.tenantId, (tx) => release(tx, claimId));
  }
  const touches = await world.db.inTenant(workspace.tenantId, (tx) => tx.rows(`select in_quarter as n from contact_touches`));
  expect(touches).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
});

test('a person gets no more touches a quarter than the limit; the next one waits for the next quarter and says so', async () => {
  const { workspace, first, second } = await inTwoSequences();
  await world.db.inTenant(workspace.tenantId, (tx) => tx.run(`update tenants set touches_per_quarter = 1`));
  expect((await claimFrom(workspace, workspace.mailboxIds[0] ?? '')).rows.map(({ id }) => id)).toEqual([first.sendId]);
  world.pass(48 * hours);
  await makeDue(world.now);
  expect((await claimFrom(workspace, workspace.mailboxIds[1] ?? '')).rows).toEqual([]);
  expect(await sendRow(world, workspace, second.sendId)).toMatchObject({
    state: 'planned',
    because: 'quarter_limit',
    dueAt: new Date('2027-01-01T00:00:00Z'),
  });
  world.now = new Date('2027-01-01T15:00:00Z');
  await makeDue(world.now);
  expect((await claimFrom(workspace, workspace.mailboxIds[1] ?? '')).rows.map(({ id }) => id)).toEqual([second.sendId]);
});

test('a first message that its company makes wait does not keep the person from another sequence’s follow-up', async () => {
  const workspace = await newWorkspace(world, { mailboxes: 2 });
  const { sequenceId, rep } = workspace;
  const mailboxId = workspace.mailboxIds[1] ?? '';
  await newPeople(world, workspace, 3, (n) => ({ email: `p${n}@crowded.example` }));
  await claimFrom(workspace, workspace.mailboxId);
  const followUp = await world.db.inTenant(workspace.tenantId, async (tx) => {
    const contact = await newContact(tx, world.addressKey, { email: 'pat@crowded.example' });
    const launchId = await newLaunch(tx, { sequenceId, mailboxId, by: rep.id });
    await newPerson(tx, world, workspace, { contact, exclusive: false });
    return newPerson(tx, world, workspace, { contact, launchId, mailboxId, exclusive: false, step: 1 });
  });
  expect((await claimFrom(workspace, workspace.mailboxId)).rows).toEqual([]); // the company has had its three
  expect((await claimFrom(workspace, mailboxId)).rows.map(({ id }) => id)).toEqual([followUp.sendId]);
});

test('two messages to one person in one claim are one touch', async () => {
  const { workspace, first, second } = await inTwoSequences();
  await world.owner.query(`update sends set mailbox_id = $1 where id = $2`, [workspace.mailboxId, second.sendId]);
  const { rows } = await claimFrom(workspace, workspace.mailboxId);
  expect(rows.length).toBe(1);
  expect([first.sendId, second.sendId]).toContain(rows[0]?.id);
});
