import { randomUUID } from 'node:crypto';
import { heldNow, placeHold, releaseHold } from '../../db/legalHolds.ts';
import { endedOrStuck, newWorkspace, World, type Workspace } from './world.ts';

let world: World;
let workspace: Workspace;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());
beforeEach(async () => {
  workspace = await newWorkspace(world);
});

const [one, two] = [randomUUID(), randomUUID()];
type Kind = Parameters<typeof placeHold>[1]['kind'];
const inIt = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(workspace.tenantId, work);
const place = (kind: Kind, contactIds: string[], matter = '') =>
  inIt((tx) => placeHold(tx, { kind, matter, reason: 'A letter of the court', contactIds }, workspace.rep.id));
const heldOf = (contactIds: string[]) => inIt((tx) => heldNow(tx, { contactIds }));

test.each<{ kind: Kind; contacts: string[]; matter: string; held: string[]; because: string }>([
  { kind: 'account', contacts: [], matter: '', held: [one, two], because: 'everybody in it' },
  { kind: 'contact', contacts: [two], matter: '', held: [two], because: 'nobody but them' },
  { kind: 'matter', contacts: [one], matter: 'Roe v. Doe', held: [one], because: 'those whom the matter names' },
])('a hold of the kind $kind holds $because, until it is released', async ({ kind, contacts, matter, held }) => {
  const id = await place(kind, contacts, matter);
  expect(await heldOf([one, two])).toEqual(held);
  expect(await inIt((tx) => heldNow(tx, { account: true }))).toEqual([id]);
  expect(await inIt((tx) => releaseHold(tx, id, 'Settled', workspace.rep.id))).toBe(true);
  expect(await inIt((tx) => releaseHold(tx, id, 'Settled', workspace.rep.id))).toBe(false);
  expect(await heldOf([one, two])).toEqual([]);
  expect(await inIt((tx) => heldNow(tx, { account: true }))).toEqual([]);
});

test('a person of two holds is free only with the second release', async () => {
  const first = await place('contact', [one]);
  const second = await place('matter', [one], 'Roe v. Doe');
  await inIt((tx) => releaseHold(tx, first, 'Settled', workspace.rep.id));
  expect(await heldOf([one])).toEqual([one]);
  await inIt((tx) => releaseHold(tx, second, 'Settled', workspace.rep.id));
  expect(await heldOf([one])).toEqual([]);
});

test('a hold waits for the erasure that is under way, and the next one finds it', async () => {
  const order: string[] = [];
  let placing: Promise<unknown> = Promise.resolve();
  await inIt(async (tx) => {
    expect(await heldNow(tx, { account: true })).toEqual([]);
    placing = place('account', []).then(() => order.push('placed'));
    await endedOrStuck(world, placing);
    order.push('erased');
  });
  await placing;
  expect(order).toEqual(['erased', 'placed']);
  expect(await inIt((tx) => heldNow(tx, { account: true }))).toHaveLength(1);
});

test('a release waits for whoever has just found the hold, so that it wakes what has begun to wait', async () => {
  const id = await place('account', []);
  const order: string[] = [];
  let releasing: Promise<unknown> = Promise.resolve();
  await inIt(async (tx) => {
    expect(await heldNow(tx, { account: true })).toEqual([id]);
    releasing = inIt((other) => releaseHold(other, id, 'Settled', workspace.rep.id)).then(() => order.push('released'));
    await endedOrStuck(world, releasing);
    order.push('waits');
  });
  await releasing;
  expect(order).toEqual(['waits', 'released']);
});
