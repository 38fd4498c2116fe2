import { randomBytes } from 'node:crypto';
import { cancelDeletion, wakeHeld } from '../../db/deletion/asking.ts';
import { listCertificates } from '../../db/deletion/certificates.ts';
import { readDeletion } from '../../db/deletion/record.ts';
import { placeHold, releaseHold } from '../../db/legalHolds.ts';
import { checkCertificate } from '../../providers/certificateSignature.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { jwksOf, newDeletion } from '../builders/deletion.ts';
import { newSequence } from '../builders/sequence.ts';
import { newUser } from '../builders/tenant.ts';
import { keep, runsOf } from './histories.ts';
import { startWorld, type World } from './world.ts';

const START = '2026-11-24T15:00:00Z';
const DAY = 86_400_000;
const certificates = clearanceSigner([randomBytes(32)]);
/** What the next activities meet: each function is asked once for each call, and may throw. */
let meet: (activity: string, moment: 'before' | 'after') => Promise<void> | void = () => undefined;
let files: { name: string; takenAt: Date }[] = [];
let world: World;
const newWorld = (forgetful?: true): Promise<World> =>
  startWorld({
    at: START,
    ...(forgetful && { forgetful }),
    watch: (moment, activity) => meet(activity, moment),
    deletion: {
      certificates,
      backupStore: { list: () => Promise.resolve(files) },
      alarmTo: 'operator@system.example',
    },
  });
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world.end());
beforeEach(() => {
  meet = () => undefined;
  files = [];
});

type Made = Awaited<ReturnType<typeof newDeletion>>;
async function deletion(facts: Parameters<typeof newDeletion>[2] = {}): Promise<Made> {
  const made = await newDeletion(world, await world.newTenant(), facts);
  await world.rest();
  return made;
}
const day = ({ askedAt }: Made, n: number) => new Date(askedAt.getTime() + n * DAY);
const inIt = <T>({ tenantId }: Made, work: Parameters<typeof world.db.inTenant<T>>[1]) => world.db.inTenant(tenantId, work);
const record = (made: Made) => inIt(made, (tx) => readDeletion(tx, made.deletionId));
const contacts = async ({ tenantId }: Made) => (await world.ask(`select from contacts where tenant_id = $1`, [tenantId])).length;
const promises = async ({ deletionId }: Made) =>
  Object.fromEntries(
    (
      await world.ask<{ kind: string; state: string }>(`select kind, state from obligations where subject_id = $1`, [deletionId])
    ).map(({ kind, state }) => [kind, state]),
  );

interface Words {
  kind: string;
  partial: boolean;
  nodes: { node: string; rows: number; state: string }[];
}
async function certificate(made: Made, kind: 'live' | 'final'): Promise<Words> {
  const found = (await inIt(made, (tx) => listCertificates(tx, made.deletionId))).find((one) => one.kind === kind);
  const checked = checkCertificate(found?.jws ?? '', jwksOf(certificates.publicKeys));
  if (!checked.genuine) throw new Error(checked.problem);
  return checked.certificate as unknown as Words;
}

test('the whole 60 days: frozen, purged after the grace, and closed when no backup can restore anybody', async () => {
  const made = await deletion();
  await world.passUntil(new Date(day(made, 14).getTime() - 60_000));
  expect({ contacts: await contacts(made), state: (await record(made)).state }).toEqual({ contacts: 3, state: 'frozen' });
  await world.passUntil(new Date(day(made, 14).getTime() + 60_000));
  await purged(made);
  expect(await contacts(made)).toBe(0);
  expect(await promises(made)).toEqual({ 'deletion.live': 'met', 'deletion.backups': 'open' });
  expect(await certificate(made, 'live')).toMatchObject({ kind: 'live systems', partial: false });
  await world.passUntil(new Date(day(made, 59).getTime() + 60_000));
  await closed(made);
  expect(await promises(made)).toEqual({ 'deletion.live': 'met', 'deletion.backups': 'met' });
  const final = await certificate(made, 'final');
  expect(final).toMatchObject({ kind: 'final', partial: false });
  expect(final.nodes.find(({ node }) => node === 'table:contacts')).toMatchObject({ rows: 3, state: 'done' });
  keep((await runsOf(world, `deletion/${made.tenantId}/${made.deletionId}`))[0], 'accountDeletion/sixtyDays');
});

test('cancelled on day 13: the account goes on, and nothing was erased', async () => {
  const made = await deletion();
  await world.passUntil(day(made, 13));
  expect(await inIt(made, (tx) => cancelDeletion(tx, made.deletionId, made.ownerId))).toBe(true);
  await world.passUntil(day(made, 70));
  expect({ contacts: await contacts(made), state: (await record(made)).state }).toEqual({ contacts: 3, state: 'cancelled' });
  expect(await promises(made)).toEqual({ 'deletion.live': 'void', 'deletion.backups': 'void' });
  expect(await world.ask(`select from sending_stops where tenant_id = $1`, [made.tenantId])).toEqual([]);
  const [run] = await runsOf(world, `deletion/${made.tenantId}/${made.deletionId}`);
  keep(run, 'accountDeletion/cancelled');
});

test('a hold placed between two batches stops the next, and its release goes on at once', async () => {
  const made = await deletion({ contacts: 6, graceDays: 1 });
  let holdId = '';
  let batches = 0;
  meet = async (activity, moment) => {
    if (activity !== 'eraseNext' || moment !== 'after' || holdId !== '') return;
    batches += 1;
    if (batches === 3) holdId = await hold(made);
  };
  await world.passUntil(new Date(day(made, 1).getTime() + 60_000));
  const left = await contacts(made);
  await world.passUntil(day(made, 20));
  expect({ contacts: await contacts(made), state: (await record(made)).state }).toEqual({ contacts: left, state: 'purging' });
  await release(made, holdId);
  await purged(made);
  expect(await contacts(made)).toBe(0);
  expect((await certificate(made, 'live')).nodes.find(({ node }) => node === 'table:contacts')).toMatchObject({ rows: 6 });
});

test('a hold wins over every date, and lifted on day 40 the purge is done the same day', async () => {
  const made = await deletion();
  await world.passUntil(day(made, 2));
  const holdId = await hold(made);
  await world.passUntil(day(made, 40));
  expect(await contacts(made)).toBe(3);
  await release(made, holdId);
  await purged(made);
  expect((await record(made)).purgedAt?.getTime()).toBeLessThan(day(made, 40).getTime() + 3_600_000);
  expect(await promises(made)).toMatchObject({ 'deletion.live': 'late' });
  expect(told(made)).toEqual([]); // a hold is no failure
});

test('a worker that dies at each node does nothing twice: each appears once in the certificate', async () => {
  const made = await deletion({ contacts: 3, graceDays: 0 });
  const died = new Map<string, number>();
  meet = (activity, moment) => {
    const times = died.get(`${moment} ${activity}`) ?? 0;
    if (times > 0 || ['lookAtDeletion', 'noteFailedDeletion'].includes(activity)) return;
    died.set(`${moment} ${activity}`, 1);
    throw new Error('the worker died');
  };
  await purged(made);
  expect([...died.keys()].filter((name) => name.startsWith('after'))).toHaveLength(7);
  const { nodes } = await certificate(made, 'live');
  expect(new Set(nodes.map(({ node }) => node)).size).toBe(nodes.length);
  expect(nodes.filter(({ rows }) => rows > 0).map(({ node, rows }) => [node, rows])).toEqual(
    expect.arrayContaining([
      ['table:contacts', 3],
      ['table:users', 1],
    ]),
  );
});

test.each([
  { kind: 'live', state: 'purged', graceDays: 0 },
  { kind: 'final', state: 'closed', graceDays: 25 },
] as const)(
  'a certificate, $kind, that could not be signed when all was done is signed later',
  async ({ kind, state, graceDays }) => {
    const made = await deletion({ graceDays });
    let failing = true;
    meet = async (activity, moment) => {
      if (activity !== 'certify' || moment !== 'before' || (await record(made)).state !== state) return;
      if (failing) throw new Error('the signer is away');
    };
    if (kind === 'final') await world.passUntil(new Date(day(made, 59).getTime() + 60_000));
    await reaches(made, [state]);
    await world.pass(60_000);
    failing = false;
    await world.pass(20 * 60_000);
    await (kind === 'live' ? purged(made) : closed(made));
    expect(await certificate(made, kind)).toMatchObject({ partial: false });
  },
);

test('the copy of a rehearsal that is played when the account goes, goes with it', async () => {
  const tenantId = await world.newTenant();
  const copyId = await world.db.inTenant(tenantId, async (tx) => {
    const rep = await newUser(tx);
    const sequenceId = await newSequence(tx, { by: rep.id });
    const { id } = await tx.row<{ id: string }>(
      `insert into rehearsals (tenant_id, sequence_id, version, list_ids, mailbox_ids, re_enter, weeks, created_by)
       values (decorum.tenant(), $1, 1, '{}', '{}', 'once', 1, $2) returning copy_id as id`,
      [sequenceId, rep.id],
    );
    await tx.run(`select decorum.open_rehearsal($1)`, [id]);
    return id;
  });
  expect(await world.ask(`select from tenants where id = $1`, [copyId])).toHaveLength(1);
  await purged(await newDeletion(world, tenantId, { graceDays: 0 }));
  expect(await world.ask(`select from tenants where id = $1`, [copyId])).toEqual([]);
});

test('a store that fails until day 29: officers and operator hear of it on days 25 and 28, and the date is kept', async () => {
  const made = await deletion({ graceDays: 24 });
  meet = async (activity, moment) => {
    if (activity === 'eraseNext' && moment === 'before' && (await world.now()) < day(made, 29))
      throw new Error('the store is away');
  };
  await world.passUntil(new Date(day(made, 25).getTime() - 60_000));
  expect(told(made)).toEqual([]);
  await world.passUntil(new Date(day(made, 28).getTime() + 3_600_000));
  expect(told(made)).toEqual([made.ownerEmail, made.ownerEmail]);
  expect((await record(made)).toldDay).toBe(28);
  await world.passUntil(new Date(day(made, 29).getTime() + 3_600_000));
  await purged(made);
  expect(await promises(made)).toMatchObject({ 'deletion.live': 'met' });
});

test('while a backup of before the purge is in the store the deletion stays open, and it is told', async () => {
  const made = await deletion({ graceDays: 25 });
  files = [{ name: 'old', takenAt: day(made, 24) }];
  await world.passUntil(new Date(day(made, 60).getTime() + 3_600_000));
  expect((await record(made)).state).toBe('purged');
  expect(told(made)).toEqual([]); // nobody of the workspace is left to be told
  expect(mailTo('operator@system.example', made)).toHaveLength(1);
  files = [];
  await closed(made);
  expect(await certificate(made, 'final')).toMatchObject({ partial: false });
});

test('the key destroyed and no worker with anything in memory, day 60 still closes', async () => {
  await world.end();
  world = await newWorld(true);
  const made = await deletion();
  await world.passUntil(new Date(day(made, 14).getTime() + 60_000));
  await purged(made);
  const [key] = await world.ask(`select from tenant_keys where tenant_id = $1 and wrapped is null`, [made.tenantId]);
  expect(key).toBeDefined();
  await world.passUntil(day(made, 60));
  await closed(made);
});

async function hold(made: Made): Promise<string> {
  return inIt(made, (tx) =>
    placeHold(tx, { kind: 'account', matter: '', reason: 'A letter of the court', contactIds: [] }, made.ownerId),
  );
}
async function release(made: Made, holdId: string): Promise<void> {
  await inIt(made, async (tx) => {
    await releaseHold(tx, holdId, 'Settled', made.ownerId);
    await wakeHeld(tx);
  });
  await world.rest();
}
const mailTo = (address: string, { deletionId }: Made) =>
  world.sink.records.filter(({ to, messageId }) => to === address && messageId.includes(deletionId));
const told = (made: Made) => mailTo(made.ownerEmail, made).map(({ to }) => to);

/** What the workflow does between two looks is owed to nobody, so the world may rest before it. */
async function reaches(made: Made, states: readonly string[]): Promise<void> {
  for (const patient = AbortSignal.timeout(50_000); !states.includes((await record(made)).state); await world.pass(60_000))
    patient.throwIfAborted();
  await world.rest();
}
async function purged(made: Made): Promise<void> {
  await reaches(made, ['purged', 'closed']);
  for (const patient = AbortSignal.timeout(50_000); !(await isCertified(made)); await world.pass(60_000))
    patient.throwIfAborted();
}
const isCertified = async (made: Made) => (await inIt(made, (tx) => listCertificates(tx, made.deletionId))).length > 0;
async function closed(made: Made): Promise<void> {
  await reaches(made, ['closed']);
  const isFinal = async () => (await inIt(made, (tx) => listCertificates(tx, made.deletionId))).length === 2;
  for (const patient = AbortSignal.timeout(50_000); !(await isFinal()); await world.pass(60_000)) patient.throwIfAborted();
}
