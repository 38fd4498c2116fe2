import fc from 'fast-check';
import { readDataMap } from '../../db/dataMap.ts';
import { eraseAccountBatch } from '../../db/erasure/batches.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import { countLeft, probe } from '../../db/erasure/proof.ts';
import { isErased, writeTombstones } from '../../db/erasure/tombstones.ts';
import { placeHold, releaseHold } from '../../db/legalHolds.ts';
import type { Tx } from '../../db/transaction.ts';
import { newTenant, newUser } from '../builders/tenant.ts';
import { plantRows } from '../builders/rowsOfEach.ts';
import { newPeople, newWorkspace, World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const inIt = <T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> => world.onOwnClock.inTenant(tenantId, work);
const batchOf = (tenantId: string, limit: number) =>
  inIt(tenantId, async (tx) => eraseAccountBatch(tx, await planErasure(tx), { limit }));

async function purge(tenantId: string, limit: number): Promise<Map<string, number>> {
  const erased = new Map<string, number>();
  const plan = await inIt(tenantId, planErasure);
  for (;;) {
    const { table, rows, done } = await inIt(tenantId, (tx) => eraseAccountBatch(tx, plan, { limit }));
    if (done) return erased;
    if (table === null) throw new Error('Something holds the account.');
    erased.set(table, (erased.get(table) ?? 0) + rows);
  }
}

/** Every row that the tenant has, in one sum. */
async function checksum(tenantId: string): Promise<string> {
  return inIt(tenantId, async (tx) => {
    const tables = new Set((await readDataMap(tx)).map(({ table }) => table));
    const sums: string[] = [];
    for (const table of tables) {
      const { sum } = await tx.row<{ sum: string }>(
        `select md5(coalesce(string_agg(to_jsonb(t)::text, ',' order by to_jsonb(t)::text), '')) as sum from ${table} t`,
      );
      sums.push(`${table} ${sum}`);
    }
    return sums.join('\n');
  });
}

test('a row in every table: what the comments delete is gone, what they keep is there, and no table of another tenant has changed', async () => {
  const [mine, other] = [await newTenant(world.onOwnClock), await newTenant(world.onOwnClock)];
  const planted = await plantRows(world.owner, mine, { rows: 5, word: 'Zarathustra' });
  await plantRows(world.owner, other, { rows: 3, word: 'Zarathustra' });
  // The holds that were planted are none.
  await world.owner.query(`update legal_holds set released_at = clock_timestamp() where tenant_id in ($1, $2)`, [mine, other]);
  const before = await checksum(other);
  const map = await inIt(mine, (tx) => readDataMap(tx));

  const erased = await purge(mine, 3);
  expect(await checksum(other)).toBe(before);

  const left = await inIt(mine, async (tx) => countLeft(tx, await planErasure(tx)));
  expect(left.map(({ table }) => table).sort()).toEqual([...planted, 'tenants'].sort());
  expect(left.filter(({ rows, kept }) => rows > 0 && kept === null)).toEqual([]);
  expect(left.filter(({ rows, kept }) => rows > 0 && (kept ?? '').length < 8)).toEqual([]);
  for (const { table, rows } of left) {
    if (rows === 0) expect({ table, rows: erased.get(table) }).toMatchObject({ rows: expect.any(Number) as number });
  }
  // A column that is not kept says nothing any more in any row that is left, whatever its action is called.
  const found = await inIt(mine, (tx) => probe(tx, ['Zarathustra', 'zarathustra 3']));
  for (const { table } of found) {
    if (table === 'tenant_keys') continue; // shredded by the step that ends the purge
    const words = map.filter((column) => column.table === table && /text|json|bytea/.test(column.type));
    expect(words.filter(({ erasure }) => erasure === 'keep')).not.toEqual([]);
  }
  for (const { table, name, erasure, keyPlace } of map) {
    const stays = left.find((one) => one.table === table && one.rows > 0);
    if (!stays || erasure === 'keep' || keyPlace !== null || name === 'tenant_id' || table === 'tenant_keys') continue;
    const { n } = await inIt(mine, (tx) =>
      tx.row<{ n: number }>(`select count(*) as n from ${table} t where coalesce(t.${name}::text, '') not in ('', '{}', '\\x')`),
    );
    expect({ column: `${table}.${name}`, n }).toEqual({ column: `${table}.${name}`, n: 0 });
  }
}, 60_000);

test('whatever the size of a batch, all of an account goes, each row once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }), async (people, limit) => {
      const workspace = await newWorkspace(world);
      const { tenantId } = workspace;
      await newPeople(world, workspace, people);
      const erased = await purge(tenantId, limit);
      expect(erased.get('contacts')).toBe(people);
      expect(erased.get('sends')).toBe(people);
      const left = await inIt(tenantId, async (tx) => countLeft(tx, await planErasure(tx)));
      expect(left.filter(({ rows, kept }) => rows > 0 && kept === null)).toEqual([]);
    }),
    { numRuns: 4 },
  );
}, 60_000);

test('nothing that a probe finds before is found after, in whatever column it stood', async () => {
  const workspace = await newWorkspace(world);
  const { tenantId } = workspace;
  const people = await newPeople(world, workspace, 5, (n) => ({ email: `probe${n}@Zephyr-Mills.example` }));
  const words = people.map(({ contact }) => contact.email);
  const before = await inIt(tenantId, (tx) => probe(tx, [...words, 'nobody@nowhere.example']));
  expect(new Set(before.map(({ probe: place }) => place))).toEqual(new Set([0, 1, 2, 3, 4]));
  await inIt(tenantId, (tx) =>
    tx.run(`insert into imports (tenant_id, file_name, created_by) values (decorum.tenant(), 'x.csv', gen_random_uuid())`),
  );
  await inIt(tenantId, (tx) =>
    tx.run(
      `insert into import_chunks (tenant_id, import_id, n, bytes) select tenant_id, id, 0, convert_to('é;' || $1, 'UTF8') from imports`,
      [words[0]],
    ),
  );
  expect(await inIt(tenantId, (tx) => probe(tx, [words[0] ?? '', 'é;PROBE0']))).toContainEqual({
    table: 'import_chunks',
    probe: 0,
    rows: 1,
  });
  await purge(tenantId, 100);
  expect(await inIt(tenantId, (tx) => probe(tx, words))).toEqual([]);
});

test('a hold placed between two batches stops the second; its release lets it go on where it was', async () => {
  const workspace = await newWorkspace(world);
  const { tenantId } = workspace;
  await newPeople(world, workspace, 6);
  const first = await batchOf(tenantId, 2);
  expect(first.rows).toBeGreaterThan(0);
  const rowsLeft = () => checksum(tenantId);
  const holdId = await inIt(tenantId, (tx) =>
    placeHold(tx, { kind: 'account', matter: '', reason: 'A suit', contactIds: [] }, workspace.rep.id),
  );
  const before = await rowsLeft();
  expect(await batchOf(tenantId, 2)).toEqual({ table: null, rows: 0, done: false });
  expect(await rowsLeft()).toBe(before);
  await inIt(tenantId, (tx) => releaseHold(tx, holdId, 'Settled', workspace.rep.id));
  await purge(tenantId, 2);
  expect(
    (await inIt(tenantId, async (tx) => countLeft(tx, await planErasure(tx)))).filter(
      ({ kept, rows }) => rows > 0 && kept === null,
    ),
  ).toEqual([]);
});

test('who writes behind the cursor is found by another round', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  await inIt(tenantId, async (tx) => {
    for (let n = 0; n < 4; n += 1) await newUser(tx);
  });
  while ((await batchOf(tenantId, 2)).table !== 'users');
  await inIt(tenantId, (tx) =>
    tx.run(
      `insert into users (tenant_id, id, email, name, role, password_hash) values (decorum.tenant(), '00000000-0000-0000-0000-000000000001', 'late@zephyr.example', 'Late', 'rep', 'none')`,
    ),
  );
  await purge(tenantId, 2);
  expect(await inIt(tenantId, (tx) => tx.rows(`select from users`))).toEqual([]);
});

test('a tombstone stays, and says so of the hash alone', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  const [gone, here] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const [row] = await inIt(tenantId, (tx) => writeTombstones(tx, [{ kind: 'contact', hash: gone }]));
  expect(row).toMatchObject({ tenantId, kind: 'contact', hash: gone, erasedAt: expect.any(Date) as Date });
  expect(await inIt(tenantId, (tx) => isErased(tx, [gone, here]))).toEqual(new Set([gone.toString('hex')]));
  await expect(inIt(tenantId, (tx) => tx.run(`delete from tombstones`))).rejects.toThrow(/permission denied/);
});

test('no plan is made over a column that the data map does not know, nor over rows that nobody may delete', async () => {
  const tenantId = await newTenant(world.onOwnClock);
  const planned = () => inIt(tenantId, planErasure);
  try {
    await world.owner.query(
      `create table strays (tenant_id uuid not null references tenants, name text, primary key (tenant_id, name))`,
    );
    await expect(planned()).rejects.toThrow(/does not say what becomes of strays\./);
    await world.owner.query(`
      comment on column strays.tenant_id is 'user.unique_id; account; delete';
      comment on column strays.name is 'user.name; contact; delete'`);
    await expect(planned()).rejects.toThrow(/rows of strays are to be deleted, and nobody may/);
    await world.owner.query(`grant delete on strays to decorum_app`);
    expect((await planned()).tables).toContainEqual(expect.objectContaining({ table: 'strays', fate: 'delete' }));
  } finally {
    await world.owner.query(`drop table strays`);
  }
});
