import { approve } from '../../db/breach/approving.ts';
import { listEvents } from '../../db/breach/incidents.ts';
import { listLines } from '../../db/breach/lines.ts';
import { newIncident, type NewIncident } from '../builders/incident.ts';
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
const lines = ({ tenantId, incidentId }: NewIncident) => world.db.inTenant(tenantId, (tx) => listLines(tx, incidentId));
const events = ({ tenantId, incidentId }: NewIncident) => world.db.inTenant(tenantId, (tx) => listEvents(tx, incidentId));
const promise = async (made: NewIncident) => (await lines(made)).find(({ key }) => key === 'promise');

test('nobody approves: reminders, then the notice leaves by itself and the promise is met', async () => {
  const made = await incident();
  await world.passUntil(made.hour(67));
  expect(mailed(made)).toEqual([]);
  const reminders = (await events(made)).filter(({ kind }) => kind === 'reminder').map(({ detail }) => detail.hour);
  expect(reminders).toEqual([24, 48, 60, 66]);
  await world.passUntil(made.hour(71));
  expect(mailed(made)).toEqual([...made.emails].sort());
  expect(await promise(made)).toMatchObject({ standing: 'met' });
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
  expect(mailed(made)).toEqual([...made.emails].sort());
  expect((await events(made)).find(({ kind }) => kind === 'notice_started')?.detail).toMatchObject({ because: 'approved' });
});
