import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleWorkflowCode } from '@temporalio/worker';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { releaseHeld } from '../db/holds.ts';
import { roleUrl } from '../db/roles.ts';
import { openDatabase } from '../db/transaction.ts';
import { platformKeys } from '../providers/keys.ts';
import { addressHash } from '../providers/keyedHash.ts';
import { signLink } from '../providers/linkToken.ts';
import { startSink } from '../test/doubles/sink.ts';
import { judge, type Unsubscribed } from './fault/judge.ts';
import { seededRandom, shuffled } from './fault/random.ts';
import { makeTenant } from './fault/tenant.ts';
import { startWorld } from './fault/world.ts';

/** A day in the run's time lasts 90 s, so that its two days of delays pass in minutes and an outage of a minute is less than a day late. */
const clockFactor = 960;
const connections = 10;
const longestMs = 9.5 * 60 * 1000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Everything that is done to the product, in a random order; half of the worker's deaths fall between DATA and the record. */
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

async function run({ seed, contacts }: { seed: number; contacts: number }): Promise<boolean> {
  const startedAt = performance.now();
  const random = seededRandom(seed);
  const secret = randomBytes(32).toString('base64url');
  const keys = platformKeys([secret]);
  const bundle = await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, '../workflows/index.ts'), logger: silent });
  const bundleFile = join(import.meta.dirname, `../.decorum/fault-bundle-${process.pid}.js`);
  const { mkdirSync, rmSync } = await import('node:fs');
  mkdirSync(join(import.meta.dirname, '../.decorum'), { recursive: true });
  writeFileSync(bundleFile, bundle.code);
  const sink = await startSink({ seed, chance: { slow: 0.004, reset: 0.01, transient: 0.03 } });
  const world = await startWorld({ secret, workflowBundle: bundleFile, log: say });
  const db = openDatabase({ url: roleUrl(world.databaseUrl, 'decorum_app'), max: 4, onError: () => undefined });
  const patient = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (performance.now() - startedAt > longestMs) throw error;
        await sleep(300); // the database is down on purpose
      }
    }
  };
  try {
    const parts = Math.max(4, Math.min(24, Math.floor(contacts / 40)));
    const tenant = await makeTenant(db, keys, { contacts, parts, clockFactor, smtpPort: sink.port, connections });
    const over = () => performance.now() - startedAt > longestMs;
    let done = false;

    async function feed(): Promise<void> {
      while (!done && (await patient(() => tenant.addPart()))) await sleep(4_000);
    }

    const unsubscribed: Unsubscribed[] = [];
    async function unsubscribe(): Promise<void> {
      const people = shuffled(tenant.people, random).slice(0, Math.ceil(contacts / 6));
      for (const person of people) {
        if (done) return;
        const token = signLink(keys.linkKeys, {
          kind: 'unsubscribe',
          tenantId: tenant.tenantId,
          enrolmentId: person.contactId,
          sequenceId: tenant.launchId,
          addressHash: addressHash(keys.addressKey, tenant.tenantId, person.address),
        });
        for (let answered = false; !answered && !done; ) {
          answered = await fetch(`${world.apiUrl}/u/${token}`, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: 'List-Unsubscribe=One-Click',
          }).then(
            (response) => response.status === 200,
            () => false, // the API or the database is down: the person tries again
          );
          if (answered) unsubscribed.push({ address: person.address, answeredAtNs: process.hrtime.bigint() });
          else await sleep(200);
        }
        await sleep(random() * 800);
      }
    }

    let kills = 0;
    async function harm(): Promise<void> {
      for (const fault of shuffled(faults, random)) {
        await sleep(4_000 + random() * 8_000);
        if (done) return;
        say(`${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${fault}`);
        const before = world.workerDeaths();
        if (fault === 'kill') await world.killWorker();
        if (fault === 'kill-at-wire') {
          // At the next message that has been accepted and not yet recorded; when none comes in time, wherever the worker is.
          writeFileSync(join(world.faultFolder, 'before-record'), '');
          for (let waits = 0; waits < 300 && world.workerDeaths() === before && !done; waits += 1) await sleep(100);
          if (world.workerDeaths() === before) await world.killWorker();
        }
        if (fault === 'stop') await world.stopWorker(20_000);
        if (fault === 'temporal') await world.killTemporal();
        if (fault === 'postgres') await world.killPostgres();
        if (fault === 'all') await world.killAll();
        if (fault === 'store') await world.loseTemporalStore();
        if (fault !== 'stop') kills += 1;
      }
    }

    /** What an outage made too late is held for review: here somebody reviews it, as a rep would. */
    async function untilQuiet(): Promise<void> {
      while (!over()) {
        await sleep(1_000);
        const { open } = await patient(() =>
          db.inTenant(tenant.tenantId, async (tx) => {
            await releaseHeld(tx, tenant.launchId, ['late', 'retry']);
            return tx.row<{ open: number }>(
              `select (select count(*) from enrolments where state in ('waiting', 'queued')) + (select count(*) from launch_lists where not done)
                 + (select count(*) from suppression_batches where done_at is null) as open`,
            );
          }),
        );
        if (open === 0 && harmDone && feedDone) return;
      }
      say('the time is up before everybody has come to an end');
    }

    let harmDone = false;
    let feedDone = false;
    const harming = harm().then(() => void (harmDone = true));
    const feeding = feed().then(() => void (feedDone = true));
    const leaving = unsubscribe();
    await untilQuiet();
    done = true;
    await Promise.all([harming, feeding, leaving]);
    const records = await sink.records();
    const verdict = await judge(db, tenant, records, unsubscribed);
    const result = { seed, ...verdict, kills, seconds: Math.round((performance.now() - startedAt) / 1000) };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    const { duplicates, begunAfterUnsubscribe, lost, unknown, sent } = verdict;
    return sent > 0 && duplicates === 0 && begunAfterUnsubscribe === 0 && lost === 0 && unknown <= connections * kills;
  } finally {
    await db.close();
    await world.end();
    await sink.stop();
    rmSync(bundleFile, { force: true });
  }
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error: say, log() {} };

function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`a whole number from ${least} on`);
    return Number(text);
  };
}

const command = new Command('fault')
  .description('Runs a sequence while its processes are killed, and counts what reached the mail server')
  .option('--seed <n>', 'what is killed when', whole(0), 1)
  .option('--contacts <n>', 'people in the sequence', whole(10), 2_000)
  .exitOverride()
  .configureOutput({ writeOut: (text) => void process.stderr.write(text) });
try {
  command.parse();
} catch (error) {
  process.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
process.exitCode = (await run(command.opts<{ seed: number; contacts: number }>())) ? 0 : 1;
