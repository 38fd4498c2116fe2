import { claim } from '../../db/claims.ts';
import { applyEvents, resumeEnrolment } from '../../db/enrolments.ts';
import { isSettled, pauseLaunch, resumeLaunch, settleNext, steer, stopLaunch } from '../../db/steering.ts';
import { suppress } from '../../db/suppressions.ts';
import type { Tx } from '../../db/transaction.ts';
import { newContact } from '../builders/contact.ts';
import { newEnrolment, newSend } from '../builders/enrolment.ts';
import { hours, newPeople, newWorkspace, rules, start, wanted, type Workspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(() => {
  world.now = start;
});
afterAll(() => world.close());

const within = <T>({ tenantId }: Workspace, work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);
const settle = (workspace: Workspace) => within(workspace, (tx) => settleNext(tx, workspace.launchId));
const settled = (workspace: Workspace) => within(workspace, (tx) => isSettled(tx, workspace.launchId));
const sendStates = (workspace: Workspace) =>
  within(workspace, (tx) =>
    tx.rows<{ state: string; n: number }>(`select state, count(*) as n from sends group by state order by state`),
  );
const claimAll = (workspace: Workspace) => within(workspace, (tx) => claim(tx, workspace.mailboxId, { most: 50, jitter: 0 }));
const launchState = async (workspace: Workspace) =>
  (await within(workspace, (tx) => tx.row<{ state: string }>(`select state from launches where id = $1`, [workspace.launchId])))
    .state;

test('a pause and a stop are in force with their first transaction, whatever is left of a long queue', async () => {
  const workspace = await newWorkspace(world);
  const people = await newPeople(world, workspace, 620);
  expect(await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null))).toBe(true);
  expect((await claimAll(workspace)).rows).toEqual([]);
  expect(await sendStates(workspace)).toEqual([
    { state: 'held', n: 500 },
    { state: 'planned', n: 120 },
  ]);
  expect(await settled(workspace)).toBe(false);
  expect(await wanted(world, workspace)).toContain(`outreach/${workspace.tenantId}/${workspace.launchId}`);
  expect(await settle(workspace)).toBe(false);
  expect(await settled(workspace)).toBe(true);

  // Somebody opts out between two parts of the stop.
  await within(workspace, (tx) => stopLaunch(tx, workspace.launchId, workspace.rep.id));
  const open = await within(workspace, (tx) =>
    tx.rows<{ contactId: string }>(`select contact_id as "contactId" from enrolments where state = 'queued'`),
  );
  expect(open).toHaveLength(120);
  const person = people.find(({ contact }) => contact.id === open[0]?.contactId);
  await suppress(world.db, workspace.tenantId, {
    subjects: [{ hash: person?.contact.addressHash ?? Buffer.alloc(0), kind: 'address' }],
    channel: 'email',
    basis: 'one_click',
    deadline: rules.deadline,
  });
  expect(await settle(workspace)).toBe(false);
  const ends = await within(workspace, (tx) =>
    tx.rows(
      `select e.because, count(*) as n, count(v.by_user) as "byUser" from enrolments e
       join enrolment_events v on v.enrolment_id = e.id where e.state = 'stopped' group by 1 order by 1`,
    ),
  );
  expect(ends).toEqual([
    { because: 'launch_stopped', n: 619, byUser: 619 },
    { because: 'unsubscribed', n: 1, byUser: 0 },
  ]);
  expect(await sendStates(workspace)).toEqual([{ state: 'cancelled', n: 620 }]);
  expect(await settled(workspace)).toBe(true);
}, 60_000);

/** Three cohorts of which each has somebody due in ten hours and somebody whose message waits. */
async function threeCohorts(): Promise<Workspace> {
  const workspace = await newWorkspace(world);
  const { launchId, mailboxId } = workspace;
  await within(workspace, async (tx) => {
    for (const cohort of [1, 2, 5]) {
      const someone = async () => ({ launchId, mailboxId, cohort, contactId: (await newContact(tx, world.addressKey)).id });
      await newEnrolment(tx, { ...(await someone()), nextAt: new Date(start.getTime() + 10 * hours) });
      const { id: enrolmentId } = await newEnrolment(tx, { ...(await someone()), state: 'queued' });
      await newSend(tx, { enrolmentId, state: 'planned' });
    }
  });
  return workspace;
}
const dates = (workspace: Workspace) =>
  within(workspace, (tx) =>
    tx.rows<{ at: Date }>(
      `select next_at as at from enrolments where state = 'waiting' union all select due_at from sends order by 1`,
    ),
  ).then((rows) => rows.map(({ at }) => (at.getTime() - start.getTime()) / hours));

test('every date moves by the length of the pause, however long the last cohort takes to be reached', async () => {
  const workspace = await threeCohorts();
  await within(workspace, (tx) => pauseLaunch(tx, workspace.launchId, null));
  world.pass(5 * hours);
  await within(workspace, (tx) => resumeLaunch(tx, workspace.launchId));
  expect(await launchState(workspace)).toBe('paused');
  world.pass(hours); // whoever was resuming it died
  expect((await claimAll(workspace)).rows).toEqual([]);
  expect(await settled(workspace)).toBe(false);
  expect(await settle(workspace)).toBe(true);
  expect(await settle(workspace)).toBe(false);
  expect(await launchState(workspace)).toBe('running');
  expect(await dates(workspace)).toEqual([5, 5, 5, 15, 15, 15]);
  expect(await settle(workspace)).toBe(false);
  expect(await dates(workspace)).toEqual([5, 5, 5, 15, 15, 15]);
});

test('a person whose cohort has its new dates goes on with what was left of the delay, whatever the others wait for', async () => {
  const workspace = await threeCohorts();
  const { launchId } = workspace;
  const [person] = await within(workspace, (tx) =>
    tx.rows<{ id: string }>(`select id from enrolments where cohort = 1 and state = 'waiting'`),
  );
  const enrolmentId = person?.id ?? '';
  world.pass(2 * hours);
  await within(workspace, (tx) =>
    applyEvents(tx, [{ enrolmentId, event: { kind: 'pause', because: 'by_hand' } }], rules.nextOpening),
  );
  world.pass(hours);
  await within(workspace, (tx) => pauseLaunch(tx, launchId, null));
  world.pass(5 * hours);
  await within(workspace, (tx) => resumeLaunch(tx, launchId));
  expect(await launchState(workspace)).toBe('paused');
  await within(workspace, (tx) => resumeEnrolment(tx, enrolmentId, null));
  const { at } = await within(workspace, (tx) =>
    tx.row<{ at: Date }>(`select next_at as at from enrolments where id = $1`, [enrolmentId]),
  );
  expect((at.getTime() - world.now.getTime()) / hours).toBe(8);
});

test('who pauses a launch that is being resumed pauses it as a whole', async () => {
  const workspace = await threeCohorts();
  const { tenantId, launchId } = workspace;
  await within(workspace, (tx) => pauseLaunch(tx, launchId, null));
  world.pass(5 * hours);
  await within(workspace, (tx) => resumeLaunch(tx, launchId));
  expect(await steer(world.db, tenantId, launchId, (tx) => pauseLaunch(tx, launchId, null))).toBe(true);
  expect(await launchState(workspace)).toBe('paused');
  expect(await sendStates(workspace)).toEqual([{ state: 'held', n: 3 }]);
  world.pass(2 * hours);
  expect(await steer(world.db, tenantId, launchId, (tx) => resumeLaunch(tx, launchId))).toBe(true);
  expect(await dates(workspace)).toEqual([7, 7, 7, 17, 17, 17]);
});

test('a launch that is stopped while it is being resumed is over', async () => {
  const workspace = await threeCohorts();
  const { tenantId, launchId } = workspace;
  await within(workspace, (tx) => pauseLaunch(tx, launchId, null));
  await within(workspace, (tx) => resumeLaunch(tx, launchId));
  await within(workspace, (tx) => stopLaunch(tx, launchId, null));
  await steer(world.db, tenantId, launchId, () => Promise.resolve());
  expect(await launchState(workspace)).toBe('stopped');
  expect(await sendStates(workspace)).toEqual([{ state: 'cancelled', n: 3 }]);
});
