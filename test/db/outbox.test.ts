import { openDispatcherDatabase } from '../../db/dispatching.ts';
import { beginLook, closeWork, endLook, wakeBefore, want, type Wish } from '../../db/outbox.ts';
import type { Tx } from '../../db/transaction.ts';
import { newTenant } from '../builders/tenant.ts';
import { hours, start, World } from './world.ts';

let world: World;
let dispatcher: ReturnType<typeof openDispatcherDatabase>;
let tenantId: string;
const wish: Wish = { workflowId: 'cohort/x/1', workflowType: 'outreachCohort', taskQueue: 'outreach', args: ['x', 1] };
const other: Wish = { workflowId: 'mailbox/x/2', workflowType: 'mailboxSender', taskQueue: 'mail', args: ['x', 2] };

beforeAll(async () => {
  world = await World.open();
  dispatcher = openDispatcherDatabase(world.database.dispatcherUrl);
});
beforeEach(async () => {
  await world.owner.query(`truncate outbox, temporal_store`);
  tenantId = await newTenant(world.onOwnClock);
});
afterAll(async () => {
  await dispatcher.close();
  await world.close();
});

const within = <T>(work: (tx: Tx) => Promise<T>) => world.db.inTenant(tenantId, work);
const ids = (rows: readonly { workflowId: string }[]) => rows.map(({ workflowId }) => workflowId).sort();

describe('a wish', () => {
  test('is delivered once, whoever looks for it', async () => {
    await within((tx) => want(tx, [wish, other, wish]));
    const taken = await Promise.all([dispatcher.takeOwed(10), dispatcher.takeOwed(10), dispatcher.takeOwed(10)]);
    expect(ids(taken.flat())).toEqual([wish.workflowId, other.workflowId]);
    expect(taken.flat().find(({ workflowId }) => workflowId === wish.workflowId)).toEqual({ ...wish, tenantId });
    expect(await dispatcher.takeOwed(10)).toEqual([]);
  });

  test('commits with the fact, or not at all', async () => {
    await expect(
      within(async (tx) => {
        await want(tx, [wish]);
        throw new Error('the fact could not be written');
      }),
    ).rejects.toThrow('the fact');
    expect(await dispatcher.takeOwed(10)).toEqual([]);
  });

  test('that is repeated before the workflow has looked is the same wish', async () => {
    await within((tx) => want(tx, [wish]));
    await dispatcher.takeOwed(10);
    await within((tx) => want(tx, [wish]));
    expect(await dispatcher.takeOwed(10)).toEqual([]);
  });

  test('after the workflow has looked is a new one', async () => {
    await within((tx) => want(tx, [wish]));
    await dispatcher.takeOwed(10);
    await within((tx) => beginLook(tx, wish.workflowId));
    await within((tx) => want(tx, [wish]));
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
  });

  test('that Temporal did not take is owed again', async () => {
    await within((tx) => want(tx, [wish]));
    await dispatcher.giveBack(await dispatcher.takeOwed(10));
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
  });

  test('whose workflow has not looked for a minute is owed again', async () => {
    await within((tx) => want(tx, [wish, other]));
    await dispatcher.takeOwed(10);
    await within((tx) => beginLook(tx, other.workflowId));
    await world.owner.query(`update outbox set delivered_at = delivered_at - interval '61 s'`);
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
  });

  test('opens again what was closed', async () => {
    await within((tx) => want(tx, [wish]));
    await within((tx) => beginLook(tx, wish.workflowId));
    expect(await within((tx) => closeWork(tx, wish.workflowId))).toBe(true);
    await dispatcher.takeOwed(10);
    await within((tx) => want(tx, [wish]));
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
  });

  test('two transactions that want the same workflows in another order do not wait for each other', async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ ...wish, workflowId: `cohort/x/${n}` }));
    for (let round = 0; round < 10; round += 1) {
      await within((tx) => tx.run(`update outbox set wanted = false`));
      await Promise.all([within((tx) => want(tx, many)), within((tx) => want(tx, [...many].reverse()))]);
    }
    const { rows } = await world.owner.query<{ deadlocks: number }>(
      `select deadlocks from pg_stat_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  });
});

describe('closing', () => {
  test.each([
    { wishes: 'before the look', order: ['want', 'look', 'close'], closes: true },
    { wishes: 'between look and close', order: ['look', 'want', 'close'], closes: false },
    { wishes: 'after the close', order: ['look', 'close', 'want'], closes: true },
  ] as const)(
    'a wish $wishes: closes is $closes, and it stays open for whatever was wished since the look',
    async ({ order, closes }) => {
      await within((tx) => want(tx, [wish]));
      await dispatcher.takeOwed(10);
      let closed: boolean | undefined;
      for (const act of order) {
        if (act === 'want') await within((tx) => want(tx, [wish]));
        if (act === 'look') await within((tx) => beginLook(tx, wish.workflowId));
        if (act === 'close') closed = await within((tx) => closeWork(tx, wish.workflowId));
      }
      expect(closed).toBe(closes);
      const isOwed = ids(await dispatcher.takeOwed(10)).length > 0;
      expect(isOwed).toBe(order.indexOf('want') > order.indexOf('look'));
    },
  );

  test('a wish that commits while look and close run in one transaction is not lost', async () => {
    await within((tx) => want(tx, [wish]));
    let wished: Promise<void> | undefined;
    const closed = await within(async (tx) => {
      await beginLook(tx, wish.workflowId);
      wished = within((tx2) => want(tx2, [wish])); // waits for the row
      await tx.run(`select pg_sleep(0.1)`);
      return closeWork(tx, wish.workflowId);
    });
    await wished;
    expect(closed).toBe(true);
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
  });

  test('what is closed already is closed: an activity that is run again says so too', async () => {
    await within((tx) => want(tx, [wish]));
    await within((tx) => beginLook(tx, wish.workflowId));
    expect(await within((tx) => closeWork(tx, wish.workflowId))).toBe(true);
    await within((tx) => beginLook(tx, wish.workflowId));
    expect(await within((tx) => closeWork(tx, wish.workflowId))).toBe(true);
  });
});

test.each([
  { sleepsUntil: null, wakes: true, because: 'it sleeps until it is woken' },
  { sleepsUntil: new Date(start.getTime() + 2 * hours), wakes: true, because: 'it would come too late' },
  { sleepsUntil: new Date(start.getTime() + hours), wakes: false, because: 'it wakes at that instant by itself' },
  { sleepsUntil: new Date(start.getTime() + hours / 2), wakes: false, because: 'it wakes before by itself' },
])('woken for something in an hour: $wakes, $because', async ({ sleepsUntil, wakes }) => {
  await within((tx) => want(tx, [wish]));
  await dispatcher.takeOwed(10);
  await within(async (tx) => {
    await beginLook(tx, wish.workflowId);
    await endLook(tx, wish.workflowId, sleepsUntil);
  });
  await within((tx) => wakeBefore(tx, [{ workflowId: wish.workflowId, at: new Date(start.getTime() + hours) }]));
  expect((await dispatcher.takeOwed(10)).length).toBe(wakes ? 1 : 0);
});

test.each([
  { sleeper: 'sleeps until before the appointment', sleepsUntil: new Date(start.getTime() + hours / 2), isWanted: false },
  { sleeper: 'is wanted already', sleepsUntil: null, isWanted: true },
])('a look of a workflow that $sleeper waits for the appointment that is being written', async ({ sleepsUntil, isWanted }) => {
  await within((tx) => want(tx, [wish]));
  if (!isWanted) {
    await within(async (tx) => {
      await beginLook(tx, wish.workflowId);
      await endLook(tx, wish.workflowId, sleepsUntil);
    });
  }
  let seen: Promise<{ name: string }> | undefined;
  await within(async (tx) => {
    await wakeBefore(tx, [{ workflowId: wish.workflowId, at: new Date(start.getTime() + hours) }]);
    seen = within(async (look) => {
      await beginLook(look, wish.workflowId);
      return look.row<{ name: string }>(`select name from tenants`);
    });
    await tx.run(`select pg_sleep(0.2)`);
    await tx.run(`update tenants set name = 'the appointment'`);
  });
  expect(await seen).toEqual({ name: 'the appointment' });
});

test('two transactions with appointments of one workflow do not wait for each other', async () => {
  await within((tx) => want(tx, [wish]));
  await within(async (tx) => {
    const appointments = [{ workflowId: wish.workflowId, at: start }];
    await wakeBefore(tx, appointments);
    await within((other) => wakeBefore(other, appointments));
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]); // nor does the dispatcher
  });
});

describe('the dispatcher', () => {
  test('offers again what Temporal has not heard of for long, but nothing that is closed', async () => {
    await within((tx) => want(tx, [wish, other]));
    await dispatcher.takeOwed(10);
    await within((tx) => beginLook(tx, wish.workflowId));
    await within((tx) => beginLook(tx, other.workflowId));
    await within((tx) => closeWork(tx, other.workflowId));
    expect(await dispatcher.takeUnconfirmed(600, 10)).toEqual([]);
    await world.owner.query(`update outbox set delivered_at = delivered_at - interval '601 s'`);
    expect(ids(await dispatcher.takeUnconfirmed(600, 10))).toEqual([wish.workflowId]);
    expect(await dispatcher.takeUnconfirmed(600, 10)).toEqual([]);
  });

  test('owes everything that is open when Temporal has a new store, once', async () => {
    expect(await dispatcher.noteStore('first')).toBe(false);
    await within((tx) => want(tx, [wish, other]));
    await dispatcher.takeOwed(10);
    await within((tx) => beginLook(tx, wish.workflowId)); // runs, and wants nothing
    await within((tx) => beginLook(tx, other.workflowId));
    await within((tx) => closeWork(tx, other.workflowId));
    expect(await dispatcher.noteStore('first')).toBe(false);
    expect(await dispatcher.takeOwed(10)).toEqual([]);
    expect(await dispatcher.noteStore('second')).toBe(true);
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId]);
    expect(await dispatcher.noteStore('second')).toBe(false);
    expect(await dispatcher.takeOwed(10)).toEqual([]);
  });

  test('owes everything again when it is asked to, and says how much', async () => {
    await within((tx) => want(tx, [wish, other]));
    await dispatcher.takeOwed(1);
    expect(await dispatcher.oweEverything()).toBe(2);
    expect(ids(await dispatcher.takeOwed(10))).toEqual([wish.workflowId, other.workflowId]);
  });
});
