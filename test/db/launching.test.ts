import { randomUUID } from 'node:crypto';
import { enrolBatch } from '../../db/enrolling.ts';
import { addLists, createLaunch, finishLaunch, type NewLaunch } from '../../db/launches.ts';
import { pauseLaunch, resumeLaunch } from '../../db/steering.ts';
import { suppress } from '../../db/suppressions.ts';
import type { Tx } from '../../db/transaction.ts';
import { BUSINESS_HOURS } from '../../domain/sendWindow.ts';
import { firstOpening } from '../../law/openings.ts';
import { newContact } from '../builders/contact.ts';
import { newWorkspace, rules, start, wanted, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

const within = <T>({ tenantId }: Workspace, work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);

async function newList(tx: Tx, { rep }: Workspace, contactIds: readonly string[] = []): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into lists (tenant_id, name, source, created_by) values (decorum.tenant(), $1, 'static', $2) returning id`,
    [randomUUID(), rep.id],
  );
  await join(tx, id, contactIds);
  return id;
}
const join = (tx: Tx, listId: string, contactIds: readonly string[]) =>
  tx.run(`insert into list_members (tenant_id, list_id, contact_id) select decorum.tenant(), $1, unnest($2::uuid[])`, [
    listId,
    contactIds,
  ]);

/** So many people, made by the database, in a list. */
async function newCrowd(tx: Tx, workspace: Workspace, count: number): Promise<string> {
  const listId = await newList(tx, workspace);
  await tx.run(
    `with made as (
       insert into contacts (tenant_id, email, canonical_email, address_hash, domain_hash, zone)
       select decorum.tenant(), n || '@crowd.example', n || '@crowd.example', sha256(convert_to(n || '@crowd.example', 'UTF8')), sha256('crowd.example'), 'America/New_York'
       from generate_series(1, $2::int) as n returning id)
     insert into list_members (tenant_id, list_id, contact_id) select decorum.tenant(), $1, id from made`,
    [listId, count],
  );
  return listId;
}

const launchOf = (workspace: Workspace, facts: Partial<NewLaunch> = {}): NewLaunch => ({
  sequenceId: workspace.sequenceId,
  version: 1,
  listIds: [],
  mailboxIds: workspace.mailboxIds,
  requestKey: randomUUID(),
  reEnter: 'if_not_active',
  createdBy: workspace.rep.id,
  ...facts,
});
async function enrolAll(workspace: Workspace, launchId: string): Promise<number> {
  for (let enrolled = 0; ; ) {
    const batch = await within(workspace, (tx) => enrolBatch(tx, launchId, firstOpening));
    if (!batch.more) return enrolled;
    enrolled += batch.enrolled;
  }
}
const launchTo = (workspace: Workspace, listIds: string[], facts: Partial<NewLaunch> = {}) =>
  within(workspace, (tx) => createLaunch(tx, launchOf(workspace, { listIds, ...facts }))).then(({ id }) => id);
const peopleOf = (workspace: Workspace, launchId: string) =>
  within(workspace, (tx) =>
    tx.rows<{ contactId: string; state: string; because: string | null; cohort: number; mailboxId: string }>(
      `select contact_id as "contactId", state, because, cohort, mailbox_id as "mailboxId" from enrolments where launch_id = $1 order by cohort, contact_id`,
      [launchId],
    ),
  );
const stateOf = async (workspace: Workspace, launchId: string) =>
  (await within(workspace, (tx) => tx.row<{ state: string }>(`select state from launches where id = $1`, [launchId]))).state;

describe('the same request', () => {
  test('launches once, however many come at once, and a week later', async () => {
    const workspace = await newWorkspace(world);
    const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 3));
    const request = launchOf(workspace, { listIds: [listId] });
    const launches = await Promise.all(Array.from({ length: 8 }, () => within(workspace, (tx) => createLaunch(tx, request))));
    expect(new Set(launches.map(({ id }) => id)).size).toBe(1);
    expect(launches.filter(({ isNew }) => isNew).length).toBe(1);
    await enrolAll(workspace, launches[0]?.id ?? '');
    world.pass(7 * 24 * 3_600_000);
    expect(await within(workspace, (tx) => createLaunch(tx, request))).toEqual({ id: launches[0]?.id, isNew: false });
    expect(await stateOf(workspace, launches[0]?.id ?? '')).toBe('running');
  });

  test('may be another tenant’s as well', async () => {
    const [one, other] = [await newWorkspace(world), await newWorkspace(world)];
    const requestKey = randomUUID();
    const [mine, theirs] = [await launchTo(one, [], { requestKey }), await launchTo(other, [], { requestKey })];
    expect(mine).not.toBe(theirs);
  });

  test('names a list or a mailbox twice: that is once', async () => {
    const workspace = await newWorkspace(world);
    const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 2));
    const launchId = await launchTo(workspace, [listId, listId], { mailboxIds: [workspace.mailboxId, workspace.mailboxId] });
    expect(await enrolAll(workspace, launchId)).toBe(2);
  });
});

test('whoever may not be written to is blocked, with the rule', async () => {
  const workspace = await newWorkspace(world, { window: { ...BUSINESS_HOURS, from: '12:00', to: '12:30' } });
  const people = await within(workspace, async (tx) => {
    const fine = await newContact(tx, world.addressKey);
    const suppressed = await newContact(tx, world.addressKey);
    const elsewhere = await newContact(tx, world.addressKey);
    const overlapless = await newContact(tx, world.addressKey, { zone: null, state: 'TN' }); // two zones, no common half-hour
    const { id: phoneOnly } = await tx.row<{ id: string }>(
      `insert into contacts (tenant_id, phone, zone) values (decorum.tenant(), '+12125550100', 'America/New_York') returning id`,
    );
    return { fine, suppressed, elsewhere, overlapless, phoneOnly: { id: phoneOnly } };
  });
  await suppress(world.db, workspace.tenantId, {
    subjects: [{ hash: people.suppressed.addressHash, kind: 'address' }],
    channel: 'all',
    basis: 'rep',
    deadline: rules.deadline,
  });
  const first = await launchTo(workspace, [await within(workspace, (tx) => newList(tx, workspace, [people.elsewhere.id]))]);
  await enrolAll(workspace, first);
  const listId = await within(workspace, (tx) =>
    newList(
      tx,
      workspace,
      Object.values(people).map(({ id }) => id),
    ),
  );
  const launchId = await launchTo(workspace, [listId]);
  expect(await enrolAll(workspace, launchId)).toBe(1);
  const rows = new Map(
    (await peopleOf(workspace, launchId)).map(({ contactId, state, because, cohort }) => [contactId, { state, because, cohort }]),
  );
  const blocked = (because: string) => ({ state: 'blocked', because, cohort: 0 });
  expect(Object.fromEntries(Object.entries(people).map(([name, { id }]) => [name, rows.get(id)]))).toEqual({
    fine: { state: 'waiting', because: null, cohort: 1 },
    suppressed: blocked('suppressed'),
    elsewhere: blocked('in_another_sequence'),
    overlapless: blocked('window_never_opens'),
    phoneOnly: blocked('no_email'),
  });
});

test('whoever was blocked is looked at again when the list is added again', async () => {
  const workspace = await newWorkspace(world);
  const people = await within(workspace, async (tx) => [
    await newContact(tx, world.addressKey),
    await newContact(tx, world.addressKey),
    await newContact(tx, world.addressKey),
  ]);
  const ids = people.map(({ id }) => id);
  const [free, optedOut, still] = ids;
  const elsewhere = await launchTo(workspace, [await within(workspace, (tx) => newList(tx, workspace, ids))]);
  await enrolAll(workspace, elsewhere);
  const listId = await within(workspace, (tx) => newList(tx, workspace, ids));
  const launchId = await launchTo(workspace, [listId], { reEnter: 'if_not_active' });
  expect(await enrolAll(workspace, launchId)).toBe(0);

  await within(workspace, (tx) =>
    tx.run(`update enrolments set state = 'finished', ended_at = decorum.now() where launch_id = $1 and contact_id <> $2`, [
      elsewhere,
      still,
    ]),
  );
  await suppress(world.db, workspace.tenantId, {
    subjects: [{ hash: people[1]?.addressHash ?? Buffer.alloc(0), kind: 'address' }],
    channel: 'all',
    basis: 'rep',
    deadline: rules.deadline,
  });
  await within(workspace, (tx) => addLists(tx, launchId, [listId]));
  expect(await enrolAll(workspace, launchId)).toBe(1);
  const now = new Map((await peopleOf(workspace, launchId)).map(({ contactId, ...person }) => [contactId, person]));
  expect(now.get(free ?? '')).toMatchObject({ state: 'waiting', because: null, cohort: 1 });
  expect(now.get(optedOut ?? '')).toMatchObject({ state: 'blocked', because: 'suppressed', cohort: 0 });
  expect(now.get(still ?? '')).toMatchObject({ state: 'blocked', because: 'in_another_sequence', cohort: 0 });
  const wanted = await within(workspace, (tx) =>
    tx.rows(`select from outbox where workflow_id like 'cohort/%' || $1 || '/1'`, [launchId]),
  );
  expect(wanted).toHaveLength(1);
});

test.each([
  { reEnter: 'once', earlier: 'stopped', enters: 'was_in_this_sequence' },
  { reEnter: 'if_not_active', earlier: 'stopped', enters: null },
  { reEnter: 'if_not_active', earlier: 'paused', enters: 'in_another_sequence' },
  { reEnter: 'any_time', earlier: 'waiting', enters: null },
  { reEnter: 'once', earlier: 'blocked', enters: null },
] as const)('$reEnter: a person who is $earlier in an earlier launch: $enters', async ({ reEnter, earlier, enters }) => {
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 1));
  await enrolAll(workspace, await launchTo(workspace, [listId]));
  await within(workspace, (tx) =>
    tx.run(`update enrolments set state = $1, because = 'x', paused_at = decorum.now()`, [earlier]),
  );
  const launchId = await launchTo(workspace, [listId], { reEnter });
  await enrolAll(workspace, launchId);
  expect((await peopleOf(workspace, launchId)).map(({ because }) => because)).toEqual([enters]);
});

test('a person whom two launches take in at the same instant is in one of them, and the other says so', async () => {
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 120));
  const launches = await Promise.all([1, 2, 3].map(() => launchTo(workspace, [listId])));
  const enrolled = await Promise.all(launches.map((launchId) => enrolAll(workspace, launchId)));
  expect(enrolled.reduce((sum, count) => sum + count, 0)).toBe(120);
  const rows = (await Promise.all(launches.map((launchId) => peopleOf(workspace, launchId)))).flat();
  expect(rows.length).toBe(360);
  expect(rows.filter(({ state }) => state === 'blocked').every(({ because }) => because === 'in_another_sequence')).toBe(true);
});

test('one launch that two workers enrol at once takes everybody in once, in cohorts of at most 500', async () => {
  const workspace = await newWorkspace(world, { mailboxes: 3 });
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 1_203));
  const launchId = await launchTo(workspace, [listId]);
  await Promise.all([enrolAll(workspace, launchId), enrolAll(workspace, launchId)]);
  const people = await peopleOf(workspace, launchId);
  const count = (key: 'cohort' | 'mailboxId') => [
    ...people
      .reduce((counts, person) => counts.set(person[key], (counts.get(person[key]) ?? 0) + 1), new Map<string | number, number>())
      .values(),
  ];
  expect(count('cohort')).toEqual([500, 500, 203]);
  for (const people of count('mailboxId')) expect(Math.abs(people - 401)).toBeLessThan(4);
  expect(await wanted(world, workspace)).toEqual([
    ...[1, 2, 3].map((n) => `cohort/${workspace.tenantId}/${launchId}/${n}`),
    `outreach/${workspace.tenantId}/${launchId}`,
  ]);
});

test('people who are added later come in a cohort of their own, nobody twice', async () => {
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 4));
  const launchId = await launchTo(workspace, [listId]);
  await enrolAll(workspace, launchId);
  await within(workspace, async (tx) => {
    await join(tx, listId, [(await newContact(tx, world.addressKey)).id]);
    await addLists(tx, launchId, [listId]);
  });
  expect(await stateOf(workspace, launchId)).toBe('enrolling');
  expect(await enrolAll(workspace, launchId)).toBe(1);
  expect((await peopleOf(workspace, launchId)).map(({ cohort }) => cohort)).toEqual([1, 1, 1, 1, 2]);
});

test('people who are added one by one are spread over the mailboxes', async () => {
  const workspace = await newWorkspace(world, { mailboxes: 3 });
  const launchId = await launchTo(workspace, []);
  for (let n = 0; n < 6; n += 1) {
    const listId = await within(workspace, async (tx) => newList(tx, workspace, [(await newContact(tx, world.addressKey)).id]));
    await within(workspace, (tx) => addLists(tx, launchId, [listId]));
    await enrolAll(workspace, launchId);
  }
  const mailboxes = (await peopleOf(workspace, launchId)).map(({ mailboxId }) => mailboxId);
  expect(workspace.mailboxIds.map((id) => mailboxes.filter((mailboxId) => mailboxId === id).length)).toEqual([2, 2, 2]);
});

test('a launch that is paused while it enrols goes on enrolling afterwards', async () => {
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 700));
  const launchId = await launchTo(workspace, [listId]);
  await within(workspace, (tx) => enrolBatch(tx, launchId, firstOpening));
  await within(workspace, (tx) => pauseLaunch(tx, launchId, null));
  expect(await enrolAll(workspace, launchId)).toBe(0);
  await within(workspace, (tx) => resumeLaunch(tx, launchId));
  expect(await enrolAll(workspace, launchId)).toBe(200);
  expect(await stateOf(workspace, launchId)).toBe('running');
});

test('a person keeps the mailbox of an earlier launch, when it is one of this one’s', async () => {
  const workspace = await newWorkspace(world, { mailboxes: 4 });
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 8));
  const [first] = [await launchTo(workspace, [listId], { mailboxIds: workspace.mailboxIds.slice(2) })];
  await enrolAll(workspace, first ?? '');
  await within(workspace, (tx) => tx.run(`update enrolments set state = 'finished', ended_at = decorum.now()`));
  const again = await launchTo(workspace, [listId]);
  await enrolAll(workspace, again);
  const mailboxes = (rows: Awaited<ReturnType<typeof peopleOf>>) =>
    rows.map(({ contactId, mailboxId }) => [contactId, mailboxId]);
  expect(mailboxes(await peopleOf(workspace, again))).toEqual(mailboxes(await peopleOf(workspace, first ?? '')));
});

test('a launch finishes when everybody in it has ended, and nobody is left to take in', async () => {
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, 2));
  const launchId = await launchTo(workspace, [listId]);
  const finish = () => within(workspace, (tx) => finishLaunch(tx, launchId));
  expect(await finish()).toBe(false); // nobody is in yet, but the list is to come
  await enrolAll(workspace, launchId);
  expect(await finish()).toBe(false);
  for (const state of ['queued', 'paused']) {
    await within(workspace, (tx) =>
      tx.run(`update enrolments set state = $1, because = 'x', paused_at = decorum.now() where launch_id = $2`, [
        state,
        launchId,
      ]),
    );
    expect(await finish()).toBe(false);
  }
  await within(workspace, (tx) =>
    tx.run(`update enrolments set state = 'finished', ended_at = decorum.now() where launch_id = $1`, [launchId]),
  );
  expect(await finish()).toBe(true);
  expect(await finish()).toBe(false);
  await within(workspace, (tx) => addLists(tx, launchId, [listId]));
  expect(await stateOf(workspace, launchId)).toBe('enrolling');
});

test('thousands are taken in within bounded time', async () => {
  const count = Number(process.env.DECORUM_CROWD ?? 5_000);
  const workspace = await newWorkspace(world);
  const listId = await within(workspace, (tx) => newCrowd(tx, workspace, count));
  const launchId = await launchTo(workspace, [listId]);
  const began = performance.now();
  expect(await enrolAll(workspace, launchId)).toBe(count);
  process.stderr.write(`${count} people enrolled in ${Math.round(performance.now() - began)} ms\n`);
  const { cohorts } = await within(workspace, (tx) =>
    tx.row<{ cohorts: number }>(`select count(distinct cohort) as cohorts from enrolments where launch_id = $1`, [launchId]),
  );
  expect(cohorts).toBe(Math.ceil(count / 500));
}, 600_000);
