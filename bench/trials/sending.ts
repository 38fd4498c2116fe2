import { setTimeout as sleep } from 'node:timers/promises';
import type { SinkRecord } from '../../test/doubles/sinkServer.ts';
import { type CpuSeconds, cpuBetween } from '../cpu.ts';
import { ended, newOutreach } from '../outreach.ts';
import type { World } from '../world.ts';

/** A trial that makes no progress for so long has failed. */
const longestStandstillMs = 60_000;

export interface Sending {
  perSecond: number;
  cpu: CpuSeconds | null;
}

/** The whole lawful way of a launch: from its commit over cohorts, claims, both gates and records to the last accepted message. */
export async function sending(world: World, { emails, lanes }: { emails: number; lanes: number }): Promise<Sending> {
  const outreach = await newOutreach(world, { people: emails, lanes });
  const { accepted } = await world.sink.counts();
  const watched = await watch(world);
  const before = world.cpu();
  const { committedAtNs } = await outreach.launch();
  await allAccepted(world, accepted + emails);
  const cpu = cpuBetween(before, world.cpu());
  await ended(world, outreach.tenantId);
  const records = await watched.records();
  const different = new Set(records.map(({ ids }) => ids.enrolment));
  if (records.length !== emails || different.size !== emails)
    throw new Error(`${emails} messages were to come once each; ${records.length} came, to ${different.size} people.`);
  return { perSecond: emails / secondsBetween(committedAtNs, lastAccepted(records)), cpu };
}

/** Looks at what the mail server sees from here on. */
export async function watch({ sink }: World): Promise<{ records(): Promise<SinkRecord[]> }> {
  const { begun } = await sink.counts();
  return { records: () => sink.records(begun) };
}

/** Returns when the mail server has accepted `count` messages in all. */
export async function allAccepted({ sink }: World, count: number): Promise<void> {
  let seen = -1;
  for (let since = performance.now(); ; await sleep(20)) {
    const { accepted } = await sink.counts();
    if (accepted >= count) return;
    if (accepted !== seen) since = performance.now();
    else if (performance.now() - since > longestStandstillMs)
      throw new Error(`The sending stands still at ${accepted} of ${count}.`);
    seen = accepted;
  }
}

export function lastAccepted(records: readonly SinkRecord[]): bigint {
  return records.reduce((last, { acceptedAtNs }) => (acceptedAtNs !== null && acceptedAtNs > last ? acceptedAtNs : last), 0n);
}

export function secondsBetween(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e9;
}
