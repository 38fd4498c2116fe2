import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BackupMissing, type BackupStore, backupsAmong, fileSuffix, keySuffix } from './store.ts';

/** Backups in a folder, on another disk or machine than the database: files of mode 600, in place only when they are whole and on disk. */
export function folderStore(folder: string): BackupStore {
  const fileOf = (name: string): string => join(folder, `${name}${fileSuffix}`);
  const keyOf = (name: string): string => join(folder, `${name}${keySuffix}`);

  async function settle(part: string, path: string): Promise<void> {
    await rename(part, path);
    const handle = await open(folder, 'r');
    await handle.sync(); // the name, too, survives a power cut
    await handle.close();
  }

  return {
    async putFile(name, content) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const part = `${fileOf(name)}.part`;
      try {
        await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }));
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
      await settle(part, fileOf(name));
    },
    async getFile(name) {
      const handle = await open(fileOf(name), 'r').catch((error: unknown) => missing(name, 'file', error));
      return createReadStream('', { fd: handle });
    },
    async putKey(name, sealed) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const part = `${keyOf(name)}.part`;
      await writeFile(part, sealed, { mode: 0o600, flush: true });
      await settle(part, keyOf(name));
    },
    getKey: (name) => readFile(keyOf(name), 'utf8').catch((error: unknown) => missing(name, 'key', error)),
    async destroy(name) {
      for (const path of [keyOf(name), fileOf(name), `${keyOf(name)}.part`, `${fileOf(name)}.part`])
        await rm(path, { force: true });
    },
    async list() {
      const objects = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      return backupsAmong(objects.map((object) => object.replace(/\.part$/, '')));
    },
  };
}

function missing(name: string, part: 'file' | 'key', error: unknown): never {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new BackupMissing(name, part, error);
  throw error;
}
