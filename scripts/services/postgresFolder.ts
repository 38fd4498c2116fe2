import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { explainPostgres } from './postgresErrors.ts';
import { endLeftOver } from './leftOver.ts';
import { canReach, commonPlace, giveTo, type Unprivileged } from './unprivileged.ts';

export const superuser = 'decorum_owner'; // not "decorum": the search path would then begin with the schema of that name

/** Makes the cluster at `dataDir` ready for one server: enterable by `user`, whole, used by nobody else. */
export async function preparePostgresFolder(options: {
  dataDir: string;
  binaries: string;
  user: Unprivileged | undefined;
  fast: boolean;
  log: (line: string) => void;
}): Promise<{ place: string; password: string }> {
  const { dataDir, binaries, user, fast, log } = options;
  mkdirSync(dirname(dataDir), { recursive: true });
  const place = user ? enterable(dataDir, user, log) : existsSync(dataDir) ? realpathSync(dataDir) : dataDir;
  await endLeftOver(`${dataDir}.pid`, place, log);
  const password = ownPassword(`${dataDir}.password`, place);
  if (!existsSync(join(place, 'PG_VERSION'))) await createCluster({ binaries, place, password, user, fast });
  if (user && statSync(place).uid !== user.uid) giveTo(place, user);
  return { place, password };
}

/**
 * The folder that PostgreSQL can enter: `dataDir`, or, when that lies below a closed folder, a new one elsewhere to which
 * `dataDir` becomes a link. So who deletes `dataDir` starts afresh, and a second clone at the same path never finds the first one's data.
 */
function enterable(dataDir: string, user: Unprivileged, log: (line: string) => void): string {
  const found = lstatSync(dataDir, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) {
    if (!existsSync(dataDir))
      throw new Error(
        `${dataDir} leads to ${readlinkSync(dataDir)}, which is gone: restore it, or remove the link to start empty.`,
      );
    return realpathSync(dataDir);
  }
  if (canReach(dirname(dataDir), user)) return dataDir;
  const place = join(mkdtempSync(join(commonPlace(), 'data-')), basename(dataDir));
  chmodSync(dirname(place), 0o711);
  if (found) renameSync(dataDir, place);
  else mkdirSync(place, { mode: 0o700 });
  symlinkSync(place, dataDir);
  log(`PostgreSQL runs as ${user.name}, who cannot enter ${dirname(dataDir)}: its files are in ${place}.`);
  return place;
}

function ownPassword(file: string, place: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (existsSync(join(place, 'PG_VERSION')))
    throw new Error(`The password of ${place} is lost: restore ${file}, or remove ${place} to start empty.`);
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Built aside and renamed when whole, so that a kill in between leaves nothing half made. */
async function createCluster(to: {
  binaries: string;
  place: string;
  password: string;
  user: Unprivileged | undefined;
  fast: boolean;
}): Promise<void> {
  const part = `${to.place}.part`;
  const secret = `${to.place}.secret`; // initdb, which may be another user, reads the password from a file only
  rmSync(part, { recursive: true, force: true });
  if (existsSync(to.place)) removeEmpty(to.place);
  mkdirSync(part, { mode: 0o700 });
  writeFileSync(secret, to.password, { mode: 0o600 });
  if (to.user) for (const path of [part, secret]) chownSync(path, to.user.uid, to.user.gid);
  const args = [
    '-D',
    part,
    '-U',
    superuser,
    `--pwfile=${secret}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  try {
    await promisify(execFile)(join(to.binaries, 'bin/initdb'), to.fast ? [...args, '--no-sync'] : args, {
      cwd: dirname(to.place),
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...(to.user && { uid: to.user.uid, gid: to.user.gid }),
    });
    renameSync(part, to.place);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(explainPostgres(stderr?.trim() || message), { cause: error });
  } finally {
    rmSync(secret, { force: true });
  }
}

function removeEmpty(place: string): void {
  try {
    rmdirSync(place);
  } catch (error) {
    throw new Error(`${place} is not empty and holds no PostgreSQL data: name another folder, or empty this one.`, {
      cause: error,
    });
  }
}
