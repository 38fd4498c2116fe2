import { setTimeout as sleep } from 'node:timers/promises';
import { addressHash } from '../../providers/keyedHash.ts';
import { signLink } from '../../providers/linkToken.ts';
import type { Person } from '../../test/builders/people.ts';
import { ended, newOutreach, type Outreach } from '../outreach.ts';
import type { World } from '../world.ts';
import { watch } from './sending.ts';

export interface Unsubscribing {
  latenciesMs: number[];
  /** Messages to a person whose DATA command came after that person's 200. */
  begunAfter: number;
}

/** At once, and how long each rests between two clicks at most: about thirty a second, far more than any launch gets. */
const clickers = 2;
const longestRestMs = 120;

/** People of a launch that sends at full speed click their links over HTTP, whether their message has gone or not. */
export async function unsubscribing(world: World, { emails, lanes }: { emails: number; lanes: number }): Promise<Unsubscribing> {
  const outreach = await newOutreach(world, { people: emails, lanes });
  const watched = await watch(world);
  const { accepted: acceptedBefore } = await world.sink.counts();
  const answeredAtNs = new Map<string, bigint>();
  const latenciesMs: number[] = [];
  const shuffled = outreach.people.toSorted(() => Math.random() - 0.5);
  let next = 0;

  async function click(): Promise<void> {
    // To be measured is the answer while messages leave, so the last few messages see no more clicks.
    for (let accepted = 0; accepted + answeredAtNs.size < emails * 0.95; ) {
      const person = shuffled[next];
      next += 1;
      if (!person) return;
      const startedAt = performance.now();
      await unsubscribe(world, outreach, person);
      latenciesMs.push(performance.now() - startedAt);
      answeredAtNs.set(person.address, process.hrtime.bigint());
      await sleep(Math.random() * longestRestMs);
      accepted = (await world.sink.counts()).accepted - acceptedBefore;
    }
  }

  await outreach.launch();
  for (; (await world.sink.counts()).accepted === acceptedBefore; await sleep(5));
  await Promise.all(Array.from({ length: clickers }, click));
  await ended(world, outreach.tenantId);
  const records = await watched.records();
  const begunAfter = records.filter(({ to, dataAtNs }) => dataAtNs > (answeredAtNs.get(to) ?? dataAtNs)).length;
  return { latenciesMs, begunAfter };
}

async function unsubscribe(world: World, { tenantId, sequenceId }: Outreach, person: Person): Promise<void> {
  const token = signLink(world.keys.linkKeys, {
    kind: 'unsubscribe',
    tenantId,
    enrolmentId: person.contactId,
    sequenceId,
    addressHash: addressHash(world.keys.addressKey, tenantId, person.address),
  });
  const response = await fetch(`${world.apiUrl}/u/${token}`, {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`An opt-out was answered with ${response.status}.`);
}
