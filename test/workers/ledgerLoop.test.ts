import { setTimeout as sleep } from 'node:timers/promises';
import { writeTombstones } from '../../db/erasure/tombstones.ts';
import { newTenant } from '../builders/tenant.ts';
import { backupWorld } from '../activities/backups/world.ts';
import { ledgerLoop } from '../../workers/ledgerLoop.ts';

let world: Awaited<ReturnType<typeof backupWorld>>;
let tenantId: string;
beforeAll(async () => {
  world = await backupWorld();
  tenantId = await newTenant(world.base.onOwnClock);
});
afterAll(() => world.close());

const erase = (n: number) =>
  world.db.inTenant(tenantId, (tx) => writeTombstones(tx, [{ kind: 'contact', hash: Buffer.alloc(32, n) }]));
async function noted(): Promise<number[]> {
  const hashes: number[] = [];
  for await (const { hash } of world.ledger.read()) hashes.push(hash[0] ?? 0);
  return hashes;
}
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const patient = AbortSignal.timeout(30_000); !(await isSo()); await sleep(20)) patient.throwIfAborted();
}

test('who was erased while nobody wrote into the ledger is in it a round later, once, and what fails is tried again', async () => {
  const stopping = new AbortController();
  const warned: string[] = [];
  let compared = 0;
  let isAway = true;
  const ledger = {
    ...world.ledger,
    read() {
      compared += 1;
      if (isAway) throw new Error('the disk of the ledger is away');
      return world.ledger.read();
    },
  };
  const log = { ...world.log, warn: (_: unknown, message?: string) => void warned.push(message ?? '') };
  await erase(1);
  const looping = ledgerLoop({ ...world, ledger, log }, stopping.signal, 10);
  await until(() => warned.length > 1);
  expect(warned[0]).toContain('could not be compared');
  expect(await noted()).toEqual([]);
  isAway = false;
  await until(async () => (await noted()).length === 1);
  await erase(2);
  await until(async () => (await noted()).length === 2);
  const before = compared;
  await erase(2); // says nothing new
  await erase(3);
  await until(async () => (await noted()).length === 3);
  stopping.abort();
  await looping;
  expect(await noted()).toEqual([1, 2, 3]);
  expect(compared - before).toBeLessThanOrEqual(2); // nothing is compared where nothing has changed
}, 60_000);
