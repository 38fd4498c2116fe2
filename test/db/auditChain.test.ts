import { randomUUID } from 'node:crypto';
import { actsAs, audited } from '../../db/audit/log.ts';
import { headRecord, listChains, signHead } from '../../db/audit/heads.ts';
import { verifyChain } from '../../db/audit/verify.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { newTenant } from '../builders/tenant.ts';
import { World } from './world.ts';

let world: World;
let tenantId: string;
const signer = clearanceSigner([Buffer.alloc(32, 1)]);
const entry = { action: 'post /lists', subjectKind: 'list', subjectId: randomUUID() };

beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());
beforeEach(async () => {
  tenantId = await newTenant(world.onOwnClock);
});

const add = (count = 1) =>
  world.onOwnClock.inTenant(tenantId, async (tx) => {
    for (let n = 0; n < count; n += 1) await audited(tx, entry);
  });
const sign = () => world.onOwnClock.inTenant(tenantId, (tx) => signHead(tx, signer.sign));
const verify = (known: Parameters<typeof verifyChain>[2] = []) =>
  world.onOwnClock.inTenant(tenantId, (tx) =>
    verifyChain(tx, (head) => signer.verify(headRecord(tenantId, head, head.signedAt), head.signature), known),
  );

/** As somebody with the owner's rights and no scruples. */
async function tamper(statement: string): Promise<void> {
  const client = await world.owner.connect();
  await client.query(`begin; select decorum.enter('${tenantId}'); ${statement}; commit`);
  client.release();
}

test('a chain of entries and its signed heads verify', async () => {
  await add(3);
  await sign();
  await sign();
  await add(2);
  expect(await verify()).toMatchObject({ ok: true, entries: 5, signed: 3 });
  expect((await listChains(world.onOwnClock)).find((chain) => chain.tenantId === tenantId)).toMatchObject({
    seq: 5,
    signedSeq: 3,
  });
});

test('fifty transactions at once make one chain without a gap', async () => {
  await Promise.all(Array.from({ length: 50 }, () => add()));
  expect(await verify()).toMatchObject({ ok: true, entries: 50 });
});

test('an entry goes with its change: what is rolled back leaves none', async () => {
  await add();
  const undone = world.onOwnClock.inTenant(tenantId, async (tx) => {
    await audited(tx, entry);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await verify()).toMatchObject({ ok: true, entries: 1 });
});

test('who did it is what the edge has said of the transaction', async () => {
  const userId = randomUUID();
  await world.onOwnClock.inTenant(tenantId, async (tx) => {
    actsAs(tx, { via: 'session', userId, place: Buffer.alloc(16, 7) });
    await audited(tx, entry);
  });
  await add();
  const rows = await world.onOwnClock.inTenant(tenantId, (tx) =>
    tx.rows(`select via, user_id, place from audit_log order by seq`),
  );
  expect(rows).toEqual([
    { via: 'session', user_id: userId, place: Buffer.alloc(16, 7) },
    { via: 'system', user_id: null, place: null },
  ]);
});

test('a workspace that does not exist has no chain', async () => {
  const nobody = randomUUID();
  await world.onOwnClock.inTenant(nobody, (tx) => audited(tx, entry));
  expect((await listChains(world.onOwnClock)).some((chain) => chain.tenantId === nobody)).toBe(false);
});

test('the product has no right to change or delete an entry', async () => {
  await add();
  for (const statement of [
    `update audit_log set action = 'nothing'`,
    `delete from audit_log`,
    `update audit_heads set seq = 2`,
    `delete from audit_heads`,
  ]) {
    await expect(world.onOwnClock.inTenant(tenantId, (tx) => tx.run(statement))).rejects.toThrow('permission denied');
  }
});

describe('whoever owns the tables and changes', () => {
  // The owner is bound by the wall too, and its policy for chains is for reading: so it lifts the wall first.
  const lifted = (statement: string) =>
    tamper(`alter table audit_log no force row level security; ${statement}; alter table audit_log force row level security`);

  test.each([
    { statement: `update audit_log set action = 'nothing' where tenant_id = '%' and seq = 2`, at: 2, because: 'broken' },
    { statement: `update audit_log set user_id = gen_random_uuid() where tenant_id = '%' and seq = 4`, at: 4, because: 'broken' },
    { statement: `delete from audit_log where tenant_id = '%' and seq = 2`, at: 2, because: 'missing' },
    { statement: `delete from audit_log where tenant_id = '%'`, at: 1, because: 'missing' },
    { statement: `delete from audit_log where tenant_id = '%' and seq > 2`, at: 3, because: 'missing' },
  ])('$statement: is found out', async ({ statement, at, because }) => {
    await add(4);
    await sign();
    await lifted(statement.replace('%', tenantId));
    expect(await verify()).toEqual({ ok: false, at, because });
  });

  test('the whole chain into another that fits in itself: the signed head is of the one before', async () => {
    await add(2);
    await sign();
    await lifted(`delete from audit_log where tenant_id = '${tenantId}'`);
    await add(2);
    expect(await verify()).toEqual({ ok: false, at: 2, because: 'not what was signed' });
  });

  test('chain and heads, without our key', async () => {
    await add(2);
    await world.onOwnClock.inTenant(tenantId, (tx) => signHead(tx, clearanceSigner([Buffer.alloc(32, 2)]).sign));
    expect(await verify()).toEqual({ ok: false, at: 2, because: 'not signed by us' });
  });

  test('the newest entries with the heads over them: an earlier look still knows', async () => {
    await add(3);
    await sign();
    const before = await verify();
    if (!before.ok || !before.head) throw new Error('The chain is broken already.');
    await lifted(`delete from audit_log where tenant_id = '${tenantId}' and seq > 1; alter table audit_heads no force row level security;
      delete from audit_heads where tenant_id = '${tenantId}'; alter table audit_heads force row level security`);
    expect(await verify()).toMatchObject({ ok: true, entries: 1 });
    expect(await verify([before.head])).toEqual({ ok: false, at: 2, because: 'missing' });
  });
});
