import { runExport, type ExportRun } from '../../activities/exports/runExport.ts';
import { deleteContact } from '../../db/contacts.ts';
import { bytesOf } from '../../db/exports/archive.ts';
import { forgetInArchives } from '../../db/exports/erasing.ts';
import { cancelExport, findExport, finishExport } from '../../db/exports/exports.ts';
import { startExport } from '../../db/exports/start.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { personHasher } from '../../providers/personHashes.ts';
import { endedOrStuck, newPeople, newWorkspace, type Workspace, World } from '../db/world.ts';
import { opened } from './unzip.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const ask = ({ tenantId }: Workspace, contactId: string | null = null) =>
  world.db.inTenant(tenantId, (tx) => startExport(tx, { contactId, askedBy: null, deadline: portabilityDeadline }));
const look = ({ tenantId }: Workspace, id: string) => world.db.inTenant(tenantId, (tx) => findExport(tx, id));
const run = (facts: Partial<ExportRun> = {}): ExportRun => ({
  db: world.db,
  addressKey: world.addressKey,
  onProgress: () => undefined,
  isOver: () => true, // a piece a turn: wherever it can be cut, it is
  ...facts,
});

async function written(workspace: Workspace, exportId: string, facts: Partial<ExportRun> = {}): Promise<Buffer> {
  while (await runExport(run(facts), workspace.tenantId, exportId));
  const { bytes } = (await look(workspace, exportId)) ?? { bytes: 0 };
  const pieces: Buffer[] = [];
  for await (const piece of bytesOf(world.db, workspace.tenantId, exportId, 0, bytes)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function exported(workspace: Workspace, contactId: string | null = null) {
  const { exportId } = await ask(workspace, contactId);
  return { exportId, ...(await opened(await written(workspace, exportId))) };
}

describe('an account', () => {
  test('leaves whole, table by table, with sums that hold', async () => {
    const workspace = await newWorkspace(world);
    const people = await newPeople(world, workspace, 12);
    const { exportId, manifest, rows } = await exported(workspace);
    expect(new Set(rows('contacts').map(({ id }) => id))).toEqual(new Set(people.map(({ contact }) => contact.id)));
    expect(rows('sends')).toHaveLength(12);
    expect(rows('tenants')).toMatchObject([{ id: workspace.tenantId, name: 'Acme' }]);
    expect(rows('users')).toMatchObject([{ email: workspace.rep.email }]);
    expect(rows('sequence_versions')[0]?.definition).toContain('steps');
    expect(manifest).toMatchObject({ account: workspace.tenantId, contact: null });
    expect(manifest.empty).toContain('breach_incidents');
    expect(await look(workspace, exportId)).toMatchObject({ state: 'done', rowsWritten: expect.any(Number) });
    const [kept] = await world.db.inTenant(workspace.tenantId, (tx) =>
      tx.rows(`select clause, state, evidence->>'sha256' is not null as proved from obligations where kind = 'export.ready'`),
    );
    expect(kept).toEqual({ clause: 'P8', state: 'met', proved: true });
  });

  test('takes every table that holds something of it: what is in none of the files is said to be left out', async () => {
    const { manifest, rows } = await exported(await newWorkspace(world));
    const { rows: tables } = await world.owner.query<{ name: string }>(`
      select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname <> 'tenant_id'
        and col_description(c.oid, a.attnum) ~ '; (account|contact|user); ' and has_table_privilege('decorum_app', c.oid, 'select')
        and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')`);
    expect(tables.length).toBeGreaterThan(40);
    const known = new Set([...manifest.empty, ...manifest.omitted.map(({ what }) => what)]);
    expect(tables.filter(({ name }) => !known.has(name) && rows(name).length === 0)).toEqual([]);
  });

  test('never leaves with its secrets', async () => {
    const workspace = await newWorkspace(world);
    await world.db.inTenant(workspace.tenantId, async (tx) => {
      await tx.run(`update users set password_hash = 'HUSH-password', totp_secret = 'HUSH-totp'`);
      await tx.run(`update mailboxes set smtp_secret = 'HUSH-smtp', dkim_secret = 'HUSH-dkim', smtp_user = 'HUSH-user'`);
    });
    const { text, manifest, rows } = await exported(workspace);
    expect(text).not.toContain('HUSH');
    expect(manifest.omitted).toContainEqual({ what: 'users.password_hash', because: 'secret' });
    const left = ['users', 'mailboxes', 'enrolments'].flatMap((table) => Object.keys(rows(table)[0] ?? {}));
    expect(left.filter((column) => /secret|password|token|mail_key/.test(column))).toEqual([]);
  });

  test('runs nothing in a spreadsheet, and loses no letter', async () => {
    const workspace = await newWorkspace(world);
    const [person] = await newPeople(world, workspace, 1);
    const first = '=HYPERLINK("http://x.example";"a,b")\n2nd line';
    await world.db.inTenant(workspace.tenantId, (tx) =>
      tx.run(`update contacts set first_name = $1, last_name = 'Łukasz 李', phone = '+12125550101', tags = '{a,"b,c"}'`, [first]),
    );
    const [row] = (await exported(workspace)).rows('contacts');
    expect(row).toMatchObject({
      id: person?.contact.id,
      first_name: `'${first}`,
      last_name: 'Łukasz 李',
      phone: "'+12125550101",
    });
    expect(JSON.parse(row?.tags ?? '')).toEqual(['a', 'b,c']);
    expect(row?.created_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test('leaves with nothing of another', async () => {
    const [mine, theirs] = [await newWorkspace(world), await newWorkspace(world)];
    const [person] = await newPeople(world, theirs, 1);
    const { text } = await exported(mine);
    expect(text).not.toContain(theirs.tenantId);
    expect(text).not.toContain(person?.contact.email ?? '?');
  });

  test('is one archive however often it is asked for, and whoever writes it', async () => {
    const workspace = await newWorkspace(world);
    await newPeople(world, workspace, 3);
    const first = await ask(workspace);
    expect(first.isNew).toBe(true);
    expect(await ask(workspace)).toEqual({ exportId: first.exportId, isNew: false });
    const both = [written(workspace, first.exportId), written(workspace, first.exportId)];
    const [zip] = await Promise.all(both);
    expect((await opened(zip ?? Buffer.alloc(0))).rows('contacts')).toHaveLength(3);
  });

  test('goes on where it was broken off', async () => {
    const workspace = await newWorkspace(world);
    await newPeople(world, workspace, 3);
    const { exportId } = await ask(workspace);
    let pieces = 0;
    let last = 3;
    const killed = {
      onProgress() {
        pieces += 1;
        if (pieces < last) return;
        last += Math.ceil(last / 2); // and each time a little later, or it would never read to the end
        throw new Error('killed');
      },
      isOver: () => false,
    };
    for (let broken = 0; ; broken += 1) {
      try {
        const zip = await written(workspace, exportId, killed);
        expect((await opened(zip)).rows('contacts')).toHaveLength(3);
        expect(broken).toBeGreaterThan(3);
        return;
      } catch (error) {
        expect((error as Error).message).toBe('killed');
      }
    }
  });

  test('is written no further once it is cancelled, and nothing of it stays', async () => {
    const workspace = await newWorkspace(world);
    const { exportId } = await ask(workspace);
    for (let turn = 0; turn < 4; turn += 1) await runExport(run(), workspace.tenantId, exportId);
    const cancel = () => world.db.inTenant(workspace.tenantId, (tx) => cancelExport(tx, exportId));
    expect(await cancel()).toBe(true);
    expect(await runExport(run(), workspace.tenantId, exportId)).toBe(false);
    expect(await look(workspace, exportId)).toMatchObject({ state: 'cancelled' });
    expect(await world.db.inTenant(workspace.tenantId, (tx) => tx.rows(`select from export_chunks`))).toEqual([]);
    expect(await cancel()).toBe(false);
  });
});

describe('a person', () => {
  test('who is erased is in no archive: one that is there goes, one that is being written begins anew', async () => {
    const workspace = await newWorkspace(world);
    const [ann] = await newPeople(world, workspace, 2);
    const { exportId: done } = await exported(workspace);
    const { exportId: ofAnn } = await ask(workspace, ann?.contact.id);
    const { exportId: running } = await ask(workspace);
    for (let turn = 0; turn < 6; turn += 1) await runExport(run(), workspace.tenantId, running);
    const { state, bytes = 0 } = (await look(workspace, running)) ?? {};
    expect({ state, hasBegun: bytes > 0 }).toEqual({ state: 'running', hasBegun: true });
    const hash = personHasher(world.addressKey, workspace.tenantId);
    await world.db.inTenant(workspace.tenantId, (tx) => deleteContact(tx, ann?.contact.id ?? '', workspace.rep.id, hash));
    expect(await world.db.inTenant(workspace.tenantId, (tx) => tx.rows(`select from export_chunks`))).toEqual([]);
    expect(await look(workspace, done)).toMatchObject({ state: 'expired' });
    expect(await look(workspace, ofAnn)).toMatchObject({ state: 'cancelled' });
    const { rows } = await opened(await written(workspace, running));
    expect(rows('contacts')).toHaveLength(1);
  });

  test('who is erased is not in an archive that is just becoming whole either', async () => {
    const workspace = await newWorkspace(world);
    const [ann] = await newPeople(world, workspace, 1);
    const { exportId } = await ask(workspace);
    for (let turn = 0; turn < 3; turn += 1) await runExport(run(), workspace.tenantId, exportId);
    const inIt = <T>(work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(workspace.tenantId, work);
    let forgetting: Promise<void> = Promise.resolve();
    await inIt(async (tx) => {
      expect(await finishExport(tx, exportId, Buffer.alloc(32), 0)).toBe(true);
      forgetting = inIt((other) => forgetInArchives(other, ann?.contact.id ?? ''));
      await endedOrStuck(world, forgetting);
    });
    await forgetting;
    expect(await look(workspace, exportId)).toMatchObject({ state: 'expired' });
    expect(await inIt((tx) => tx.rows(`select from export_chunks`))).toEqual([]);
  });

  test('gets what is about them, and nothing about anybody else', async () => {
    const workspace = await newWorkspace(world);
    const [ann, bob] = await newPeople(world, workspace, 2);
    const { manifest, rows, text } = await exported(workspace, ann?.contact.id ?? null);
    expect(rows('contacts')).toMatchObject([{ id: ann?.contact.id, email: ann?.contact.email }]);
    expect(rows('sends')).toMatchObject([{ id: ann?.sendId }]);
    expect(rows('enrolments')).toMatchObject([{ id: ann?.enrolment.id }]);
    expect(text).not.toContain(bob?.contact.email ?? '?');
    expect(text).not.toContain(bob?.contact.id ?? '?');
    expect(text).not.toContain(workspace.rep.email);
    expect(manifest.contact).toBe(ann?.contact.id);
  });

  test('gets the refused rows in which their address stands, not those of an address that ends or begins with it', async () => {
    const workspace = await newWorkspace(world);
    const [ann] = await newPeople(world, workspace, 1, () => ({ email: 'ann@mill.example' }));
    await world.db.inTenant(workspace.tenantId, async (tx) => {
      const { id } = await tx.row<{ id: string }>(
        `insert into imports (tenant_id, file_name, created_by) values (decorum.tenant(), 'x.csv', $1) returning id`,
        [workspace.rep.id],
      );
      const refused = [
        'joann@mill.example',
        'jo-ann@mill.example',
        'ann@mill.example.org',
        ' Ann@Mill.example',
        '<ann@mill.example>.',
        "'ann@mill.example'",
      ];
      await tx.run(
        `insert into import_refusals (tenant_id, import_id, row_number, reason, cells)
         select decorum.tenant(), $1, n, 'duplicate', jsonb_build_array('row ' || n, cell) from unnest($2::text[]) with ordinality as r(cell, n)`,
        [id, refused],
      );
    });
    const { rows } = await exported(workspace, ann?.contact.id ?? null);
    expect(rows('import_refusals').map(({ cells }) => (JSON.parse(cells ?? '') as string[])[0])).toEqual([
      'row 4',
      'row 5',
      'row 6',
    ]);
  });

  test('is found in every table with data of people, but where a row is of no one person', async () => {
    const workspace = await newWorkspace(world);
    const [ann] = await newPeople(world, workspace, 1);
    const { manifest } = await exported(workspace, ann?.contact.id ?? null);
    const untold = manifest.omitted.filter(({ because }) => because === 'not of one person').map(({ what }) => what);
    expect(untold).toEqual([
      'company_first_touches', // counts of a company's day
      'import_chunks', // a file that is being brought in
      'launch_lists', // how far a list has been enrolled
      'obligations', // proof, by the id of the deed
      'suppression_batches', // how far a batch has been swept
      'tombstones', // of people who are gone
    ]);
  });
});
