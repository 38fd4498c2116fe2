import { randomBytes } from 'node:crypto';
import { rotateBackups } from '../../activities/backups/rotate.ts';
import { takeBackup } from '../../activities/backups/take.ts';
import { seededRandom } from '../fault/random.ts';
import { searchBackup, searchRestored } from './backups.ts';
import { checksumsOfOthers, searchDump } from './database.ts';
import { certificateOf, type Certified, deleteAccount, passDays } from './deletion.ts';
import { allExecutions, type Kept, readableIn } from './histories.ts';
import { fillAccount, probesOf } from './people.ts';
import { type Found, type Search, searchFor } from './search.ts';
import { plantHistory, until, workFor, workIsDone } from './work.ts';
import { startWorld, type World } from './world.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** When a backup is old enough to be destroyed, and when none of before the purge may be left. */
const [rotatedDays, lastDays] = [29, 60];

export interface ErasureProof {
  contacts: number;
  activities: number;
  probes: number;
  seed: number;
  /** Of the deleted account's words, how many were found before the deletion. */
  before: Record<string, number>;
  /** The same afterwards, by place. */
  hits: Record<string, number>;
  /** Of as many words of the account that stays, in the same searches. */
  controlFound: Record<string, number>;
  otherRowsUnchanged: boolean;
  certificates: Certified[];
  /** Erased, over all tables. */
  rows: number;
  /** From the request to the certificate of the live systems. */
  purgeSeconds: number;
  seconds: number;
}

/**
 * Deletes an account that has people, histories, an archive and a backup, by the product's own worker, and then looks for its people in
 * whatever there is to look into; and for those of an account that stays, which proves that the search finds.
 */
export async function proveErasure({
  contacts,
  activities,
  probes,
  seed,
  say,
}: {
  contacts: number;
  activities: number;
  probes: number;
  seed: number;
  say(line: string): void;
}): Promise<ErasureProof> {
  const startedAt = performance.now();
  const seconds = (since = startedAt) => Math.round((performance.now() - since) / 1000);
  const tell = (line: string) => say(`${seconds()} s: ${line}`);
  const world = await startWorld(randomBytes(32).toString('base64url'), say);
  try {
    const share = Math.max(Math.ceil(probes / 3), Math.round(contacts / 10));
    const gone = await fillAccount(world, 'deleted', { contacts: Math.max(contacts, Math.ceil(probes / 3)), activities });
    const stays = await fillAccount(world, 'control', { contacts: share, activities: Math.round(activities / 10) });
    const random = seededRandom(seed);
    const words = { deleted: probesOf(gone, probes, random), control: probesOf(stays, probes, random) };
    const search = searchFor(words);
    tell(`${contacts} contacts and ${activities} activities are there`);

    for (const account of [gone, stays]) await workFor(world, account);
    world.startWorker();
    for (const account of [gone, stays]) await workIsDone(world, account);
    for (const account of [gone, stays]) await plantHistory(world, account, account === gone ? words.deleted : words.control);
    world.writeLog('note.log', words.control.join('\n')); // somebody's, so that it is seen that logs are searched
    const old = await firstBackup(world);
    await world.pauseRounds();
    const keptBefore = await allExecutions(world.client);
    const before = {
      database: await searchDump(world.databaseUrl, search),
      histories: await searchHistories(world, keptBefore, search),
      backup: await searchBackup(world.backups(), old, search),
    };
    const others = await checksumsOfOthers(world.databaseUrl, gone.tenantId);
    tell('its people are in the database, in a history and in a backup');

    const askedAt = performance.now();
    const deletionId = await deleteAccount(world, gone);
    const live = await certificateOf(world, gone, deletionId, 'live');
    const purgeSeconds = seconds(askedAt);
    tell(`${live.rows} rows were erased, and it is certified`);
    const otherRowsUnchanged = isSame(others, await checksumsOfOthers(world.databaseUrl, gone.tenantId));
    const { name: afterwards } = await takeBackup(world.backups());
    const after: Record<string, Found> = {
      database: await searchDump(world.databaseUrl, search),
      histories: await searchHistories(world, await allExecutions(world.client), search),
      'copy of the histories of before': await searchHistories(world, keptBefore, search),
      logs: await search(world.logs()),
      'backup afterwards': await searchBackup(world.backups(), afterwards, search),
      'backup of before, restored': await searchRestored(world.backups(), old, search),
    };
    tell('the live systems were searched');

    await rotateBackups(world.backups(rotatedDays * dayMs));
    await takeBackup(world.backups(lastDays * dayMs));
    await passDays(world, gone, deletionId, lastDays);
    const final = await certificateOf(world, gone, deletionId, 'final');
    const left = await world.backups().store.list();
    if (left.length !== 1) throw new Error(`${left.length} backups are left on day ${lastDays}.`);
    after['backups on day 60'] = await searchBackup(world.backups(), left[0]?.name ?? '', search);
    return {
      contacts,
      activities,
      probes,
      seed,
      before: countsOf(before, 'deleted'),
      hits: countsOf(after, 'deleted'),
      controlFound: countsOf(after, 'control'),
      otherRowsUnchanged,
      certificates: [live, final],
      rows: live.rows,
      purgeSeconds,
      seconds: seconds(),
    };
  } finally {
    await world.end();
  }
}

/** Nobody was found, everybody else was, and that everywhere; and what could be found afterwards could be found before. */
export function isProved({ probes, before, hits, controlFound, otherRowsUnchanged, certificates }: ErasureProof): boolean {
  return (
    Object.values(before).every((found) => found === probes) &&
    Object.values(hits).every((found) => found === 0) &&
    Object.values(controlFound).every((found) => found === probes) &&
    otherRowsUnchanged &&
    certificates.every(({ partial }) => !partial)
  );
}

/** The one that the worker takes when a new installation begins, once it has been read back. */
async function firstBackup({ owner }: World): Promise<string> {
  let name = '';
  await until(async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select name from backups where state = 'good' and verified_at is not null`,
    );
    name = rows[0]?.name ?? '';
    return name !== '';
  });
  return name;
}

/** With the keys that are left, asked for anew: a process keeps one for half a minute. */
async function searchHistories(world: World, kept: readonly Kept[], search: Search): Promise<Found> {
  const histories = world.openHistories();
  try {
    return await search(readableIn(kept, histories.codec));
  } finally {
    await histories.close();
  }
}

const countsOf = (found: Record<string, Found>, of: keyof Found): Record<string, number> =>
  Object.fromEntries(Object.entries(found).map(([place, counts]) => [place, counts[of]]));

const isSame = (one: Record<string, string>, other: Record<string, string>): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
