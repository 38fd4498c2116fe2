import { execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { closing, type Snapshot } from './snapshot.ts';

/** True when the tools of that version of the server, or of a newer one, are on this machine. */
export async function hasPgDump(majorVersion: number): Promise<boolean> {
  try {
    const versions = await Promise.all(
      ['pg_dump', 'pg_restore'].map(async (tool) => (await promisify(execFile)(tool, ['--version'])).stdout),
    );
    return versions.every((version) => Number(/(\d+)(?:\.|devel|beta|rc|\s|$)/.exec(version)?.[1] ?? 0) >= majorVersion);
  } catch {
    return false; // not there, or not to be run: COPY is
  }
}

/** The database in pg_dump's custom format, as of the snapshot. Ends with an error when pg_dump does. */
export async function* dumpByTool(ownerUrl: string, snapshot: Pick<Snapshot, 'id'>): AsyncGenerator<Buffer> {
  const { url, env } = withoutPassword(ownerUrl);
  const child = spawn(
    'pg_dump',
    [
      `--dbname=${url}`,
      '--format=custom',
      `--snapshot=${snapshot.id}`,
      `--exclude-table-data=${closing}`,
      '--lock-wait-timeout=60s',
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = endOf('pg_dump', child);
  ended.catch(() => undefined); // told below, when what it wrote has been read
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    await ended;
  } finally {
    child.kill();
  }
}

/** Restores such a dump into a database that has nothing in it yet: all of it or nothing. */
export async function restoreByTool(targetUrl: string, dump: Readable): Promise<void> {
  const { url, env } = withoutPassword(targetUrl);
  const child = spawn('pg_restore', [`--dbname=${url}`, '--exit-on-error', '--single-transaction'], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = endOf('pg_restore', child);
  try {
    const [fed, end] = await Promise.allSettled([pipeline(dump, child.stdin), ended]);
    const isPipe = fed.status === 'rejected' && (fed.reason as NodeJS.ErrnoException).code === 'EPIPE'; // pg_restore says why itself
    if (fed.status === 'rejected' && !isPipe) throw fed.reason;
    if (end.status === 'rejected') throw end.reason;
  } finally {
    child.kill();
  }
}

function endOf(tool: string, child: ReturnType<typeof spawn>): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (said = (said + text).slice(-2_000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${tool} ended with ${code}. ${ownWords(tool, said)}`)),
    );
  });
}

/** Without the context that PostgreSQL adds: it quotes rows. */
function ownWords(tool: string, said: string): string {
  const lines = said.split('\n').filter((line) => line.startsWith(`${tool}: `));
  return lines.join(' ');
}

/** A password on a command line is seen by everybody on the machine; in the environment by the process's owner. */
function withoutPassword(address: string): { url: string; env: NodeJS.ProcessEnv } {
  const url = new URL(address);
  const env = { PATH: process.env.PATH, LC_ALL: 'C', PGPASSWORD: decodeURIComponent(url.password) };
  url.password = '';
  return { url: url.toString(), env };
}
