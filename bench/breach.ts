import { randomUUID } from 'node:crypto';
import { closeIncident, findIncident, openIncident } from '../db/breach/incidents.ts';
import { approve } from '../db/breach/approving.ts';
import { fileLine, listLines } from '../db/breach/lines.ts';
import { replan } from '../db/breach/planning.ts';
import { addScope } from '../db/breach/scopes.ts';
import { breachWork } from '../db/workflowIds.ts';
import { linePlan } from '../law/breachPlanning.ts';
import { vault } from '../providers/vault.ts';
import { knownFacts } from '../test/builders/incident.ts';
import { newMailbox } from '../test/builders/mailbox.ts';
import { newPeople } from '../test/builders/people.ts';
import { newTenant, newUser } from '../test/builders/tenant.ts';
import { cpuBetween } from './cpu.ts';
import { connections, ended } from './outreach.ts';
import { allAccepted, lastAccepted, secondsBetween, watch } from './trials/sending.ts';
import { startWorld, type World } from './world.ts';

/** People of the two incidents, the smaller one first. */
export const breachSizes = { full: [10_000, 100_000], quick: [100, 300] } as const;

interface Notified {
  people: number;
  perSecond: number;
  /** Processor seconds of worker and servers for each person; without /proc the seconds that passed. */
  costPerPerson: number;
  historyBytes: number;
}

export interface BreachReport {
  noticesPerSecond: number;
  /** What a person costs in the larger incident to what one costs in the smaller. */
  costPerPersonRatio: number;
  historyBytes: number;
  workerPeakMiB: number | null;
}

/** Two breaches, one after the other: from the approval to the last notice that the mail server took, and the whole clock's history. */
export async function runBreachBench(
  [fewer, more]: readonly [number, number],
  say: (line: string) => void,
): Promise<BreachReport> {
  const world = await startWorld(say);
  try {
    await notify(world, 500); // so that code is compiled, caches are filled and connections are open
    const small = await notify(world, fewer);
    say(JSON.stringify(small));
    const large = await notify(world, more);
    say(JSON.stringify(large));
    return {
      noticesPerSecond: Math.round(large.perSecond),
      costPerPersonRatio: Math.round((large.costPerPerson / small.costPerPerson) * 100) / 100,
      historyBytes: large.historyBytes,
      workerPeakMiB: world.workerPeakMiB(),
    };
  } finally {
    await world.end();
  }
}

async function notify(world: World, people: number): Promise<Notified> {
  const { db, keys } = world;
  const tenantId = await newTenant(db, { kind: 'real', name: 'Bench' });
  const affected = await newPeople(db, keys.addressKey, tenantId, people);
  const listId = randomUUID();
  const officerId = await db.inTenant(tenantId, async (tx) => {
    const { id } = await newUser(tx, { role: 'officer' });
    await newMailbox(tx, vault(keys.vaultKeys), { ownerId: id, smtpPort: world.sink.port, connections });
    await tx.run(`insert into lists (tenant_id, id, name, source, created_by) values ($1, $2, 'All', 'static', $3)`, [
      tenantId,
      listId,
      id,
    ]);
    await tx.run(`insert into list_members (tenant_id, list_id, contact_id) select $1, $2, unnest($3::uuid[])`, [
      tenantId,
      listId,
      affected.map(({ contactId }) => contactId),
    ]);
    return id;
  });

  const { accepted } = await world.sink.counts();
  const watched = await watch(world);
  const before = world.cpu();
  const beganNs = process.hrtime.bigint();
  const incidentId = await db.inTenant(tenantId, async (tx) => {
    const { now } = await tx.row<{ now: Date }>(`select decorum.now() as now`);
    const facts = { ...knownFacts, discoveredAt: now.toISOString() };
    const id = await openIncident(tx, { title: 'Bench', isDrill: false, compression: 1, facts, openedBy: officerId });
    await addScope(tx, id, { kind: 'list', listId }, officerId);
    await replan(tx, id, linePlan, { reason: '', byUser: officerId });
    await approve(tx, id, 1, officerId);
    return id;
  });
  await world.dispatcher.deliver();
  await allAccepted(world, accepted + people);
  const cpu = cpuBetween(before, world.cpu());
  const records = await watched.records();
  const seconds = secondsBetween(beganNs, lastAccepted(records));
  if (new Set(records.map(({ ids }) => ids.person)).size !== people) throw new Error('Not everybody was told.');
  return {
    people,
    perSecond: people / seconds,
    costPerPerson: (cpu ? cpu.worker + cpu.postgres + cpu.temporal : seconds) / people,
    historyBytes: await close(world, tenantId, incidentId, officerId),
  };
}

/** Files what is left, closes the incident, and weighs the history of its clock. */
async function close(world: World, tenantId: string, incidentId: string, officerId: string): Promise<number> {
  const { db, client, dispatcher } = world;
  for (let isClosed = false; !isClosed; ) {
    isClosed = await db.inTenant(tenantId, async (tx) => {
      const incident = await findIncident(tx, incidentId);
      for (const line of await listLines(tx, incidentId)) {
        if (incident && line.audience !== 'users')
          await fileLine(tx, incident, line.id, { byUser: officerId, note: '', receipt: null, evidence: {} });
      }
      return closeIncident(tx, incidentId, officerId); // not before the last batch is on record
    });
  }
  await dispatcher.deliver();
  await ended(world, tenantId);
  const { historySize } = await client.workflow.getHandle(breachWork(tenantId, incidentId).workflowId).describe();
  return historySize ?? 0;
}
