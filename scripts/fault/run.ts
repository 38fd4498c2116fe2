import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { roleUrl } from '../../db/roles.ts';
import { openDatabase } from '../../db/transaction.ts';
import { platformKeys } from '../../providers/keys.ts';
import { startSink } from '../../test/doubles/sink.ts';
import { feed, harm, review, type Scene, unsubscribe } from './actors.ts';
import { judge, type Unsubscribed, type Verdict } from './judge.ts';
import { failureConverterPath } from '../../workers/histories.ts';
import { seededRandom } from './random.ts';
import { makeTenant } from './tenant.ts';
import { startWorld } from './world.ts';

/** A day in the run's time lasts a minute, so that its two days of delays pass in minutes and a short outage is less than a day late. */
const clockFactor = 1440;
/** Of the relay mailbox to the mail server: at most so many messages are unknown after each kill. */
const connections = 10;
const longestMs = 9.5 * 60 * 1000;
const scratch = join(import.meta.dirname, '../../.decorum');

export interface FaultResult extends Verdict {
  seed: number;
  kills: number;
  /** Lines of the logs of all processes in which somebody's address stands. */
  named: number;
  seconds: number;
}

/** Runs a sequence over a mail server that misbehaves while everything is killed in turn. Answers what reached the mail server. */
export async function faultRun({
  seed,
  contacts,
  say,
}: {
  seed: number;
  contacts: number;
  say(line: string): void;
}): Promise<FaultResult> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const secret = randomBytes(32).toString('base64url');
  const keys = platformKeys([secret]);
  const bundleFile = join(scratch, `fault-bundle-${process.pid}.js`);
  mkdirSync(scratch, { recursive: true });
  writeFileSync(bundleFile, await bundle(say));
  const sink = await startSink({ seed, chance: { slow: 0.004, reset: 0.01, transient: 0.03 } });
  const world = await startWorld({ secret, workflowBundle: bundleFile, log: say });
  const db = openDatabase({ url: roleUrl(world.databaseUrl, 'decorum_app'), max: 4, onError: () => undefined }); // it is killed on purpose
  try {
    const parts = Math.max(4, Math.min(24, Math.floor(contacts / 40)));
    const tenant = await makeTenant(db, keys, { contacts, parts, clockFactor, smtpPort: sink.port, connections });
    const scene: Scene = {
      world,
      tenant,
      db,
      keys,
      random: seededRandom(seed),
      isOver: false,
      isLate: () => performance.now() - startedAt > longestMs,
      say: (line) => say(`${seconds()} s: ${line}`),
    };
    const unsubscribed: Unsubscribed[] = [];
    const progress = { kills: 0, harmed: false, fed: false };
    const acting = [
      harm(scene, progress).then(() => void (progress.harmed = true)),
      feed(scene).then(() => void (progress.fed = true)),
      unsubscribe(scene, Math.ceil(contacts / 6), unsubscribed),
    ];
    await review(scene, progress);
    scene.isOver = true;
    await Promise.all(acting);
    const verdict = await judge(db, tenant, await sink.records(), unsubscribed);
    const named = world.logLines().filter((line) => /[\w.+-]+@[\w-]+\.[a-z]{2,}/i.test(line));
    for (const line of named) say(`names somebody: ${line}`); // all of them are invented
    return { seed, ...verdict, named: named.length, kills: progress.kills, seconds: seconds() };
  } finally {
    await db.close();
    await world.end();
    await sink.stop();
    rmSync(bundleFile, { force: true });
  }
}

/** Whether everything that is promised held. */
export function held({ sent, duplicates, begunAfterUnsubscribe, lost, unknown, named, kills }: FaultResult): boolean {
  return (
    sent > 0 && duplicates === 0 && begunAfterUnsubscribe === 0 && lost === 0 && named === 0 && unknown <= connections * kills
  );
}

async function bundle(say: (line: string) => void): Promise<string> {
  const quiet = () => undefined;
  const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: say, log: quiet };
  return (
    await bundleWorkflowCode({
      workflowsPath: join(import.meta.dirname, '../../workflows/index.ts'),
      failureConverterPath,
      logger,
    })
  ).code;
}
