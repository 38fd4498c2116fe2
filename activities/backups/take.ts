import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Catalogue, type Entry, withCatalogue } from '../../db/backups/catalogue.ts';
import { dumpByCopy } from '../../db/backups/copy.ts';
import { dumpByTool, hasPgDump } from '../../db/backups/pgDump.ts';
import { inSnapshot } from '../../db/backups/snapshot.ts';
import { BackupUnreadable, seal } from '../../providers/backup/cipher.ts';
import { backupName, BackupMissing } from '../../providers/backup/store.ts';
import { catchUp } from './catchUp.ts';
import { type Manifest, readManifest, sealManifest } from './manifest.ts';
import type { BackupWorld } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Keeps P5 ("automated database backups"): the whole database at one instant, encrypted under a key of its own, in the store and in the
 * catalogue. What fails leaves nothing behind but its row. `format`: a test's choice; otherwise pg_dump where it is.
 */
export function takeBackup(world: BackupWorld, format?: Manifest['format']): Promise<Entry> {
  return withCatalogue(world.ownerUrl, async (catalogue) => {
    await settleLeftOver(world, catalogue);
    const id = randomUUID();
    const takenAt = world.now();
    const entry: Entry = {
      id,
      name: backupName(takenAt, id),
      state: 'taking',
      takenAt,
      expiresAt: new Date(takenAt.getTime() + world.keepDays * DAY_MS),
      format: format ?? 'copy',
      migration: '',
      bytes: null,
      tables: null,
      rows: null,
      ledgerSeq: 0,
      verifiedAt: null,
      destroyedAt: null,
      problem: null,
    };
    await catalogue.put(entry);
    try {
      const manifest = await write(world, entry, format);
      await world.store.putKey(entry.name, sealManifest(world.vault, manifest));
      const good = { ...entry, ...told(manifest), state: 'good' as const };
      await catalogue.put(good);
      return good;
    } catch (error) {
      await world.store.destroy(entry.name);
      await catalogue.put({ ...entry, state: 'failed', destroyedAt: world.now(), problem: wordsOf(error) });
      throw error;
    }
  });
}

async function write(
  world: BackupWorld,
  { id, name, takenAt, expiresAt }: Entry,
  wanted?: Manifest['format'],
): Promise<Manifest> {
  await catchUp(world);
  const ledger = await world.ledger.head(); // before the snapshot: a line that is written now is replayed, whatever the snapshot has seen
  const key = randomBytes(32);
  return inSnapshot(world.ownerUrl, async (snapshot) => {
    const format = wanted ?? ((await hasPgDump(snapshot.majorVersion)) ? 'pg_dump' : 'copy');
    const hash = createHash('sha256');
    let bytes = 0;
    async function* measured(): AsyncGenerator<Buffer> {
      const dump = format === 'pg_dump' ? dumpByTool(world.ownerUrl, snapshot) : dumpByCopy(snapshot);
      for await (const piece of dump) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    await world.store.putFile(name, Readable.from(seal(key, name, measured()), { objectMode: false }));
    const { migrations, tables } = snapshot;
    return {
      version: 1,
      id,
      name,
      takenAt,
      expiresAt,
      key,
      format,
      migrations,
      bytes,
      sha256: hash.digest('hex'),
      tables,
      ledger,
    };
  });
}

/** What the catalogue tells of a backup: nothing that its key object has to keep to itself. */
export function told({ id, name, takenAt, expiresAt, format, migrations, bytes, tables, ledger }: Manifest) {
  return {
    id,
    name,
    takenAt,
    expiresAt,
    format,
    migration: migrations.at(-1) ?? '',
    bytes,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    ledgerSeq: ledger.seq,
  };
}

/** Of a process that died while it took a backup: whole with its key it is one; anything less goes. */
export async function settleLeftOver(world: BackupWorld, catalogue: Catalogue): Promise<void> {
  for (const entry of await catalogue.kept()) {
    if (entry.state !== 'taking') continue;
    try {
      await catalogue.put({ ...entry, ...told(await readManifest(world, entry.name)), state: 'good' });
    } catch (error) {
      if (error instanceof BackupUnreadable) {
        await catalogue.put({ ...entry, state: 'unreadable', problem: error.message });
        continue;
      }
      if (!(error instanceof BackupMissing)) throw error;
      await world.store.destroy(entry.name);
      await catalogue.put({
        ...entry,
        state: 'failed',
        destroyedAt: world.now(),
        problem: 'The process that took it ended before it was whole.',
      });
    }
  }
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);
