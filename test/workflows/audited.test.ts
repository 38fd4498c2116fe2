import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { decideCase, listCases } from '../../db/abuse/cases.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { auditRound } from '../../workers/auditor/round.ts';
import { newAbuseCase } from '../builders/abuseCase.ts';
import { newIncident } from '../builders/incident.ts';
import { newUser } from '../builders/tenant.ts';
import { newCampaign, unsubscribe } from './campaign.ts';
import { startWorld, type World } from './world.ts';

const HOUR = 3_600_000;
let world: World;
let watcher: Database;
beforeAll(async () => {
  world = await startWorld({ at: '2026-11-24T13:00:00Z' });
  watcher = openDatabase({ url: world.watcherUrl, max: 2 });
});
afterAll(async () => {
  await watcher.close();
  await world.end();
});

/** Looks, and again when everybody's patience is over. */
async function found() {
  const look = () =>
    auditRound({
      watcher,
      failing: () => Promise.resolve([]),
      log: pino({ level: 'silent' }),
      monotonicMs: () => performance.now(),
      wallNow: () => new Date(),
      now: world.now,
    });
  await look();
  await world.ask(`update auditor_findings set first_seen_at = first_seen_at - interval '1 hour'`);
  await look();
  const checks = await world.ask<{ invariant: string }>(`select invariant from auditor_checks where failed is not null`);
  const findings = await world.ask<{ invariant: string; subject: string; facts: object }>(
    `select invariant, subject, facts from auditor_findings where raised_at is not null and mended_at is null`,
  );
  return { checks, findings };
}
const nothing = { checks: [], findings: [] };

test('a campaign with opt-outs in its middle, a breach and a case of abuse: at no time is there anything to find', async () => {
  const campaign = await newCampaign(world, { lists: [Array.from({ length: 12 }, () => ({ zone: 'America/New_York' }))] });
  const { tenantId } = campaign;
  const incident = await newIncident(world, await world.newTenant(), { discoveredAt: (await world.now()).toISOString() });
  await world.rest();
  expect(await found()).toEqual(nothing);

  await world.pass(2 * HOUR); // the first messages are on their way
  const [first, second] = campaign.people;
  if (!first || !second) throw new Error('Nobody is in the campaign.');
  await Promise.all([unsubscribe(world, campaign, first), unsubscribe(world, campaign, second), world.pass(HOUR)]);
  const caseId = await world.db.inTenant(tenantId, (tx) => newAbuseCase(tx, 'pause'));
  await world.rest();
  expect(await found()).toEqual(nothing);

  await world.pass(72 * HOUR); // the breach is told by itself
  const told = world.sink.records.filter(({ to }) => incident.emails.includes(to));
  expect(told.length).toBeGreaterThan(0);
  await world.db.inTenant(tenantId, async (tx) => {
    const officer = await newUser(tx, { role: 'officer', email: `olga-${randomUUID()}@acme.example` });
    await decideCase(tx, caseId, { lift: true, note: 'Seen.', byUser: officer.id });
    expect(await listCases(tx, { after: undefined, rows: 10 })).toMatchObject([{ state: 'ended' }]);
  });
  await world.pass(30 * 24 * HOUR);
  const after = await found();
  // A regulator's notice is filed by a person, and nobody did: that is late, and so it is found.
  expect(after.checks).toEqual([]);
  expect(
    after.findings.filter(({ facts }) => !('kind' in facts) || !/^breach\.(regulators|bureaus)$/.test(String(facts.kind))),
  ).toEqual([]);
});
