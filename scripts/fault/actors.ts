import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseHeld } from '../../db/holds.ts';
import type { Database } from '../../db/transaction.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import type { PlatformKeys } from '../../providers/keys.ts';
import { signLink } from '../../providers/linkToken.ts';
import type { Unsubscribed } from './judge.ts';
import { shuffled } from './random.ts';
import type { FaultTenant } from './tenant.ts';
import type { World } from './world.ts';

/** Where the actors of a fault run meet. */
export interface Scene {
  readonly world: World;
  readonly tenant: FaultTenant;
  readonly db: Database;
  readonly keys: PlatformKeys;
  readonly random: () => number;
  /** Set when everybody in the sequence has come to an end. */
  isOver: boolean;
  /** The time of the whole run is up. */
  isLate(): boolean;
  say(line: string): void;
}

/** Five deaths of a worker, three of them between DATA and the record, and everything else that may happen to a machine. */
const faults = [
  'kill',
  'kill',
  'kill-at-wire',
  'kill-at-wire',
  'kill-at-wire',
  'stop',
  'temporal',
  'postgres',
  'all',
  'store',
] as const;

/** Does each fault once, in the seed's order, at the seed's instants. */
export async function harm(scene: Scene, progress: { kills: number }): Promise<void> {
  const { world, random, say } = scene;
  for (const fault of shuffled(faults, random)) {
    await sleep(4_000 + random() * 8_000);
    if (scene.isOver) return;
    say(fault);
    switch (fault) {
      case 'kill':
        await world.killWorker();
        break;
      case 'kill-at-wire':
        await killAtWire(scene);
        break;
      case 'stop':
        await world.stopWorker(20_000);
        break;
      case 'temporal':
        await world.killTemporal();
        break;
      case 'postgres':
        await world.killPostgres();
        break;
      case 'all':
        await world.killAll();
        break;
      case 'store':
        await world.loseTemporalStore();
        break;
    }
    if (fault !== 'stop') progress.kills += 1;
  }
}

/** At the next message that has been accepted and not yet recorded; when none comes in time, wherever the worker is. */
async function killAtWire(scene: Scene): Promise<void> {
  const { world } = scene;
  const before = world.workerDeaths();
  writeFileSync(join(world.faultFolder, 'before-record'), '');
  for (let waits = 0; waits < 300 && world.workerDeaths() === before && !scene.isOver; waits += 1) await sleep(100);
  if (world.workerDeaths() === before) await world.killWorker();
}

/** Adds the people to the launch, a list at a time, so that there is work whenever something is killed. */
export async function feed(scene: Scene): Promise<void> {
  while (!scene.isOver && (await patiently(scene, () => scene.tenant.addPart()))) await sleep(4_000);
}

/** Unsubscribes people all the while by the link in their messages, and notes when each 200 came. */
export async function unsubscribe(scene: Scene, people: number, unsubscribed: Unsubscribed[]): Promise<void> {
  const { world, tenant, keys, random } = scene;
  for (const person of shuffled(tenant.people, random).slice(0, people)) {
    const token = signLink(keys.linkKeys, {
      kind: 'unsubscribe',
      tenantId: tenant.tenantId,
      enrolmentId: person.contactId,
      sequenceId: tenant.launchId,
      addressHash: addressHash(keys.addressKey, tenant.tenantId, person.address),
    });
    for (let answered = false; !answered; ) {
      if (scene.isOver) return;
      answered = await fetch(`${world.apiUrl}/u/${token}`, {
        method: 'POST',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      }).then(
        ({ status }) => status === 200,
        () => false, // the API or the database is down: the person tries again
      );
      if (answered) unsubscribed.push({ address: person.address, answeredAtNs: process.hrtime.bigint() });
      else await sleep(200);
    }
    await sleep(random() * 800);
  }
}

/** Reviews, as a rep would, what an outage made too late; returns when nobody in the sequence has anything to come. */
export async function review(scene: Scene, progress: { harmed: boolean; fed: boolean }): Promise<void> {
  while (!scene.isLate()) {
    await sleep(1_000);
    const open = await patiently(scene, () =>
      scene.db.inTenant(scene.tenant.tenantId, async (tx) => {
        await releaseHeld(tx, scene.tenant.launchId, ['late', 'retry']);
        const { count } = await tx.row<{ count: number }>(
          `select (select count(*) from enrolments where state in ('waiting', 'queued')) + (select count(*) from launch_lists where not done)
             + (select count(*) from suppression_batches where done_at is null) as count`,
        );
        return count;
      }),
    );
    if (open === 0 && progress.harmed && progress.fed) return;
  }
  scene.say('the time is up before everybody has come to an end');
}

/** Tries again while the database is down on purpose. */
async function patiently<T>(scene: Scene, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (scene.isLate()) throw error;
      await sleep(300);
    }
  }
}
