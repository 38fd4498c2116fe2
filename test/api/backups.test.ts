import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { takeBackup } from '../../activities/backups/take.ts';
import { folderStore } from '../../providers/backup/folderStore.ts';
import { openLedger } from '../../providers/backup/ledger.ts';
import { serve } from './serve.ts';

const hour = 60 * 60 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'backups-'));
let now = new Date('2026-11-25T03:00:00Z');
let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
let owner: pg.Client;
beforeAll(async () => {
  api = await serve({ now: () => now });
  acme = await api.workspace();
  owner = new pg.Client({ connectionString: api.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await api.close();
  rmSync(folder, { recursive: true });
});

test('where none was ever begun nothing is wrong, and nothing is there', async () => {
  expect((await acme.operator.get('/v1/backups')).body).toEqual({ troubles: [], backups: [], drills: [] });
});

test('a backup is shown to officers, operators and owners of any workspace; without it in time, that too', async () => {
  const { id, name } = await takeBackup({
    ownerUrl: api.ownerUrl,
    db: api.db,
    vault: api.deps.vault,
    addressKey: api.deps.addressKey,
    store: folderStore(folder),
    ledger: openLedger({ file: join(folder, 'erasures.ledger'), key: randomBytes(32) }),
    keepDays: 28,
    now: () => now,
    log: pino({ level: 'silent' }),
  });
  for (const who of [acme.officer, acme.operator, acme.owner, (await api.workspace()).operator]) {
    expect((await who.get('/v1/backups')).body).toMatchObject({
      troubles: [],
      backups: [{ id, name, state: 'good', expiresAt: '2026-12-23T03:00:00.000Z', verifiedAt: null }],
    });
  }
  expect((await acme.rep.get('/v1/backups')).status).toBe(403);

  now = new Date(now.getTime() + 26 * hour + 1);
  expect((await acme.officer.get('/v1/backups')).body).toMatchObject({ troubles: [{ what: 'overdue', subjectId: id }] });
});

test('a drill that failed is wrong until another one passes', async () => {
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const drill = (state: string, minutes: number) =>
    owner.query(`insert into restore_drills (id, state, started_at, ended_at, problem) values ($1, $2, $3, $4, $5)`, [
      randomUUID(),
      state,
      at(minutes),
      at(minutes + 1),
      state === 'failed' ? 'The disk is full.' : null,
    ]);
  const troubles = async () =>
    ((await acme.officer.get('/v1/backups')).body as { troubles: { what: string }[] }).troubles.map(({ what }) => what);
  await drill('failed', 1);
  expect(await troubles()).toEqual(['overdue', 'drill_failed']);
  await drill('passed', 2);
  expect(await troubles()).toEqual(['overdue']);
});

test('a database that was restored answers nobody until it is opened, and says when to ask again', async () => {
  await owner.query('delete from database_open');
  for (const reply of [await acme.owner.get('/v1/contacts'), await acme.rep.get('/v1/session')]) {
    expect(reply).toMatchObject({ status: 503, body: { type: '/problems#closed-after-restore' } });
    expect(reply.headers.get('retry-after')).toBe('60');
  }
  await owner.query('insert into database_open default values');
  expect((await acme.owner.get('/v1/contacts')).status).toBe(200);
});
