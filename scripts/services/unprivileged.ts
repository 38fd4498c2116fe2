import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The user that a server runs as when we are root, which PostgreSQL refuses to be. */
export interface Unprivileged {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when we are no root: everything then runs as we do. */
export function unprivilegedUser(): Unprivileged | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (name && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and /etc/passwd has neither "postgres" nor "nobody": start as another user.');
}

/** Whether `user` may execute or enter `path`: one closed folder on the way is enough to be kept out. */
export function canReach(path: string, user: Unprivileged): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    const { uid, gid, mode } = statSync(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** A folder of root's that everybody may pass through, for what cannot stay below a closed home. Never swept like /tmp, where that is possible. */
export function commonPlace(): string {
  let refusal = '';
  for (const place of ['/var/lib/decorum', join(tmpdir(), 'decorum')]) {
    try {
      mkdirSync(place, { recursive: true });
      const { uid, mode } = lstatSync(place);
      if (uid !== 0) throw new Error('it belongs to another user'); // anybody may make a folder in /tmp
      if ((mode & 0o777) !== 0o711) chmodSync(place, 0o711);
      return place;
    } catch (error) {
      refusal = `${place}: ${(error as Error).message}`;
    }
  }
  throw new Error(`No folder can be made that an unprivileged PostgreSQL could enter (${refusal}).`);
}

/** Everything below `folder` belongs to `user`. */
export function giveTo(folder: string, user: Unprivileged): void {
  chownSync(folder, user.uid, user.gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveTo(path, user);
    else if (entry.isFile()) chownSync(path, user.uid, user.gid);
  }
}
