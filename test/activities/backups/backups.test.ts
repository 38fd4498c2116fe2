import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rotateBackups } from '../../../activities/backups/rotate.ts';
import { restoreInto } from '../../../activities/backups/restore.ts';
import { takeBackup } from '../../../activities/backups/take.ts';
import { verifyBackups } from '../../../activities/backups/verify.ts';
import { backupsHolding } from '../../../db/backups/catalogue.ts';
import { dropScratches, makeScratch } from '../../../db/backups/databases.ts';
import { roleUrl } from '../../../db/roles.ts';
import { openDatabase } from '../../../db/transaction.ts';
import { newContact } from '../../builders/contact.ts';
import { newWorkspace } from '../../db/world.ts';
import { checksums } from './checksums.ts';
import { backupWorld, days } from './world.ts';

let world: Awaited<ReturnType<typeof backupWorld>>;
let tenantId: string;
beforeAll(async () => {
  world = await backupWorld();
  ({ tenantId } = await newWorkspace(world.base));
  await world.db.inTenant(tenantId, async (tx) => {
    for (let person = 0; person < 20; person += 1) await newContact(tx, world.base.addressKey, { firstName: `Zoë ${person}\n"` });
  });
});
afterAll(() => world.close());

const objects = () => readdirSync(world.folder).sort();

describe.each(['pg_dump', 'copy'] as const)('by %s', (format) => {
  test('a backup comes back as it was, row by row, closed and on the schema of today', async () => {
    const before = await checksums(world.ownerUrl);
    const { name } = await takeBackup(world, format);
    const target = await makeScratch(world.ownerUrl, '1');
    try {
      await restoreInto(world, name, target);
      const after = await checksums(target);
      delete before['public.backups']; // its own row has been written since
      delete after['public.backups'];
      expect(after).toEqual(before);
      const restored = openDatabase({ url: roleUrl(target, 'decorum_app'), max: 1 });
      await expect(restored.inTenant(tenantId, (tx) => tx.rows('select 1'))).rejects.toMatchObject({ code: 'DC024' });
      await restored.close();
    } finally {
      await dropScratches(world.ownerUrl);
    }
  });
});

test('nothing of it can be read without its key, and its key not without the vault', async () => {
  const { name } = await takeBackup(world);
  for (const object of objects().filter((object) => object.startsWith(name))) {
    expect(readFileSync(join(world.folder, object)).includes('Zoë')).toBe(false);
  }
  const keys = objects().map((object) => readFileSync(join(world.folder, object), 'latin1'));
  expect(new Set(keys).size).toBe(keys.length);
});

test('it is read back; a byte that changed, a key that is gone, a file that is gone are each noticed', async () => {
  const [broken, keyless, gone] = [await takeBackup(world), await takeBackup(world), await takeBackup(world)];
  expect((await verifyBackups(world)).every(({ state }) => state === 'good')).toBe(true);

  const path = join(world.folder, `${broken.name}.backup`);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  rmSync(join(world.folder, `${keyless.name}.key`));
  rmSync(join(world.folder, `${gone.name}.key`));
  rmSync(join(world.folder, `${gone.name}.backup`));

  const found = new Map((await verifyBackups(world, { all: true })).map(({ name, state }) => [name, state]));
  expect(found.get(broken.name)).toBe('unreadable');
  expect(found.get(keyless.name)).toBe('missing');
  expect(found.get(gone.name)).toBe('missing');
  for (const { name } of [broken, keyless]) await expect(restoreInto(world, name, world.ownerUrl)).rejects.toThrow(name);
});

test('what was read within a week is not read again, but that it is there is looked at', async () => {
  const { name } = await takeBackup(world);
  await verifyBackups(world);
  const path = join(world.folder, `${name}.backup`);
  writeFileSync(path, 'noise');
  const stateOf = async () => (await verifyBackups(world)).find((each) => each.name === name)?.state;
  expect(await stateOf()).toBe('good');
  world.pass(7 * days);
  expect(await stateOf()).toBe('unreadable');
});

test('over 31 days nothing grows older than 29, and what is destroyed is gone, file and key', async () => {
  await takeBackup(world); // some are there already
  for (let day = 0; day <= 31; day += 1) {
    world.pass(days);
    if (day % 7 === 0) await takeBackup(world);
    await rotateBackups(world);
    const ages = (await world.store.list()).map(({ takenAt }) => (world.now().getTime() - takenAt.getTime()) / days);
    expect(Math.max(...ages)).toBeLessThan(29);
  }
  expect(objects()).toHaveLength(2 * 4);
  const { rows } = await world.base.owner.query<{ state: string; count: number }>(
    `select state, count(*) from backups group by 1 order by 1`,
  );
  expect(rows.find(({ state }) => state === 'good')?.count).toBe(4);

  // Whoever is erased now is in those that were taken before, and in none in a month.
  const erasedAt = world.now();
  const holding = () => world.db.inTenant(tenantId, (tx) => backupsHolding(tx, { erasedAt }));
  expect(await holding()).toHaveLength(4);
  world.pass(28 * days);
  await rotateBackups(world);
  expect(await holding()).toEqual([]);
  expect(objects()).toEqual([]);
});

test('a file that no catalogue knows is destroyed when it is old, and taken in when it is not', async () => {
  const [old, young] = [await takeBackup(world), await takeBackup(world)];
  await world.base.owner.query('delete from backups');
  expect(await verifyBackups(world)).toMatchObject([{ state: 'good' }, { state: 'good' }]);
  await world.base.owner.query('delete from backups where id = $1', [old.id]);
  world.pass(28 * days);
  expect((await rotateBackups(world)).sort()).toEqual([old.name, young.name].sort());
});

test('what fails leaves its row and its reason, and nothing else', async () => {
  const failing = { ...world, store: { ...world.store, putKey: () => Promise.reject(new Error('The disk is full.')) } };
  await expect(takeBackup(failing)).rejects.toThrow('full');
  const { rows } = await world.base.owner.query(`select state, problem from backups where state = 'failed'`);
  expect(rows).toEqual([{ state: 'failed', problem: 'The disk is full.' }]);
  expect(objects()).toEqual([]);
});

test('one that was being taken when its process died: whole it is one, else it goes', async () => {
  const whole = await takeBackup(world);
  await world.base.owner.query(`update backups set state = 'taking' where id = $1`, [whole.id]);
  const half = await takeBackup(world);
  rmSync(join(world.folder, `${half.name}.key`));
  await world.base.owner.query(`update backups set state = 'taking' where id in ($1, $2)`, [whole.id, half.id]);
  const next = await takeBackup(world);
  const { rows } = await world.base.owner.query<{ id: string; state: string }>(
    `select id, state from backups where id = any($1)`,
    [[whole.id, half.id, next.id]],
  );
  expect(new Map(rows.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [whole.id, 'good'],
      [half.id, 'failed'],
      [next.id, 'good'],
    ]),
  );
  expect(objects().filter((object) => object.startsWith(half.name))).toEqual([]);
});
