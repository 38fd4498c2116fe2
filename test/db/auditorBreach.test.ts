import { randomUUID } from 'node:crypto';
import { changeFacts, findIncident } from '../../db/breach/incidents.ts';
import { bringForward, fileLine, listLines } from '../../db/breach/lines.ts';
import { askForHold, confirmHold } from '../../db/breach/holds.ts';
import { replan } from '../../db/breach/planning.ts';
import { gatherNext } from '../../db/breach/scopes.ts';
import type { Tx } from '../../db/transaction.ts';
import { breachLaw } from '../../law/breach.ts';
import { linePlan } from '../../law/breachPlanning.ts';
import { knownFacts, type NewIncident, newIncident } from '../builders/incident.ts';
import { Auditing } from './auditing.ts';
import { newWorkspace, start, World } from './world.ts';

const HOUR = 3_600_000;
let world: World;
let auditing: Auditing;
let tenantId: string;
let made: NewIncident;

beforeAll(async () => {
  world = await World.open();
  auditing = new Auditing(world);
  ({ tenantId } = await newWorkspace(world));
});
afterAll(async () => {
  await auditing.watcher.close();
  await world.close();
});
beforeEach(async () => {
  world.now = start;
  const { db, vault, addressKey } = world;
  made = await newIncident(
    { db, vault, addressKey, smtpPort: 9 },
    tenantId,
    { discoveredAt: start.toISOString() },
    { states: ['CA', 'MD', 'TX'] },
  );
  await act(async (tx) => {
    while (await gatherNext(tx, { id: made.incidentId, isDrill: false }));
    // One of each is no duty yet towards most regulators and bureaus: as if many more lived there.
    const many = { CA: 20_000, MD: 20_000, TX: 20_000 };
    await replan(tx, made.incidentId, (facts) => linePlan(facts, many), { reason: '', byUser: null });
  });
  await auditing.look();
});

const act = <Result>(work: (tx: Tx) => Promise<Result>) => world.db.inTenant(tenantId, work);
async function obligationOf(key: string): Promise<string> {
  const { rows } = await world.owner.query<{ id: string }>(
    `select o.id from obligations o join breach_lines l on l.tenant_id = o.tenant_id and l.id = o.subject_id where l.incident_id = $1 and l.key = $2`,
    [made.incidentId, key],
  );
  const [found] = rows;
  if (!found) throw new Error(`There is no line ${key}.`);
  return found.id;
}
const differing = () => auditing.newly('due_date_differs');

test("every state's dates are the same by the auditor's reading of the table and by the product's", async () => {
  const residents = Object.fromEntries(breachLaw.keys.map((state) => [state, 20_000]));
  const incidents = Array.from({ length: 24 }, (_, n) => {
    const discoveredAt = new Date(Date.parse('2026-11-01T00:30:00Z') + n * 31 * 24 * HOUR + n * 7 * HOUR);
    const determinedAt = n % 2 === 0 ? null : new Date(discoveredAt.getTime() + n * 5 * HOUR).toISOString();
    const facts = {
      ...knownFacts,
      data: ['ssn', 'email_and_password'] as const,
      nyDfsCoveredEntity: true,
      determinedAt,
      discoveredAt: discoveredAt.toISOString(),
    };
    const { lines, lawVersion } = linePlan({ ...facts, data: [...facts.data] }, residents);
    return { id: randomUUID(), facts, lawVersion, lines: lines.map((line) => ({ ...line, id: randomUUID() })) };
  });
  const lines = incidents.flatMap(({ id, facts, lawVersion, lines }) =>
    lines.map((line) => ({
      ...line,
      incidentId: id,
      lawVersion,
      startedAt: facts.discoveredAt,
      basis: {
        discoveredAt: facts.discoveredAt,
        ...(facts.determinedAt && { determinedAt: facts.determinedAt }),
        revision: 1,
        lawVersion,
      },
    })),
  );
  expect(lines.length).toBeGreaterThan(2_000);
  await world.owner.query(
    `insert into breach_incidents (tenant_id, id, title, facts, opened_by, opened_at) select $2, (i ->> 'id')::uuid, 'x', i -> 'facts', $2, clock_timestamp() from jsonb_array_elements($1) as i`,
    [JSON.stringify(incidents.map(({ id, facts }) => ({ id, facts }))), tenantId],
  );
  await world.owner.query(
    `with r as (select * from jsonb_to_recordset($1) as r(id uuid, "incidentId" uuid, key text, audience text, state text, recipient text, due text,
       "dueAt" timestamptz, "strictlyBefore" boolean, "withNotice" boolean, citation text, "lawVersion" text, "startedAt" timestamptz, basis jsonb)),
     kept as (
       insert into breach_lines (tenant_id, id, incident_id, key, audience, state, recipient, due, due_at, strictly_before, with_notice, conditional,
         is_doubtful, citation, channel, content, law_version)
       select $2, id, "incidentId", key, audience, state, recipient, due, "dueAt", "strictlyBefore", "withNotice", false, false, citation, '', '', "lawVersion" from r)
     insert into obligations (tenant_id, kind, clause, citation, subject_kind, subject_id, basis, started_at, due_at, workflow_id)
     select $2, 'breach.' || audience, 'P6', citation, 'breach_line', id, basis, "startedAt", "dueAt", 'none' from r`,
    [JSON.stringify(lines), tenantId],
  );
  expect(await differing()).toEqual([]);
  await world.owner.query(`delete from obligations where workflow_id = 'none'`);
  await world.owner.query(`delete from breach_lines where incident_id = any($1)`, [incidents.map(({ id }) => id)]);
});

test.each([
  { key: 'users/CA', because: 'thirty days from the discovery' },
  { key: 'regulators/CA/Attorney General', because: "fifteen days from the users' notice" },
  { key: 'regulators/MD/Attorney General', because: 'strictly before the users' },
  { key: 'bureaus/TX', because: "with the users' notice" },
])('a later date of $key is found: $because', async ({ key }) => {
  const id = await obligationOf(key);
  await world.owner.query(`update obligations set due_at = due_at + interval '1 second' where id = $1`, [id]);
  expect(await differing()).toEqual([id]);
});

test('so is an earlier one, unless it has come forward with the notice', async () => {
  const id = await obligationOf('regulators/CA/Attorney General');
  await world.owner.query(`update obligations set due_at = due_at - interval '1 day' where id = $1`, [id]);
  expect(await differing()).toEqual([id]);
  world.pass(10 * HOUR);
  await act((tx) => bringForward(tx, made.incidentId));
  expect(await differing()).toEqual([]);
});

test('dates that follow corrected facts are right, also where law enforcement suspends them', async () => {
  await act(async (tx) => {
    const incident = await findIncident(tx, made.incidentId);
    if (!incident) throw new Error('The incident is gone.');
    const determinedAt = new Date(start.getTime() + 30 * HOUR).toISOString();
    await changeFacts(tx, incident, { facts: { determinedAt }, reason: 'it took a day to be sure', byUser: made.officerId });
    const many = { CA: 20_000, MD: 20_000, TX: 20_000 };
    await replan(tx, made.incidentId, (facts) => linePlan(facts, many), {
      reason: 'it took a day to be sure',
      byUser: made.officerId,
    });
  });
  expect(await differing()).toEqual([]);
  await act(async (tx) => {
    const hold = await askForHold(tx, made.incidentId, {
      kind: 'law_enforcement',
      audiences: ['users', 'regulators'],
      states: ['TX'],
      untilAt: new Date(start.getTime() + 100 * HOUR).toISOString(),
      reason: 'an investigation',
      authority: 'FBI',
      documentName: 'letter.pdf',
      document: Buffer.from('letter'),
      askedBy: made.officerId,
    });
    expect(await confirmHold(tx, made.incidentId, hold, made.otherOfficerId)).toBe('confirmed');
  });
  expect(await differing()).toEqual([]);
  const id = await obligationOf('users/TX');
  await world.owner.query(`update obligations set due_at = due_at + interval '1 hour' where id = $1`, [id]);
  expect(await differing()).toEqual([id]);
});

test('a line called kept while somebody waits, or nothing was filed, is kept in name only', async () => {
  const [users, regulators] = [await obligationOf('users/CA'), await obligationOf('regulators/MD/Attorney General')];
  world.pass(HOUR);
  await world.owner.query(`update obligations set state = 'met', met_at = $2 where id = any($1)`, [
    [users, regulators],
    world.now,
  ]);
  expect((await auditing.newly('kept_in_name_only')).sort()).toEqual([users, regulators].sort());
  await world.owner.query(`update breach_people set notice = 'sent' where incident_id = $1`, [made.incidentId]);
  await world.owner.query(`update obligations set state = 'open', met_at = null where id = $1`, [regulators]);
  await act(async (tx) => {
    const incident = await findIncident(tx, made.incidentId);
    const line = (await listLines(tx, made.incidentId)).find(({ key }) => key === 'regulators/MD/Attorney General');
    if (incident && line)
      await fileLine(tx, incident, line.id, { byUser: made.officerId, note: '', receipt: null, evidence: {} });
  });
  await auditing.look();
  expect((await auditing.findings('kept_in_name_only')).filter(({ mended }) => !mended)).toEqual([]);
});
