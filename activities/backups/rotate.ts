import { withCatalogue } from '../../db/backups/catalogue.ts';
import type { BackupWorld } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Keeps P7 (backups purged within 60 days: the data are gone by day 30, and so nothing that is older than 30 days may exist): destroys the
 * key and the file of each backup that is old enough, also of one that no catalogue knows, then looks into the store whether they are gone.
 * Answers the names.
 */
export function rotateBackups({ ownerUrl, store, keepDays, now, log }: BackupWorld): Promise<string[]> {
  return withCatalogue(ownerUrl, async (catalogue) => {
    const at = now();
    const known = await catalogue.kept();
    const oldest = new Date(at.getTime() - keepDays * DAY_MS);
    const expired = new Set([
      ...known.filter(({ expiresAt }) => expiresAt <= at).map(({ name }) => name),
      ...(await store.list()).filter(({ takenAt }) => takenAt <= oldest).map(({ name }) => name),
    ]);
    for (const name of expired) await store.destroy(name);
    const left = (await store.list()).filter(({ name }) => expired.has(name));
    if (left.length > 0) throw new Error(`The store keeps what was destroyed: ${left.map(({ name }) => name).join(', ')}.`);
    for (const entry of known) {
      if (expired.has(entry.name)) await catalogue.put({ ...entry, state: 'destroyed', destroyedAt: at });
    }
    if (expired.size > 0) log.info({ backups: [...expired] }, 'old backups were destroyed with their keys');
    return [...expired];
  });
}
