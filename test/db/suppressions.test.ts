import { closeObligation } from '../../db/obligation.ts';
import { claim } from '../../db/claims.ts';
import { planDue } from '../../db/planning.ts';
import { endBatch, proveBatch, type SuppressionRequest, suppress, sweepBatch } from '../../db/suppressions.ts';
import { passGate } from '../../db/wire.ts';
import { openingAt } from '../../law/openings.ts';
import { addressHash, domainHash } from '../../providers/keyedHash.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newLaunch } from '../builders/enrolment.ts';
import { newSequence } from '../builders/sequence.ts';
import {
  enrolmentRow,
  hours,
  newPeople,
  newPerson,
  newWorkspace,
  type Person,
  rules,
  sendRow,
  start,
  wanted,
  type Workspace,
  World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

type Facts = Partial<Omit<SuppressionRequest, 'deadline'>>;
const ask = ({ tenantId }: Workspace, hash: Buffer, facts: Facts = {}) =>
  suppress(world.db, tenantId, {
    subjects: [{ hash, kind: 'address' }],
    channel: 'email',
    basis: 'one_click',
    deadline: rules.deadline,
    ...facts,
  });
const within = <Row>({ tenantId }: Workspace, sql: string, values: unknown[] = []) =>
  world.db.inTenant(tenantId, (tx) => tx.rows<Row>(sql, values));
const claimAll = ({ tenantId, mailboxId }: Workspace) =>
  world.db.inTenant(tenantId, (tx) => claim(tx, mailboxId, { most: 50, jitter: 0 }));
async function one(workspace: Workspace, facts: Parameters<typeof newPerson>[3] = {}): Promise<Person> {
  return world.db.inTenant(workspace.tenantId, (tx) => newPerson(tx, world, workspace, facts));
}

/** A second launch of another sequence, with the person in it as well. */
async function alsoIn(workspace: Workspace, { contact }: Person): Promise<Workspace & { person: Person }> {
  return world.db.inTenant(workspace.tenantId, async (tx) => {
    const sequenceId = await newSequence(tx, { by: workspace.rep.id });
    const launchId = await newLaunch(tx, { sequenceId, mailboxId: workspace.mailboxId, by: workspace.rep.id });
    const other = { ...workspace, sequenceId, launchId };
    return { ...other, person: await newPerson(tx, world, other, { contact, exclusive: false }) };
  });
}

test('by address: everything on its way to the person goes, in all sequences, and the answer says what', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  const bystander = await one(workspace);
  const other = await alsoIn(workspace, person);
  await within(
    workspace,
    `insert into tasks (tenant_id, kind, owner_id, contact_id, enrolment_id, step, due_at) values ($1, 'manual', $2, $3, $4, 1, $5)`,
    [workspace.tenantId, workspace.rep.id, person.contact.id, person.enrolment.id, start],
  );
  const answer = await ask(workspace, person.contact.addressHash);
  expect(answer.cancelled).toEqual({ sends: 2, enrolments: 2, tasks: 1 });
  for (const { sendId, enrolment } of [person, other.person]) {
    expect(await sendRow(world, workspace, sendId)).toMatchObject({ state: 'cancelled', because: 'suppressed' });
    expect(await enrolmentRow(world, workspace, enrolment.id)).toMatchObject({ state: 'stopped', because: 'unsubscribed' });
  }
  expect(await within(workspace, `select state from tasks`)).toEqual([{ state: 'cancelled' }]);
  expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([bystander.sendId]);
});

test('by domain: everybody at it', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 3, (n) => ({ email: `p${n}@${n < 2 ? 'gone' : 'stays'}.example` }));
  const hash = domainHash(world.addressKey, workspace.tenantId, 'gone.example');
  const { cancelled } = await ask(workspace, hash, { subjects: [{ hash, kind: 'domain' }] });
  expect(cancelled).toEqual({ sends: 2, enrolments: 2, tasks: 0 });
  expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([people[2]?.sendId]);
});

test('for one sequence: the other one goes on', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace, { exclusive: false });
  const other = await alsoIn(workspace, person);
  await ask(workspace, person.contact.addressHash, { scopeId: workspace.sequenceId });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'stopped' });
  expect((await claimAll(workspace)).rows.map(({ id }) => id)).toEqual([other.person.sendId]);
});

test('by phone: e-mail goes on', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  const { cancelled } = await ask(workspace, person.contact.addressHash, { channel: 'phone' });
  expect(cancelled).toEqual({ sends: 0, enrolments: 0, tasks: 0 });
  const { claimId, rows } = await claimAll(workspace);
  expect(rows.length).toBe(1);
  expect((await passGate(world.db, workspace.tenantId, claimId, [person.sendId])).size).toBe(1);
});

test('another tenant with the same address is not touched', async () => {
  const [mine, other] = [await newWorkspace(world), await newWorkspace(world)];
  const person = await one(mine, { email: 'pat@shared.example' });
  await one(other, { email: 'pat@shared.example' });
  await ask(mine, person.contact.addressHash);
  expect((await claimAll(other)).rows.length).toBe(1);
});

test('a second request is no new batch and no new promise, but cancels what has come since and waits for the wire', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  const first = await ask(workspace, person.contact.addressHash);
  expect(first.batchId).not.toBeNull();
  const later = await alsoIn(workspace, person); // as if it had been planned while the first ran
  const { claimId } = await world.db.inTenant(workspace.tenantId, (tx) => claim(tx, workspace.mailboxId, { most: 0, jitter: 0 }));
  await world.owner.query(
    `update sends set state = 'handing', claim_id = $2, wire_until = clock_timestamp() + interval '0.6 s' where id = $1`,
    [later.person.sendId, claimId],
  );
  const asked = performance.now();
  const second = await ask(workspace, person.contact.addressHash, { basis: 'page' });
  expect(performance.now() - asked).toBeGreaterThan(400);
  expect(second).toEqual({ batchId: null, cancelled: { sends: 0, enrolments: 1, tasks: 0 } });
  expect(await within(workspace, `select count(*) as n from obligations`)).toEqual([{ n: 1 }]);
  expect(await within(workspace, `select basis, asked_at from suppressions`)).toEqual([{ basis: 'one_click', asked_at: start }]);
});

test.each([
  { basis: 'bounce', because: 'bounced' },
  { basis: 'complaint', because: 'complained' },
  { basis: 'reply', because: 'unsubscribed' },
] as const)('a suppression by $basis stops the person because $because', async ({ basis, because }) => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  await ask(workspace, person.contact.addressHash, { basis });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'stopped', because });
});

test.each([
  { asked: '2026-11-24T15:00:00Z', lastDay: '2026-12-09', because: 'Thanksgiving is no business day' },
  { asked: '2026-12-18T15:00:00Z', lastDay: '2027-01-05', because: 'Christmas and the New Year on Fridays' },
  { asked: '2026-06-26T15:00:00Z', lastDay: '2026-07-13', because: 'two weekends and the observed Independence Day' },
])('asked at $asked it must be honoured by the end of $lastDay: $because', async ({ asked, lastDay }) => {
  world.now = new Date(asked);
  const workspace = await newWorkspace(world);
  const { batchId } = await ask(workspace, (await one(workspace)).contact.addressHash);
  const [obligation] = await within<{ basis: { lastDay: string; receivedAt: string }; dueAt: Date }>(
    workspace,
    `select kind, clause, citation, subject_id, basis, started_at, due_at as "dueAt", state, workflow_id from obligations`,
  );
  expect(obligation).toMatchObject({
    kind: 'suppression.honoured',
    clause: 'P11',
    citation: expect.stringContaining('7704(a)(4)'),
    subject_id: batchId,
    started_at: world.now,
    dueAt: rules.deadline(world.now).dueAt,
    state: 'open',
    workflow_id: `suppression/${workspace.tenantId}/${batchId}`,
    basis: { receivedAt: world.now.toISOString(), lastDay },
  });
  // The end of that day on the sender's clock, wherever in the United States that is.
  const end = Date.parse(`${lastDay}T23:59:59Z`);
  expect(Math.abs((obligation?.dueAt.getTime() ?? 0) - end)).toBeLessThan(24 * hours);
});

describe('the promise closes with evidence', () => {
  async function honour(workspace: Workspace, batchId: string) {
    return world.db.inTenant(workspace.tenantId, async (tx) => {
      while ((await sweepBatch(tx, batchId)).more);
      await endBatch(tx, batchId);
      const proof = await proveBatch(tx, batchId);
      return { proof, state: await closeObligation(tx, 'suppression.honoured', batchId, { ...proof }) };
    });
  }

  test('met, with what was cancelled and nothing begun after', async () => {
    const workspace = await newWorkspace(world);
    const person = await one(workspace);
    const { batchId } = await ask(workspace, person.contact.addressHash);
    world.pass(hours);
    const { state, proof } = await honour(workspace, batchId ?? '');
    expect(state).toBe('met');
    expect(proof).toMatchObject({ subjects: 1, sends: 1, enrolments: 1, tasks: 0, begunAfter: 0 });
    expect(await within(workspace, `select state, met_at, evidence->>'begunAfter' as after from obligations`)).toEqual([
      { state: 'met', met_at: world.now, after: '0' },
    ]);
    expect((await honour(workspace, batchId ?? '')).state).toBeNull(); // once
  });

  test('late when its day has passed', async () => {
    const workspace = await newWorkspace(world);
    const { batchId } = await ask(workspace, (await one(workspace)).contact.addressHash);
    world.now = new Date(rules.deadline(start).dueAt.getTime() + 1);
    expect((await honour(workspace, batchId ?? '')).state).toBe('late');
  });

  test('a message that began after the answer is found', async () => {
    const workspace = await newWorkspace(world);
    const person = await one(workspace);
    const { batchId } = await ask(workspace, person.contact.addressHash);
    world.pass(1_000);
    await world.owner.query(`update sends set state = 'sent', handed_at = $2, sent_at = $2 where id = $1`, [
      person.sendId,
      world.now,
    ]);
    expect((await honour(workspace, batchId ?? '')).proof).toMatchObject({ begunAfter: 1 });
  });

  test('a message that is still before the gate has not begun', async () => {
    const workspace = await newWorkspace(world);
    const person = await one(workspace);
    const { batchId } = await ask(workspace, person.contact.addressHash);
    world.pass(1_000);
    await world.owner.query(
      `update sends set state = 'handing', handed_at = $2, wire_until = clock_timestamp() + interval '8 s' where id = $1`,
      [person.sendId, world.now],
    );
    expect((await honour(workspace, batchId ?? '')).proof).toMatchObject({ begunAfter: 0 });
  });
});

test('a long import is in force at once and cancelled page by page, also after a crash in between', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 3);
  const strangers = Array.from({ length: 1_100 }, (_, n) => addressHash(world.addressKey, workspace.tenantId, `s${n}@x.example`));
  const subjects = [...people.map(({ contact }) => contact.addressHash), ...strangers].map((hash) => ({
    hash,
    kind: 'address' as const,
  }));
  const { batchId, cancelled } = await ask(workspace, subjects[0]?.hash ?? Buffer.alloc(32), { subjects, basis: 'import' });
  expect(cancelled).toEqual({ sends: 0, enrolments: 0, tasks: 0 });
  expect((await claimAll(workspace)).rows).toEqual([]);
  let pages = 0;
  for (let more = true; more; pages += 1) {
    ({ more } = await world.db.inTenant(workspace.tenantId, (tx) => sweepBatch(tx, batchId ?? '')));
  }
  expect(pages).toBe(3);
  expect(await within(workspace, `select distinct state from enrolments`)).toEqual([{ state: 'stopped' }]);
});

test('it outlives the contact: what was planned to the address is stopped, and a new contact of the address stays suppressed', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace, { email: 'pat@again.example' });
  await within(workspace, `delete from contacts where id = $1`, [person.contact.id]);
  await ask(workspace, person.contact.addressHash);
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'cancelled' });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'stopped', because: 'unsubscribed' });
  const again = await one(workspace, { email: 'pat@again.example' });
  expect(again.contact.addressHash).toEqual(person.contact.addressHash);
  expect((await claimAll(workspace)).rows).toEqual([]);
  expect(await enrolmentRow(world, workspace, again.enrolment.id)).toMatchObject({ state: 'stopped', because: 'unsubscribed' });
});

test('an address that was changed to a suppressed one after planning is not written to', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  const { suppressed } = await world.db.inTenant(workspace.tenantId, async (tx) => ({
    suppressed: await newContact(tx, world.addressKey),
  }));
  await ask(workspace, suppressed.addressHash);
  await within(workspace, `delete from contacts where id = $1`, [suppressed.id]);
  await within(workspace, `update contacts set address_hash = $2, canonical_email = $3 where id = $1`, [
    person.contact.id,
    suppressed.addressHash,
    suppressed.email,
  ]);
  expect((await claimAll(workspace)).rows).toEqual([]);
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'stopped' });
});

test('whom the gate takes back for an opt-out is stopped, and whoever waits for the end is told', async () => {
  const workspace = await newWorkspace(world);
  const person = await one(workspace);
  const { claimId } = await claimAll(workspace);
  // In force without having cancelled anything yet: an import of which the workflow has not come this far.
  await within(
    workspace,
    `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id) values ($1, $2, 'email', $1, 'import', gen_random_uuid())`,
    [workspace.tenantId, person.contact.addressHash],
  );
  expect((await passGate(world.db, workspace.tenantId, claimId, [person.sendId])).size).toBe(0);
  expect(await sendRow(world, workspace, person.sendId)).toMatchObject({ state: 'cancelled', because: 'suppressed' });
  expect(await enrolmentRow(world, workspace, person.enrolment.id)).toMatchObject({ state: 'stopped', because: 'unsubscribed' });
  expect(await wanted(world, workspace)).toContain(`outreach/${workspace.tenantId}/${workspace.launchId}`);
});

test.each([
  { what: 'a deleted contact', change: `delete from contacts where id = $1`, because: 'contact_deleted' },
  {
    what: 'a contact that has lost its address',
    change: `update contacts set phone = '+12125550100', canonical_email = null, address_hash = null, domain_hash = null where id = $1`,
    because: 'no_email',
  },
])('$what is stopped when the next step is due', async ({ change, because }) => {
  const workspace = await newWorkspace(world);
  const { launchId, mailboxId } = workspace;
  const { contactId, enrolment } = await world.db.inTenant(workspace.tenantId, async (tx) => {
    const contact = await newContact(tx, world.addressKey);
    return { contactId: contact.id, enrolment: await newEnrolment(tx, { launchId, mailboxId, contactId: contact.id }) };
  });
  await within(workspace, change, [contactId]);
  await world.db.inTenant(workspace.tenantId, (tx) => planDue(tx, launchId, 1, openingAt));
  expect(await enrolmentRow(world, workspace, enrolment.id)).toMatchObject({ state: 'stopped', because });
});
