import { approve } from '../../db/breach/approving.ts';
import { askForHold, confirmHold } from '../../db/breach/holds.ts';
import { closeIncident, findIncident, listEvents } from '../../db/breach/incidents.ts';
import { fileLine, listLines } from '../../db/breach/lines.ts';
import { addScope } from '../../db/breach/scopes.ts';
import { newAffected, newIncident, type NewIncident } from '../builders/incident.ts';
import { keep, personalDataIn, runsOf } from './histories.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorld, type World } from './world.ts';

const START = '2026-11-24T15:00:00Z';
const HOUR = 3_600_000;
let world: World;
beforeAll(async () => {
  world = await startWorld({ at: START });
});
afterAll(() => world.end());

/** An incident discovered now less `hoursAgo`, with the instants of its hours. */
async function incident(hoursAgo = 0, options: Parameters<typeof newIncident>[3] = {}) {
  const discovered = new Date((await world.now()).getTime() - hoursAgo * HOUR);
  const made = await newIncident(world, await world.newTenant(), { discoveredAt: discovered.toISOString() }, options);
  await world.rest();
  return { ...made, hour: (n: number) => new Date(discovered.getTime() + n * HOUR) };
}
const mailed = ({ emails }: Pick<NewIncident, 'emails'>) =>
  world.sink.records
    .filter(({ to }) => emails.includes(to))
    .map(({ to }) => to)
    .sort();
/** Everybody has the notice; what the workflow does between two looks is owed to nobody, so the world may rest before it. */
async function told(made: NewIncident, people = made.emails.length): Promise<void> {
  for (const patient = AbortSignal.timeout(20_000); mailed(made).length < people || !(await isSettled(made)); await sleep(20)) {
    patient.throwIfAborted();
  }
}
const isSettled = async ({ incidentId }: NewIncident) =>
  (await world.ask(`select from breach_people where incident_id = $1 and notice = 'sending' limit 1`, [incidentId])).length === 0;
const lines = ({ tenantId, incidentId }: NewIncident) => world.db.inTenant(tenantId, (tx) => listLines(tx, incidentId));
const events = ({ tenantId, incidentId }: NewIncident) => world.db.inTenant(tenantId, (tx) => listEvents(tx, incidentId));
const promise = async (made: NewIncident) => (await lines(made)).find(({ key }) => key === 'promise');
/** The promise once it is closed: a moment after the last notice. */
async function closedPromise(made: NewIncident) {
  for (const patient = AbortSignal.timeout(20_000); ; await sleep(20)) {
    const line = await promise(made);
    if (line?.metAt) return line;
    patient.throwIfAborted();
  }
}

test('nobody approves: reminders, then the notice leaves by itself and the promise is met', async () => {
  const made = await incident();
  await world.passUntil(made.hour(67));
  expect(mailed(made)).toEqual([]);
  const reminders = (await events(made)).filter(({ kind }) => kind === 'reminder').map(({ detail }) => detail.hour);
  expect(reminders).toEqual([24, 48, 60, 66]);
  await world.passUntil(made.hour(71));
  await told(made);
  expect(mailed(made)).toEqual([...made.emails].sort());
  expect(await closedPromise(made)).toMatchObject({ standing: 'met' });
  keep((await runsOf(world, `breach/${made.tenantId}/${made.incidentId}`))[0], 'breachNotification/nobodyApproved');
  // Maryland's Attorney General had to hear first and nobody filed: late, and it held nobody.
  expect((await lines(made)).find(({ key }) => key.startsWith('regulators/MD'))).toMatchObject({ standing: 'late', metAt: null });
});

test('approval at hour 70 sends at once', async () => {
  const made = await incident();
  await world.passUntil(made.hour(70));
  expect(mailed(made)).toEqual([]);
  await world.db.inTenant(made.tenantId, (tx) => approve(tx, made.incidentId, 1, made.officerId));
  await world.rest();
  await world.pass(60_000);
  await told(made);
  expect(mailed(made)).toEqual([...made.emails].sort());
  expect((await events(made)).find(({ kind }) => kind === 'notice_started')?.detail).toMatchObject({ because: 'approved' });
});

test('scope grows at hour 60: after an early notice only the new people are told, under a promise of their own', async () => {
  const made = await incident();
  await world.db.inTenant(made.tenantId, (tx) => approve(tx, made.incidentId, 1, made.officerId));
  await world.rest();
  await told(made);
  await world.passUntil(made.hour(60));
  const more = await world.db.inTenant(made.tenantId, async (tx) => {
    const affected = await newAffected(tx, world.addressKey, made.officerId, ['TX', '']);
    await addScope(tx, made.incidentId, { kind: 'list', listId: affected.listId }, made.officerId);
    return affected;
  });
  await world.rest();
  await world.pass(60_000);
  await told(made);
  expect(mailed(more)).toEqual([...more.emails].sort());
  const promises = (await lines(made)).filter(({ key }) => key.startsWith('promise'));
  expect(promises.map(({ key, standing }) => [key, standing])).toEqual([
    ['promise', 'met'],
    ['promise/2', 'met'],
  ]);
  expect((await lines(made)).map(({ key }) => key)).toContain('users/TX');
});

test('everything is down from hour 66 to 73: the notice leaves in the first minute back, and nothing says that it was in time', async () => {
  const made = await incident();
  await world.passUntil(new Date(made.hour(66).getTime() - 30_000));
  world.outage(7 * HOUR);
  expect(mailed(made)).toEqual([]);
  expect(await promise(made)).toMatchObject({ standing: 'late', metAt: null });
  const backAt = await world.now();
  await world.pass(60_000);
  await told(made);
  const kept = await promise(made);
  expect(kept?.standing).toBe('late');
  expect(kept?.metAt?.getTime()).toBeGreaterThanOrEqual(backAt.getTime());
  expect(kept?.metAt?.getTime()).toBeLessThanOrEqual(backAt.getTime() + 60_000);
});

test('a law-enforcement hold suspends what its document names until its date, with two officers', async () => {
  const made = await incident();
  await world.passUntil(made.hour(10));
  const untilAt = made.hour(110).toISOString();
  const answers = await world.db.inTenant(made.tenantId, async (tx) => {
    const hold = { kind: 'law_enforcement', reason: 'An arrest is near', authority: 'FBI', documentName: 'letter.pdf' } as const;
    const asked = {
      ...hold,
      audiences: ['users' as const],
      states: [],
      untilAt,
      document: Buffer.from('%PDF'),
      askedBy: made.officerId,
    };
    const holdId = await askForHold(tx, made.incidentId, asked);
    const alone = await confirmHold(tx, made.incidentId, holdId, made.officerId);
    return [alone, await confirmHold(tx, made.incidentId, holdId, made.otherOfficerId)];
  });
  expect(answers).toEqual(['same_officer', 'confirmed']);
  await world.passUntil(made.hour(109));
  expect(mailed(made)).toEqual([]);
  expect(Math.abs(Number((await promise(made))?.dueAt) - Number(made.hour(172)))).toBeLessThan(1000); // 62 hours were left when it was suspended
  // The regulators are not named, so their clocks run.
  expect((await lines(made)).find(({ key }) => key.startsWith('regulators/MD'))?.dueAt).toEqual(made.hour(72));
  await world.passUntil(new Date(made.hour(171).getTime() + 1000));
  await told(made);
  expect(await closedPromise(made)).toMatchObject({ standing: 'met' });
});

test('a hold of one state holds its residents only', async () => {
  const made = await incident();
  await world.db.inTenant(made.tenantId, async (tx) => {
    const hold = { kind: 'law_enforcement', reason: 'An arrest is near', authority: 'FBI', documentName: 'letter.pdf' } as const;
    const asked = {
      ...hold,
      audiences: ['users' as const],
      states: ['CA'],
      untilAt: made.hour(100).toISOString(),
      document: Buffer.from('%PDF'),
    };
    const holdId = await askForHold(tx, made.incidentId, { ...asked, askedBy: made.officerId });
    await confirmHold(tx, made.incidentId, holdId, made.otherOfficerId);
    await approve(tx, made.incidentId, 1, made.officerId);
  });
  await world.rest();
  await world.pass(60_000);
  await told(made, 2);
  expect(mailed({ emails: made.emails.slice(0, 1) })).toEqual([]);
  await world.passUntil(made.hour(101));
  await told(made);
});

test('a discovery that was recorded late finds its clock at hour 50', async () => {
  const made = await incident(50);
  await world.passUntil(made.hour(51));
  expect((await events(made)).filter(({ kind }) => kind === 'reminder').map(({ detail }) => detail.hour)).toEqual([24, 48]);
  await world.passUntil(made.hour(71));
  await told(made);
  expect(await closedPromise(made)).toMatchObject({ standing: 'met', dueAt: made.hour(72) });
});

test('an approval by update is checked before it is taken, and a run keeps ids only', async () => {
  const made = await incident();
  const handle = world.client.workflow.getHandle(`breach/${made.tenantId}/${made.incidentId}`);
  await expect(handle.executeUpdate('approve', { args: [1, 'nobody'] })).rejects.toThrow();
  expect(await handle.executeUpdate('approve', { args: [1, made.officerId] })).toBe(true);
  await world.rest();
  await world.pass(60_000);
  await told(made);
  await world.db.inTenant(made.tenantId, async (tx) => {
    const found = await findIncident(tx, made.incidentId);
    for (const line of await listLines(tx, made.incidentId)) {
      if (found && line.audience !== 'users')
        await fileLine(tx, found, line.id, { byUser: made.officerId, note: '', receipt: null, evidence: {} });
    }
    expect(await closeIncident(tx, made.incidentId, made.officerId)).toBe(true);
  });
  await world.rest();
  await handle.result();
  const runs = await runsOf(world, handle.workflowId);
  for (const { history } of runs) expect(personalDataIn(history)).toEqual([]);
});

test('72 hours over the end of daylight-saving time are 72 hours', async () => {
  const made = await newIncident(world, await world.newTenant(), { discoveredAt: '2026-10-31T04:30:00Z' });
  expect((await promise(made))?.dueAt.toISOString()).toBe('2026-11-03T04:30:00.000Z'); // 00:30 on Saturday, 23:30 on Monday in New York
});

test('a drill is marked everywhere, reaches officers only, and measures what notices take', async () => {
  const made = await incident(0, { isDrill: true, compression: 72 }); // its 72 hours are one
  const { email } = (await world.ask<{ email: string }>(`select email from users where id = $1`, [made.officerId]))[0] ?? {
    email: '',
  };
  await world.passUntil(made.hour(1));
  for (const patient = AbortSignal.timeout(20_000); (await promise(made))?.standing !== 'met'; await sleep(20))
    patient.throwIfAborted();
  expect(mailed(made)).toEqual([]);
  expect(world.sink.records.some(({ to }) => to === email)).toBe(true);
  const kinds = await world.ask<{ kind: string }>(`select distinct kind from obligations where tenant_id = $1`, [made.tenantId]);
  expect(kinds).toEqual([{ kind: 'breach.drill' }]);
  const letters = await world.ask<{ subject: string }>(`select subject from breach_letters where incident_id = $1`, [
    made.incidentId,
  ]);
  for (const { subject } of letters) expect(subject).toMatch(/^\[DRILL\]/);
  const [pace] = await world.ask<{ perSecond: number }>(
    `select per_second as "perSecond" from breach_settings where tenant_id = $1`,
    [made.tenantId],
  );
  expect(pace?.perSecond).toBeGreaterThan(0);
});
