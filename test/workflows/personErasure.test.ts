import { askErasure, findErasure } from '../../db/erasure/erasures.ts';
import { planErasure } from '../../db/erasure/plan.ts';
import { probe } from '../../db/erasure/proof.ts';
import { isErased } from '../../db/erasure/tombstones.ts';
import { findExport } from '../../db/exports/exports.ts';
import { startExport } from '../../db/exports/start.ts';
import { findImport } from '../../db/imports.ts';
import { placeHold, releaseHold } from '../../db/legalHolds.ts';
import { erasureWork, importWork } from '../../db/workflowIds.ts';
import { want } from '../../db/outbox.ts';
import { erasureDeadline, portabilityDeadline } from '../../law/answers.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { newImport } from '../builders/import.ts';
import { newOutreach } from '../builders/outreach.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T15:00:00Z' });
}, 60_000);
afterAll(() => world.end());

test('a person who is held is erased with the release: nothing says who it was, and the hash remembers', async () => {
  const tenantId = await world.newTenant();
  const inIt = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(tenantId, work);
  const { contact, rep } = await newOutreach(world.db, world, { tenantId });
  const archive = await archived(tenantId);
  const { erasure, holdId } = await inIt(async (tx) => {
    const holdId = await placeHold(tx, { kind: 'contact', matter: '', reason: 'A suit', contactIds: [contact.id] }, rep.id);
    const asked = {
      kind: 'contact',
      personId: contact.id,
      because: 'asked',
      askedBy: rep.id,
      deadline: erasureDeadline,
    } as const;
    const erasure = await askErasure(tx, asked);
    expect(await askErasure(tx, asked)).toEqual(erasure);
    return { erasure, holdId };
  });
  await world.rest();
  expect(await inIt((tx) => findErasure(tx, erasure.id))).toMatchObject({ state: 'held', rows: 0 });
  expect(await inIt((tx) => tx.rows(`select from contacts where id = $1`, [contact.id]))).toHaveLength(1);

  const { workflowId } = erasureWork(tenantId, erasure.id);
  await inIt(async (tx) => {
    await releaseHold(tx, holdId, 'Settled', rep.id);
    await want(tx, [erasureWork(tenantId, erasure.id)]);
  });
  await world.rest();
  await world.client.workflow.getHandle(workflowId).result();
  expect(await inIt((tx) => findErasure(tx, erasure.id))).toMatchObject({ state: 'erased', erasedAt: expect.any(Date) as Date });
  expect(await inIt((tx) => probe(tx, [contact.email]))).toEqual([]);
  expect(await inIt((tx) => findExport(tx, archive))).toMatchObject({ state: 'expired' });
  expect(await inIt((tx) => tx.rows(`select from export_chunks`))).toEqual([]);
  const hash = addressHash(world.addressKey, tenantId, contact.email);
  expect(await inIt((tx) => isErased(tx, [hash]))).toEqual(new Set([hash.toString('hex')]));
  expect(
    await world.ask(`select kind, state from obligations where tenant_id = $1 and kind = 'person.erased'`, [tenantId]),
  ).toEqual([{ kind: 'person.erased', state: 'met' }]);
  const rowsOf = async (table: string) =>
    (await inIt((tx) => tx.row<{ n: number }>(`select count(*) as n from ${table} where contact_id = $1`, [contact.id]))).n;
  for (const { table, fate, columns } of (await inIt(planErasure)).tables) {
    if (fate === 'delete' && columns.some(({ name }) => name === 'contact_id'))
      expect({ table, n: await rowsOf(table) }).toEqual({ table, n: 0 });
  }
  const [run] = await runsOf(world, workflowId);
  expect(personalDataIn(run?.history ?? { events: [] })).toEqual([]);
  keep(run, 'personErasure/heldAndReleased');
}, 60_000);

/** An export of the whole account, written and waiting to be fetched. */
async function archived(tenantId: string): Promise<string> {
  const { exportId } = await world.db.inTenant(tenantId, (tx) =>
    startExport(tx, { contactId: null, askedBy: null, deadline: portabilityDeadline }),
  );
  const find = () => world.db.inTenant(tenantId, (tx) => findExport(tx, exportId));
  for (const patient = AbortSignal.timeout(30_000); (await find())?.state !== 'done'; await world.rest())
    patient.throwIfAborted();
  return exportId;
}

test('who was known by a number alone does not come back by a file', async () => {
  const tenantId = await world.newTenant();
  const inIt = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(tenantId, work);
  const { by, personId } = await inIt(async (tx) => {
    const { id: by } = await newUser(tx);
    const { id: personId } = await tx.row<{ id: string }>(
      `insert into contacts (tenant_id, phone) values (decorum.tenant(), '(212) 555-0101') returning id`,
    );
    await askErasure(tx, { kind: 'contact', personId, because: 'child', askedBy: by, deadline: erasureDeadline });
    return { by, personId };
  });
  await world.rest();
  expect(await inIt((tx) => tx.rows(`select from contacts where id = $1`, [personId]))).toEqual([]);
  const importId = await newImport(world.db, { tenantId, by, file: 'Name,Phone\nZoe,+1 212 555 0101\nYan,+1 212 555 0102\n' });
  await inIt((tx) => want(tx, [importWork(tenantId, importId)]));
  await world.rest();
  expect(await inIt((tx) => findImport(tx, importId))).toMatchObject({ state: 'done', accepted: 1, rejected: { erased: 1 } });
}, 60_000);

test('a user is erased: no log-in, address, name or secret is left, and what they made for others stays', async () => {
  const tenantId = await world.newTenant();
  const { rep: user } = await newOutreach(world.db, world, { tenantId });
  const owner = await world.db.inTenant(tenantId, (tx) => newUser(tx, { role: 'owner' }));
  const erasure = await world.db.inTenant(tenantId, (tx) =>
    askErasure(tx, { kind: 'user', personId: user.id, because: 'by_hand', askedBy: owner.id, deadline: erasureDeadline }),
  );
  await world.rest();
  await world.client.workflow.getHandle(erasureWork(tenantId, erasure.id).workflowId).result();
  expect(await world.db.inTenant(tenantId, (tx) => probe(tx, [user.email]))).toEqual([]);
  expect(await world.ask(`select name, email, deactivated_at is not null as gone from users where id = $1`, [user.id])).toEqual([
    { name: 'Erased user', email: `${user.id}@erased.invalid`, gone: true },
  ]);
  expect(await world.ask(`select state, smtp_secret, dkim_secret from mailboxes where owner_id = $1`, [user.id])).toEqual([
    { state: 'paused', smtp_secret: null, dkim_secret: '' },
  ]);
  expect(await world.ask(`select from contacts where tenant_id = $1`, [tenantId])).toHaveLength(1);
}, 60_000);
