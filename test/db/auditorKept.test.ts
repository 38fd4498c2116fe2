import { randomUUID } from 'node:crypto';
import { erasureDeadline } from '../../law/answers.ts';
import { newContact } from '../builders/contact.ts';
import { Auditing } from './auditing.ts';
import { newWorkspace, start, World } from './world.ts';

const DAY = 24 * 3_600_000;
let world: World;
let auditing: Auditing;
let tenantId: string;

beforeAll(async () => {
  world = await World.open();
  auditing = new Auditing(world);
  ({ tenantId } = await newWorkspace(world));
});
afterAll(async () => {
  await auditing.watcher.close();
  await world.close();
});

const plant = (sql: string, values: unknown[] = []) => world.owner.query(sql, values);

/** An obligation that was called kept. */
async function called(
  kind: string,
  subjectId: string,
  { dueAt, basis }: { dueAt: Date; basis: unknown },
  startedAt = start,
): Promise<string> {
  const { rows } = await plant(
    `insert into obligations (tenant_id, kind, clause, citation, subject_kind, subject_id, basis, started_at, due_at, state, met_at, workflow_id)
     values ($1, $2, 'P8', 'test', 'test', $3, $4, $5, $6, 'met', $5, 'none') returning id`,
    [tenantId, kind, subjectId, JSON.stringify(basis), startedAt, dueAt],
  );
  const [{ id }] = rows as [{ id: string }];
  return id;
}
const left = async () =>
  (await auditing.findings('kept_in_name_only')).filter(({ mended }) => !mended).map(({ subject }) => subject);

test('a person who was called erased and is still among the contacts, and an erasure without its promise', async () => {
  const contact = await world.db.inTenant(tenantId, (tx) => newContact(tx, world.addressKey));
  const erasureId = randomUUID();
  await plant(
    `insert into erasures (tenant_id, id, kind, person_id, because, state, asked_by, asked_at, due_at, erased_at) values ($1, $2, 'contact', $3, 'asked', 'erased', $2, $4, $4, $4)`,
    [tenantId, erasureId, contact.id, start],
  );
  await auditing.look();
  await plant(`update auditor_findings set first_seen_at = first_seen_at - interval '1 hour'`);
  expect(await auditing.newly('workflow_without_obligation')).toEqual([`erasure/${tenantId}/${erasureId}`]);
  const id = await called('person.erased', erasureId, erasureDeadline(start));
  expect(await auditing.newly('kept_in_name_only')).toEqual([id]);
  await plant(`delete from contacts where id = $1`, [contact.id]);
  await auditing.look();
  expect(await left()).toEqual([]);
  await plant(`update erasures set state = 'erasing', erased_at = null where id = $1`, [erasureId]);
  expect(await auditing.newly('kept_in_name_only')).toEqual([id]);
  await plant(`delete from obligations where id = $1`, [id]);
});

test('a registry that was called renewed and whose old edition is still asked', async () => {
  const edition = randomUUID();
  await plant(
    `insert into call_registries (tenant_id, list, area_code, edition, data_on, account, numbers, loaded_at)
     values ($1, 'federal', 212, $2, '2026-11-01', 'a', 1, clock_timestamp())`,
    [tenantId, edition],
  );
  const dates = { dueAt: new Date('2026-12-02T00:00:00Z'), basis: { dataOn: '2026-11-01' } };
  const id = await called('registry.fresh', edition, dates);
  expect(await auditing.newly('kept_in_name_only')).toEqual([id]);
  await plant(`update call_registries set edition = gen_random_uuid()`);
  await auditing.look();
  expect(await left()).toEqual([]);
});

test('a backup that was called sound and still cannot be read', async () => {
  const backupId = randomUUID();
  await plant(
    `insert into backups (id, name, state, taken_at, expires_at, format) values ($1, 'b', 'unreadable', $2, $2::timestamptz + interval '30 days', 'copy')`,
    [backupId, start],
  );
  const id = await called('backup.sound', backupId, { dueAt: new Date(start.getTime() + DAY), basis: { what: 'unreadable' } });
  expect(await auditing.newly('kept_in_name_only')).toEqual([id]);
  expect((await auditing.findings('backups_unsound')).map(({ subject }) => subject)).toContain(`unreadable ${backupId}`);
  await plant(`update backups set state = 'good' where id = $1`, [backupId]);
  await auditing.look();
  expect(await left()).toEqual([]);
});

test.each([
  { what: 'overdue', state: 'good', hours: 27, drill: null },
  { what: 'too_old', state: 'good', hours: 30 * 24 + 1, drill: null },
  { what: 'missing', state: 'missing', hours: 0, drill: null },
  { what: 'drill_failed', state: 'good', hours: 0, drill: 'failed' },
  { what: 'drill_overdue', state: 'good', hours: 8 * 24 + 1, drill: 'passed' },
] as const)('backups: $what', async ({ what, state, hours, drill }) => {
  await plant(`delete from restore_drills`);
  await plant(`delete from backups`);
  world.now = new Date(start.getTime() + 400 * DAY);
  const at = new Date(world.now.getTime() - hours * 3_600_000);
  const id = randomUUID();
  await plant(
    `insert into backups (id, name, state, taken_at, expires_at, format) values ($1, 'b', $2, $3, $3::timestamptz + interval '30 days', 'copy')`,
    [id, state, at],
  );
  if (drill)
    await plant(`insert into restore_drills (id, backup_id, state, started_at, ended_at) values ($1, $1, $2, $3, $3)`, [
      id,
      drill,
      at,
    ]);
  expect(await auditing.newly('backups_unsound')).toContain(`${what} ${id}`);
});
