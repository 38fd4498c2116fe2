import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './leftOver.ts';

const PREFIX = 'decorum-run-';

/**
 * A folder for servers that live no longer than we do, open enough for a PostgreSQL that runs as another user.
 * Those of earlier runs that were killed are removed on this occasion: their servers ended with them.
 */
export function temporaryFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : process.pid;
    if (!isAlive(owner)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o711);
  return folder;
}
