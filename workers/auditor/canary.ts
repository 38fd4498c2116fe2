import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type DueCanary, dueCanaries, noteAnswer, noteAsked, noteHonoured } from '../../db/auditor/canaries.ts';
import type { Database } from '../../db/transaction.ts';
import { addressHash } from '../../providers/keyedHash.ts';
import { type LinkKeys, signLink } from '../../providers/linkToken.ts';

/** A round stays short; the next one goes on. */
const mostAtOnce = 50;
const patienceMs = 15_000;

export interface CanaryWorld {
  watcher: Database;
  linkKeys: LinkKeys;
  addressKey: Buffer;
  /** What the links in messages begin with: the way of the recipients themselves. */
  publicUrl: string;
  log: Logger;
}

/**
 * Once a day somebody who does not exist opts out in each workspace, by the link that stands in its messages, as a mail program does it
 * (RFC 8058). Each day it is somebody else: who is suppressed already proves nothing. Answers how many were asked.
 */
export async function sendCanaries(world: CanaryWorld): Promise<number> {
  await noteHonoured(world.watcher);
  const due = await dueCanaries(world.watcher, mostAtOnce);
  for (const canary of due) await optOut(world, canary);
  return due.length;
}

async function optOut({ watcher, linkKeys, addressKey, publicUrl, log }: CanaryWorld, canary: DueCanary): Promise<void> {
  const { tenantId, day } = canary;
  const hash = addressHash(addressKey, tenantId, `canary-${day}@canary.invalid`);
  const claims = { kind: 'unsubscribe', tenantId, enrolmentId: randomUUID(), sequenceId: randomUUID() } as const;
  await noteAsked(watcher, canary, hash);
  const answer = await fetch(`${publicUrl}/u/${signLink(linkKeys, { ...claims, addressHash: hash })}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  }).then(
    ({ status }) => String(status),
    (error: unknown) => (error instanceof Error ? error.name : 'no answer'),
  );
  if (answer !== '200') log.warn({ tenantId, answer }, 'the synthetic opt-out was not answered; the next round tries again');
  await noteAnswer(watcher, canary, answer);
}
