import { claim } from '../../db/claims.ts';
import { findAddressee, recordInbound } from '../../db/inbound.ts';
import { pauseMailbox } from '../../db/mailboxHealth.ts';
import { resumeMailbox } from '../../db/mailboxes.ts';
import { recordOutcomes } from '../../db/outcomes.ts';
import { suppress } from '../../db/suppressions.ts';
import { passGate } from '../../db/wire.ts';
import { hours, newPeople, newPerson, newWorkspace, type Person, rules, sendRow, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

/** A mailbox that has sent to `people`, of whom the first `dead` do not exist. */
async function afterSending(facts: { people: number; dead: number }): Promise<{ workspace: Workspace; people: Person[] }> {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, facts.people);
  const within = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(workspace.tenantId, work);
  const { claimId, rows } = await within((tx) => claim(tx, workspace.mailboxId, { most: facts.people, jitter: 0 }));
  await passGate(
    world.db,
    workspace.tenantId,
    claimId,
    rows.map(({ id }) => id),
  );
  // The bounces come last: only then are there enough messages to judge by.
  for (const [n, { sendId, enrolment }] of [...people.entries()].reverse()) {
    const verdict = n < facts.dead ? 'hard_bounce' : 'sent';
    await within((tx) =>
      recordOutcomes(tx, workspace.mailboxId, [{ sendId, enrolmentId: enrolment.id, step: 0, verdict }], rules),
    );
  }
  return { workspace, people };
}

const pausedBecause = async ({ tenantId, mailboxId }: Workspace) => {
  const { because } = await world.db.inTenant(tenantId, (tx) =>
    tx.row<{ because: string | null }>(`select paused_because as because from mailboxes where id = $1`, [mailboxId]),
  );
  return because;
};

test.each([
  { people: 50, dead: 1, because: null, why: '2 % is a warning only' },
  { people: 50, dead: 2, because: 'bounce_rate', why: '4 % of 50' },
  { people: 30, dead: 3, because: null, why: 'too few messages to judge by' },
])('$dead dead addresses of $people: $why', async ({ people, dead, because }) => {
  expect(await pausedBecause((await afterSending({ people, dead })).workspace)).toBe(because);
});

test('one complaint among few messages stops the mailbox', async () => {
  const { workspace, people } = await afterSending({ people: 60, dead: 0 });
  const [person] = people;
  if (!person) throw new Error('Nobody was made.');
  await suppress(world.db, workspace.tenantId, {
    subjects: [{ hash: person.contact.addressHash, kind: 'address' }],
    channel: 'email',
    basis: 'complaint',
    enrolmentId: person.enrolment.id,
    deadline: rules.deadline,
  });
  expect(await pausedBecause(workspace)).toBe('complaint_rate');
});

test('a mailbox that was paused for days keeps its people’s place: nothing is late when it goes on', async () => {
  const workspace = await newWorkspace(world);
  const [person] = await newPeople(world, workspace, 1);
  if (!person) throw new Error('Nobody was made.');
  await world.db.inTenant(workspace.tenantId, (tx) => pauseMailbox(tx, workspace.mailboxId, 'policy', null));
  world.pass(72 * hours);
  await world.db.inTenant(workspace.tenantId, async (tx) => {
    await resumeMailbox(tx, workspace.mailboxId);
    await claim(tx, workspace.mailboxId, { most: 1, jitter: 0 });
  });
  const { state, dueAt } = await sendRow(world, workspace, person.sendId);
  expect({ state, dueAt }).toEqual({ state: 'planned', dueAt: world.now });
});

describe('policy bounces that come by mail', () => {
  const bouncesOf = async (emails: readonly string[]): Promise<string | null> => {
    const workspace = await newWorkspace(world);
    for (const [n, email] of emails.entries()) {
      await world.db.inTenant(workspace.tenantId, async (tx) => {
        const { enrolment } = await newPerson(tx, world, workspace, { email });
        await tx.run(
          `update sends set state = 'sent', counted_at = decorum.now(), sent_at = decorum.now() where enrolment_id = $1`,
          [enrolment.id],
        );
        const addressee = await findAddressee(tx, enrolment.id, 0);
        if (!addressee) throw new Error('The enrolment is gone.');
        const bounce = { step: 0, fromAddress: '', subject: '', words: '', forwarded: null, resumeAt: null };
        await recordInbound(
          tx,
          addressee,
          { ...bounce, kind: 'bounce_policy', sourceHash: Buffer.alloc(32, n + 1) },
          rules.nextOpening,
        );
      });
    }
    return pausedBecause(workspace);
  };

  test.each([
    { emails: ['a@one.example'], because: null, why: 'whoever got a message can write one' },
    { emails: ['a@one.example', 'b@one.example', 'c@one.example'], because: null, why: 'one receiver, who may be one forger' },
    { emails: ['a@one.example', 'b@two.example', 'c@three.example'], because: 'policy', why: 'three receivers say the same' },
  ])('$emails: $why', async ({ emails, because }) => {
    expect(await bouncesOf(emails)).toBe(because);
  });
});
