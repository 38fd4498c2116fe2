import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';

/** What SQLite, through the server, says of a file that it cannot use. */
export const damage =
  /file is not a database|disk image is malformed|database corruption|SQL logic error|no such (?:table|column)|unable to create SQLite admin DB/;

const check = `
import sqlite3, sys
try:
    found = sqlite3.connect('file:' + sys.argv[1] + '?mode=rw', uri=True, timeout=5).execute('pragma quick_check(1)').fetchone()[0]
except sqlite3.DatabaseError as error:
    found = str(error)
print(found)
`;

/** Whether the database file is whole. A damaged one can pass the server's start and fail hours later, so it is read before. */
export async function isSound(file: string): Promise<boolean> {
  if (!existsSync(file)) return true;
  const found = await promisify(execFile)('python3', ['-c', check, encodeURI(file)]).catch(() => undefined); // no python3: the server will find out
  return !found || found.stdout.trim() === 'ok' || /locked|busy/.test(found.stdout);
}

/** Puts the file and its journals out of the way, for whoever wants to know what happened; answers the new name. */
export function moveAside(file: string): string {
  const aside = `${file}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  for (const part of ['', '-wal', '-shm']) if (existsSync(file + part)) renameSync(file + part, aside + part);
  return aside;
}
