import { setTimeout as sleep } from 'node:timers/promises';
import knex from 'knex';
import pg from 'pg';
import { describe as describeColumns } from '../../db/describe.ts';
import { migrate } from '../../db/migrate.ts';
import { openDatabase, type Tx } from '../../db/transaction.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from './world.ts';

let world: World;
let tenantId: string;
beforeAll(async () => {
  world = await World.open();
  tenantId = await newTenant(world.onOwnClock);
});
afterAll(() => world.close());

const within = <T>(work: (tx: Tx) => Promise<T>) => world.onOwnClock.inTenant(tenantId, work);
const name = () => within((tx) => tx.row<{ name: string }>(`select name from tenants`)).then((row) => row.name);

test('what fails is undone, and its error is the caller’s', async () => {
  await within((tx) => tx.run(`update tenants set name = 'Before'`));
  const failed = within(async (tx) => {
    await tx.run(`update tenants set name = 'After'`);
    throw new RangeError('no');
  });
  await expect(failed).rejects.toThrow(RangeError);
  expect(await name()).toBe('Before');
});

test('the victim of a deadlock is run again, wholly, and both get through', async () => {
  const other = await newTenant(world.onOwnClock);
  await world.owner.query(
    `create table pair (id int primary key, n int); insert into pair values (1, 0), (2, 0); grant all on pair to decorum_app`,
  );
  let meet = 0;
  let arrived: () => void = () => undefined;
  const bothHoldOne = new Promise<void>((resolve) => (arrived = resolve));
  const tries = [0, 0];
  const cross = (who: number, tenant: string, first: number, second: number) =>
    world.onOwnClock.inTenant(tenant, async (tx) => {
      tries[who] = (tries[who] ?? 0) + 1;
      await tx.run(`update pair set n = n + 1 where id = $1`, [first]);
      meet += 1;
      if (meet === 2) arrived();
      await bothHoldOne;
      await tx.run(`update pair set n = n + 1 where id = $1`, [second]);
    });
  await Promise.all([cross(0, tenantId, 1, 2), cross(1, other, 2, 1)]);
  expect((await world.owner.query(`select n from pair order by id`)).rows).toEqual([{ n: 2 }, { n: 2 }]);
  expect([...tries].sort((a, b) => a - b)).toEqual([1, 2]);
});

test('a connection that breaks under a transaction is not used again', async () => {
  const db = openDatabase({ url: world.database.appUrl, max: 1, onError: () => undefined });
  const end = (pid: number) => world.owner.query(`select pg_terminate_backend($1)`, [pid]);
  const pidOf = (tx: Tx) => tx.row<{ pid: number }>(`select pg_backend_pid() as pid`).then(({ pid }) => pid);
  const during = db.inTenant(tenantId, async (tx) => {
    const pid = await pidOf(tx);
    return Promise.all([tx.rows(`select pg_sleep(5)`), end(pid)]);
  });
  await expect(during).rejects.toThrow('terminating connection');
  // Between two statements nobody waits for an answer: the loss must not end the process.
  const between = db.inTenant(tenantId, async (tx) => {
    await end(await pidOf(tx));
    await sleep(100);
    return tx.rows(`select 1`);
  });
  await expect(between).rejects.toThrow('connection');
  expect(await db.inTenant(tenantId, (tx) => tx.rows(`select 1 as one`))).toEqual([{ one: 1 }]);
  await db.close();
});

test('counts come as numbers, calendar dates as text, instants as dates', async () => {
  expect(
    await within((tx) => tx.row(`select count(*) as n, date '2026-11-24' as day, timestamptz '2026-11-24T15:00:00Z' as at`)),
  ).toEqual({
    n: 1,
    day: '2026-11-24',
    at: new Date('2026-11-24T15:00:00Z'),
  });
});

test('a statement that must answer a row says so when it does not', async () => {
  await expect(within((tx) => tx.row(`select 1 where false`))).rejects.toThrow('must answer a row');
});

test('migrating what is migrated changes nothing', async () => {
  const schema = async () => {
    const { rows } = await world.owner.query<{ columns: string }>(
      `select string_agg(table_name || column_name || data_type, ',' order by 1) as columns from information_schema.columns where table_schema = 'public' group by table_schema`,
    );
    return rows[0]?.columns;
  };
  const before = await schema();
  await migrate(world.database.ownerUrl);
  expect(await schema()).toBe(before);
  const client = new pg.Client({ connectionString: world.database.appUrl });
  await client.connect(); // the roles' passwords are what they were
  await client.end();
});

test.each([
  'user.name; someone; delete',
  'user.name; account; keep',
  'user.name; account; keep: ',
  'user.name; account',
  'Name; user; delete',
])('a column cannot be described as "%s"', async (words) => {
  const db = knex({ client: 'pg', connection: world.database.ownerUrl, pool: { min: 0, max: 1 } });
  await expect(describeColumns(db, 'tenants', { name: words })).rejects.toThrow('category; owner; erasure');
  await db.destroy();
});
