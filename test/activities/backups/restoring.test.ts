import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { drillRestore } from '../../../activities/backups/drill.ts';
import { openAfterRestore } from '../../../activities/backups/open.ts';
import { restoreInto } from '../../../activities/backups/restore.ts';
import { takeBackup } from '../../../activities/backups/take.ts';
import type { BackupWorld } from '../../../activities/backups/world.ts';
import { erasureActivities } from '../../../activities/erasures.ts';
import { changeContact, deleteContact } from '../../../db/contacts.ts';
import { databaseOf, findDatabase, putInPlace } from '../../../db/backups/databases.ts';
import { listDrills } from '../../../db/backups/drills.ts';
import { askErasure } from '../../../db/erasure/erasures.ts';
import { roleUrl } from '../../../db/roles.ts';
import { openDatabase } from '../../../db/transaction.ts';
import { erasureDeadline } from '../../../law/answers.ts';
import { newContact } from '../../builders/contact.ts';
import { newDeletion } from '../../builders/deletion.ts';
import { newUser } from '../../builders/tenant.ts';
import { addressHash, domainHash } from '../../../providers/keyedHash.ts';
import { personHasher } from '../../../providers/personHashes.ts';
import { newWorkspace } from '../../db/world.ts';
import { checksums } from './checksums.ts';
import { backupWorld } from './world.ts';

let world: Awaited<ReturnType<typeof backupWorld>>;
let tenantId: string;
let hash: ReturnType<typeof personHasher>;
let deletedAccount: string;
/** Of that account, which was frozen when the backup was taken. */
let deletionId: string;
let gone: { id: string; email: string; addressHash: Buffer };
let stays: { id: string };
/** A contact with an address, one with a number only, a user. */
let erased: string[];
/** Backed up when everybody was there; the person and the account were erased afterwards. */
let name: string;
beforeAll(async () => {
  world = await backupWorld();
  const acme = await newWorkspace(world.base);
  ({ tenantId } = acme);
  hash = personHasher(world.addressKey, tenantId);
  const deleted = await newWorkspace(world.base);
  ({ tenantId: deletedAccount } = deleted);
  [gone, stays] = await world.db.inTenant(tenantId, async (tx) => [
    await newContact(tx, world.base.addressKey),
    await newContact(tx, world.base.addressKey),
  ]);
  const [leaver, numbered] = await world.db.inTenant(tenantId, async (tx) => [
    await newUser(tx, { email: 'leaver@acme.example' }),
    await tx.row<{ id: string }>(
      `insert into contacts (tenant_id, phone, first_name) values (decorum.tenant(), '+12125550147', 'Nora') returning id`,
    ),
  ]);
  erased = [gone.id, numbered.id, leaver.id];
  ({ deletionId } = await newDeletion(world, deletedAccount, { contacts: 1 }));
  await world.db.inTenant(deletedAccount, async (tx) => {
    const { id } = await tx.row<{ id: string }>(
      `insert into rehearsals (tenant_id, sequence_id, version, list_ids, mailbox_ids, re_enter, weeks, created_by)
       values (decorum.tenant(), $1, 1, '{}', '{}', 'once', 1, $2) returning copy_id as id`,
      [deleted.sequenceId, deleted.rep.id],
    );
    await tx.run(`select decorum.open_rehearsal($1)`, [id]);
  });
  ({ name } = await takeBackup(world));
  await world.db.inTenant(tenantId, (tx) => deleteContact(tx, gone.id, acme.rep.id, hash));
  await world.ledger.appendTombstones([
    { tenantId, kind: 'contact', hash: gone.addressHash, erasedAt: world.now() },
    { tenantId, kind: 'contact', hash: addressHash(world.addressKey, tenantId, '+12125550147'), erasedAt: world.now() },
    { tenantId, kind: 'user', hash: addressHash(world.addressKey, tenantId, 'leaver@acme.example'), erasedAt: world.now() },
    { tenantId: deletedAccount, kind: 'account', hash: Buffer.alloc(32), erasedAt: world.now() },
  ]);
});
afterAll(() => world.close());

async function ask<Row extends object>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
const drills = () => world.db.inTenant(tenantId, (tx) => listDrills(tx, 10));

test('a drill restores the newest, erases who was erased since, drops it, and is in the record', async () => {
  await drillRestore(world);
  expect(await drills()).toMatchObject([{ state: 'passed', erasures: 4, problem: null }]);
  const left = await ask(
    world.ownerUrl,
    `select from pg_database where datname like 'decorum_drill_' || (select oid from pg_database where datname = current_database()) || '%'`,
  );
  expect(left).toEqual([]);
});

test('a drill that fails is in the record with its reason', async () => {
  const failing: BackupWorld = {
    ...world,
    store: { ...world.store, getFile: () => Promise.reject(new Error('The store is away.')) },
  };
  await expect(drillRestore(failing)).rejects.toThrow('away');
  expect((await drills()).map(({ state, problem }) => ({ state, problem }))).toContainEqual({
    state: 'failed',
    problem: 'The store is away.',
  });
});

test('who was erased does not come back by a restore; everybody else does, row by row; until then nobody gets in', async () => {
  const target = `${world.ownerUrl}_restored`;
  const restored: BackupWorld & { end?: () => Promise<void> } = { ...world, ownerUrl: target };
  expect(await findDatabase(target)).toBe('absent');
  await putInPlace(target, async (url) => void (await restoreInto(world, name, url)));
  try {
    expect(await findDatabase(target)).toBe('used');
    const before = await checksums(target);
    const app = openDatabase({ url: roleUrl(target, 'decorum_app'), max: 1 });
    const find = () =>
      app.inTenant(tenantId, (tx) =>
        tx.rows<{ id: string }>(`select id from contacts where id in ($1, $2)`, [gone.id, stays.id]),
      );
    await expect(find()).rejects.toMatchObject({ code: 'DC024' });

    expect(await openAfterRestore(restored)).toEqual({
      erasures: 4,
      pausedMailboxes: expect.any(Number),
      workflows: expect.any(Number),
    });
    expect(await find()).toEqual([{ id: stays.id }]);
    await app.close();

    const left = await ask(
      target,
      `select id from contacts where email = $1 or tenant_id = $2 or id = any($3) union all select id from users where email = 'leaver@acme.example'`,
      [gone.email, deletedAccount, erased],
    );
    expect(left).toEqual([]);
    expect(await ask(target, `select from mailboxes where state = 'active'`)).toEqual([]);
    expect(await ask(target, `select from tenants where kind = 'rehearsal'`)).toEqual([]);
    expect(
      await ask(target, `select workflow_id as id from outbox where tenant_id = $1 and state = 'open'`, [deletedAccount]),
    ).toEqual([{ id: `deletion/${deletedAccount}/${deletionId}` }]);
    // Of the others, and of the tables that the two are not in, nothing has changed.
    const after = await checksums(target);
    const changed = Object.keys(before).filter((table) => before[table] !== after[table]);
    expect(changed).toEqual(expect.arrayContaining(['public.contacts', 'public.tombstones']));
    const others = `select md5(string_agg(c::text, ',' order by id)) as sum from contacts c where tenant_id = $1 and id <> all($2)`;
    const values = [tenantId, erased];
    expect(await ask(target, others, values)).toEqual(await ask(world.ownerUrl, others, values));
    await expect(openAfterRestore(restored)).rejects.toThrow('open');
  } finally {
    await ask(world.ownerUrl, `drop database "${databaseOf(target)}" with (force)`);
  }
});

test('who had another address when the backup was taken does not come back either, known by the id', async () => {
  const [moved, leaver] = await world.db.inTenant(tenantId, async (tx) => [
    await newContact(tx, world.base.addressKey),
    await newUser(tx, { email: 'old@acme.example' }),
  ]);
  const { name: before } = await takeBackup(world);
  const ids = await world.db.inTenant(tenantId, async (tx) => {
    const identity = {
      canonicalEmail: 'new@moved.example',
      companyKey: null,
      domainHash: domainHash(world.addressKey, tenantId, 'moved.example'),
    };
    const newHash = addressHash(world.addressKey, tenantId, identity.canonicalEmail);
    await changeContact(tx, moved.id, { email: 'new@moved.example' }, { ...identity, addressHash: newHash });
    await tx.run(`update users set email = 'new@acme.example' where id = $1`, [leaver.id]);
    const asked = { because: 'asked', askedBy: leaver.id, deadline: erasureDeadline } as const;
    return [
      await askErasure(tx, { ...asked, kind: 'contact', personId: moved.id }),
      await askErasure(tx, { ...asked, kind: 'user', personId: leaver.id }),
    ].map(({ id }) => id);
  });
  const { erasePerson } = erasureActivities({ db: world.db, addressKey: world.addressKey, backups: world });
  for (const id of ids) expect(await erasePerson(tenantId, id)).toBeNull();

  const target = `${world.ownerUrl}_moved`;
  await putInPlace(target, async (url) => void (await restoreInto(world, before, url)));
  try {
    const found = () =>
      ask(target, `select id from contacts where id = $1 union all select id from users where email = 'old@acme.example'`, [
        moved.id,
      ]);
    expect(await found()).toHaveLength(2);
    await openAfterRestore({ ...world, ownerUrl: target });
    expect(await found()).toEqual([]);
  } finally {
    await ask(world.ownerUrl, `drop database "${databaseOf(target)}" with (force)`);
  }
});

test('an erasure whose process died before it wrote into the ledger is written there before the next backup', async () => {
  const lines = () => readFileSync(world.ledgerFile, 'utf8').trimEnd().split('\n').length;
  const before = lines();
  const person = await world.db.inTenant(tenantId, (tx) => newContact(tx, world.base.addressKey));
  await world.db.inTenant(tenantId, (tx) => deleteContact(tx, person.id, person.id, hash));
  await takeBackup(world);
  expect(lines()).toBe(before + 2); // of the address and of the id
  await takeBackup(world);
  expect(lines()).toBe(before + 2);
});

test('a ledger that was cut since the backup opens nothing', async () => {
  const { name: later } = await takeBackup(world);
  const target = `${world.ownerUrl}_cut`;
  const lines = readFileSync(world.ledgerFile, 'utf8');
  await putInPlace(target, async (url) => void (await restoreInto(world, later, url)));
  try {
    writeFileSync(world.ledgerFile, lines.slice(0, lines.indexOf('\n') + 1));
    await expect(openAfterRestore({ ...world, ownerUrl: target })).rejects.toThrow('not the one that was there');
    expect(await ask(target, 'select from database_open')).toEqual([]);
    writeFileSync(world.ledgerFile, lines);
    await openAfterRestore({ ...world, ownerUrl: target });
    expect(await ask(target, 'select from database_open')).toHaveLength(1);
  } finally {
    await ask(world.ownerUrl, `drop database "${databaseOf(target)}" with (force)`);
  }
});
