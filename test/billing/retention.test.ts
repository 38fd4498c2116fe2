import pg from 'pg';
import { detachBilling } from '../../db/billing/detach.ts';
import { deleteNextRecord, wakeNeglected } from '../../db/billing/retention.ts';
import { wakeBilling } from '../../db/billing/wake.ts';
import { placeHold, releaseHold } from '../../db/legalHolds.ts';
import { type Database, openDatabase, type Tx } from '../../db/transaction.ts';
import { newWorkspace, type Workspace, World, wanted } from '../db/world.ts';
import { newTransaction } from './newTransaction.ts';

const day = 24 * 60 * 60 * 1000;
let world: World;
let billing: Database;
let workspace: Workspace;
beforeAll(async () => {
  world = await World.open();
  billing = openDatabase({ url: world.database.billingUrl, max: 4, clock: () => world.now });
});
beforeEach(async () => {
  world.now = new Date('2026-11-24T15:00:00Z');
  workspace = await newWorkspace(world);
});
afterAll(async () => {
  await billing.close();
  await world.close();
});

const inIt = <T>(work: (tx: Tx) => Promise<T>) => world.db.inTenant(workspace.tenantId, work);
const look = () => billing.inTenant(workspace.tenantId, deleteNextRecord);
const paid = (occurredOn: string) => inIt((tx) => newTransaction(tx, workspace.rep.id, { occurredOn }));
const records = async () =>
  (
    await world.owner.query<{ id: string }>(`select * from billing.records where tenant_id = $1 order by keep_until`, [
      workspace.tenantId,
    ])
  ).rows;
const clocks = () => inIt((tx) => tx.rows(`select state from obligations where kind = 'billing.deleted' order by due_at`));

test('the minimum of a record outlives its account, and nothing else of it does', async () => {
  const { id, number, processorId } = await paid('2026-11-24');
  expect(await inIt(detachBilling)).toEqual({ kept: 1, until: '2033-11-25T12:00:00.000Z' });
  expect(await inIt(detachBilling)).toMatchObject({ kept: 1 }); // once more: the same
  expect(await inIt((tx) => tx.rows(`select from billing_transactions`))).toEqual([]);
  const [kept] = await records();
  expect(kept).toMatchObject({
    id,
    number,
    processor_id: processorId,
    customer: 'Acme Inc.',
    net_cents: 12_000,
    total_cents: 12_990,
  });
  expect(Object.keys(kept ?? {})).not.toContain('recorded_by');
  expect(await wanted(world, workspace)).toContain(`billing/${workspace.tenantId}`);
});

test('a purge that deletes the ledger by itself detaches it all the same', async () => {
  await paid('2026-11-24');
  await inIt((tx) => tx.run(`delete from billing_transactions`));
  expect(await records()).toHaveLength(1);
});

test('nobody but its own role reads a detached record, and that role reads nothing else', async () => {
  await paid('2026-11-24');
  await inIt(detachBilling);
  await expect(inIt((tx) => tx.rows(`select from billing.records`))).rejects.toThrow(/permission denied/);
  await expect(billing.inTenant(workspace.tenantId, (tx) => tx.rows(`select from contacts`))).rejects.toThrow(
    /permission denied/,
  );
  const { rows } = await world.owner.query<{ table: string }>(`
    select distinct table_schema || '.' || table_name as table from information_schema.column_privileges where grantee = 'decorum_billing' order by 1`);
  expect(rows.map(({ table }) => table)).toEqual([
    'billing.records',
    'public.billing_transactions',
    'public.database_open',
    'public.legal_hold_contacts',
    'public.legal_holds',
    'public.obligations',
    'public.outbox',
    'public.tenants',
  ]);
});

test('not even its own role passes the wall, and every column says why it stays', async () => {
  await paid('2026-11-24');
  await inIt(detachBilling);
  const other = await newWorkspace(world);
  expect(await billing.inTenant(other.tenantId, (tx) => tx.rows(`select from billing.records`))).toEqual([]);
  expect(await billing.inTenant(other.tenantId, (tx) => tx.run(`delete from billing.records`))).toBe(0);
  const client = new pg.Client({ connectionString: world.database.billingUrl });
  await client.connect();
  await expect(client.query(`select from billing.records`)).rejects.toThrow(/decorum\.tenant/);
  await client.end();
  const { rows } = await world.owner.query(`
    select a.attname from pg_attribute a where a.attrelid = 'billing.records'::regclass and a.attnum > 0
      and coalesce(col_description(a.attrelid, a.attnum), '') !~ '; account; keep: .{8,}'`);
  expect(rows).toEqual([]);
});

test('a record goes when its time has come, not a moment earlier, and its clock closes', async () => {
  const first = await paid('2026-01-10');
  const second = await paid('2026-03-01');
  await inIt(detachBilling);
  world.now = new Date(first.keepUntil.getTime() - 1);
  expect(await look()).toBe(1);
  expect(await records()).toHaveLength(2);
  world.now = first.keepUntil;
  expect(await look()).toBe(0);
  expect((await records()).map(({ id }) => id)).toEqual([second.id]);
  expect(await clocks()).toEqual([{ state: 'met' }, { state: 'open' }]);
  expect(await look()).toBe(second.keepUntil.getTime() - first.keepUntil.getTime());
  world.now = new Date(second.keepUntil.getTime() + 31 * day);
  expect(await look()).toBe(0);
  expect(await clocks()).toEqual([{ state: 'met' }, { state: 'late' }]); // a month too late is told, not hidden
  expect(await look()).toBe(null);
  expect(await wanted(world, workspace)).not.toContain(`billing/${workspace.tenantId}`);
});

test('of an account that lives on, an old record goes too, and is not detached by that', async () => {
  const { keepUntil } = await paid('2026-01-10');
  world.now = keepUntil;
  expect(await look()).toBe(0);
  expect(await inIt((tx) => tx.rows(`select from billing_transactions`))).toEqual([]);
  expect(await records()).toEqual([]);
});

test('a legal hold keeps what is due, and its release lets it go', async () => {
  const { keepUntil } = await paid('2026-01-10');
  await inIt(detachBilling);
  const hold = { kind: 'account', matter: '', reason: 'Subpoena', contactIds: [] } as const;
  const holdId = await inIt((tx) => placeHold(tx, { ...hold, contactIds: [] }, workspace.rep.id));
  world.now = keepUntil;
  expect(await look()).toBe(day);
  expect(await records()).toHaveLength(1);
  await inIt(async (tx) => {
    await releaseHold(tx, holdId, 'Settled', workspace.rep.id);
    await wakeBilling(tx);
  });
  expect(await wanted(world, workspace)).toContain(`billing/${workspace.tenantId}`);
  expect(await look()).toBe(0);
  expect(await records()).toEqual([]);
});

test('the daily sweep finds records that nobody looks after, and those that are late', async () => {
  await paid('2026-11-24');
  await inIt(detachBilling);
  await look();
  const mine = async () => (
    await wakeNeglected(billing, 1000), (await wanted(world, workspace)).includes(`billing/${workspace.tenantId}`)
  );
  expect(await mine()).toBe(false); // all is well: its workflow sleeps
  await world.owner.query(`delete from outbox where tenant_id = $1`, [workspace.tenantId]); // as a purge leaves it
  expect(await mine()).toBe(true);
  await look();
  await world.owner.query(`update billing.records set keep_until = now() - interval '2 days' where tenant_id = $1`, [
    workspace.tenantId,
  ]);
  expect(await mine()).toBe(true);
});
