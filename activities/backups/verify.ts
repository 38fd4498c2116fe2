import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Catalogue, type Entry, withCatalogue } from '../../db/backups/catalogue.ts';
import { BackupUnreadable, unseal } from '../../providers/backup/cipher.ts';
import { BackupMissing } from '../../providers/backup/store.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { settleLeftOver, told, wordsOf } from './take.ts';
import type { BackupWorld } from './world.ts';

/** A file that was whole is read again after so long: disks forget in silence. */
const readAgainMs = 7 * 24 * 60 * 60 * 1000;

/** What was looked at, and what is wrong with it. */
export interface Verified {
  name: string;
  state: Entry['state'];
  problem: string | null;
}

/**
 * Looks whether every backup is in the store with its key, and reads those back, from the first byte to the last, that nobody has read for
 * a week; `all`: every one. What the store has and the catalogue does not (it was restored, or an older one) is taken in.
 */
export function verifyBackups(world: BackupWorld, { all = false } = {}): Promise<Verified[]> {
  return withCatalogue(world.ownerUrl, async (catalogue) => {
    await settleLeftOver(world, catalogue);
    const known = await catalogue.kept();
    const stored = new Set((await world.store.list()).map(({ name }) => name));
    const verified: Verified[] = [];
    for (const entry of known) {
      verified.push(await look(world, catalogue, entry, stored.has(entry.name), all));
      stored.delete(entry.name);
    }
    for (const { name } of known) stored.delete(name);
    for (const name of stored) verified.push(await takeIn(world, catalogue, name));
    return verified;
  });
}

async function look(world: BackupWorld, catalogue: Catalogue, entry: Entry, isThere: boolean, all: boolean): Promise<Verified> {
  const isFresh = entry.state === 'good' && world.now().getTime() < (entry.verifiedAt?.getTime() ?? 0) + readAgainMs;
  try {
    if (!isThere) throw new BackupMissing(entry.name, 'file');
    if (!all && isFresh) {
      await readManifest(world, entry.name); // a key is small, and without it the file is noise
      return { name: entry.name, state: 'good', problem: null };
    }
    await readBack(world, entry.name);
    await catalogue.put({ ...entry, state: 'good', verifiedAt: world.now(), problem: null });
    return { name: entry.name, state: 'good', problem: null };
  } catch (error) {
    return note(world, catalogue, entry, error);
  }
}

async function note({ log }: BackupWorld, catalogue: Catalogue, entry: Entry, error: unknown): Promise<Verified> {
  const isMissing = error instanceof BackupMissing;
  if (!isMissing && !(error instanceof BackupUnreadable)) throw error; // the store does not answer: that says nothing of the backup
  const state = isMissing ? ('missing' as const) : ('unreadable' as const);
  log.error({ backup: entry.name, problem: error.message }, `a backup is ${state}`);
  await catalogue.put({ ...entry, state, problem: wordsOf(error) });
  return { name: entry.name, state, problem: error.message };
}

/** Reads the file to its end and holds it against what its key object says of it. */
async function readBack(world: Pick<BackupWorld, 'store' | 'vault'>, name: string): Promise<Manifest> {
  const manifest = await readManifest(world, name);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Writable({
    write(piece: Buffer, _encoding, done) {
      hash.update(piece);
      bytes += piece.length;
      done();
    },
  });
  const file = await world.store.getFile(name);
  await pipeline(file, (source: AsyncIterable<Buffer>) => unseal(manifest.key, name, source), measure);
  if (bytes !== manifest.bytes || hash.digest('hex') !== manifest.sha256)
    throw new BackupUnreadable(`The file of ${name} is not what its key object says.`);
  return manifest;
}

async function takeIn(world: BackupWorld, catalogue: Catalogue, name: string): Promise<Verified> {
  try {
    const manifest = await readBack(world, name);
    await catalogue.put({
      ...told(manifest),
      state: 'good',
      verifiedAt: world.now(),
      destroyedAt: null,
      problem: null,
    });
    return { name, state: 'good', problem: null };
  } catch (error) {
    if (!(error instanceof BackupMissing) && !(error instanceof BackupUnreadable)) throw error;
    world.log.error({ backup: name, problem: error.message }, 'the store has a backup that nobody knows, and it cannot be read');
    return { name, state: error instanceof BackupMissing ? 'missing' : 'unreadable', problem: error.message };
  }
}
