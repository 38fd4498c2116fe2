import type { Readable } from 'node:stream';

/** One backup of those that are in the store, by its file: what is there, whatever a catalogue says. */
export interface Stored {
  name: string;
  takenAt: Date;
}

/**
 * Where backups lie. A backup is two objects: its file, encrypted under a key of its own, and that key, sealed by the vault together with
 * what the file must contain. Without either there is nothing to restore.
 */
export interface BackupStore {
  /** Whole or not at all. */
  putFile(name: string, content: Readable): Promise<void>;
  /** Throws BackupMissing. */
  getFile(name: string): Promise<Readable>;
  putKey(name: string, sealed: string): Promise<void>;
  /** Throws BackupMissing. */
  getKey(name: string): Promise<string>;
  /** Both objects, the key first; what is gone already is fine. */
  destroy(name: string): Promise<void>;
  /** Every backup of which there is a file or a key, oldest first. */
  list(): Promise<Stored[]>;
}

export class BackupMissing extends Error {
  override readonly name = 'BackupMissing';
  constructor(backup: string, part: 'file' | 'key', cause?: unknown) {
    super(`The ${part} of the backup ${backup} is not in the store.`, { cause });
  }
}

export const fileSuffix = '.backup';
export const keySuffix = '.key';

/** A backup's name says when it was taken, so that the store alone shows what is too old. */
export function backupName(takenAt: Date, id: string): string {
  return `decorum-${takenAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${id.slice(0, 8)}`;
}

const namePattern = /^decorum-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}$/;

/** The backups behind the names of a store's objects; what is not ours is passed over. */
export function backupsAmong(objects: readonly string[]): Stored[] {
  const names = new Set(objects.map((object) => object.replace(/\.(backup|key)$/, '')));
  return [...names].sort().flatMap((name) => {
    const [, year, month, day, hour, minute, second] = namePattern.exec(name) ?? [];
    return year === undefined ? [] : [{ name, takenAt: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) }];
  });
}
