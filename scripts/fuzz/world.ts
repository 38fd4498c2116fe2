import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newApiToken } from '../../api/apiToken.ts';
import { hashPassword } from '../../api/password.ts';
import { type Role, roles, scopes } from '../../api/roles.ts';
import { COOKIE, csrfOf, startSession } from '../../api/session.ts';
import { addApiToken } from '../../db/apiTokens.ts';
import { migrate } from '../../db/migrate.ts';
import { roleUrl } from '../../db/roles.ts';
import { type Database, openDatabase, type Tx } from '../../db/transaction.ts';
import { addUser } from '../../db/users.ts';
import { newTenant } from '../../test/builders/tenant.ts';
import { freePort } from '../services/ports.ts';
import { startPostgres } from '../services/postgres.ts';
import { temporaryFolder } from '../services/temporaryFolder.ts';

const root = join(import.meta.dirname, '../..');
const longestStartMs = 60_000;

/** An API over a database of its own, without Temporal: what cannot be delivered now waits in the outbox, and no answer may depend on it. */
export interface FuzzWorld {
  readonly origin: string;
  /** The headers of a caller in each state that a route knows, each in a workspace of its own, because one may end what is in it. */
  callers(): Promise<{ name: string; headers: Record<string, string> }[]>;
  /** What the API logged as unforeseen, without which a 500 is a riddle. */
  log(): string;
  end(): Promise<void>;
}

export async function startFuzzWorld(): Promise<FuzzWorld> {
  const folder = temporaryFolder();
  const port = await freePort();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), database: 'decorum', fast: true });
  await migrate(postgres.url);
  const origin = `http://127.0.0.1:${port}`;
  const api = spawn(process.execPath, ['--import', 'tsx', 'api/server.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: postgres.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      DECORUM_SECRET: randomBytes(32).toString('base64url'),
      API_PORT: String(port),
      PUBLIC_URL: origin,
      LOG_LEVEL: 'error',
    },
  });
  process.once('exit', () => api.kill('SIGKILL')); // also when the run is interrupted
  let log = '';
  for (const stream of [api.stdout, api.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (const patient = AbortSignal.timeout(longestStartMs); !(await answers(`${origin}/v1/openapi.json`)); await sleep(100)) {
    if (api.exitCode !== null || patient.aborted) throw new Error(`The API does not start: ${log}`);
  }
  const db = openDatabase({ url: roleUrl(postgres.url, 'decorum_app'), max: 2 });
  return {
    origin,
    async callers() {
      const signedIn = await Promise.all(roles.map(async (role) => ({ name: role, headers: await session(db, role) })));
      return [{ name: 'nobody', headers: {} }, ...signedIn, { name: 'an API token', headers: await token(db) }];
    },
    log: () => log,
    async end() {
      await db.close();
      api.kill('SIGTERM');
      if (api.exitCode === null) await once(api, 'exit');
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function session(db: Database, role: Role): Promise<Record<string, string>> {
  const tenantId = await newTenant(db);
  const user = await userIn(role);
  const started = await db.inTenant(tenantId, async (tx) => startSession(tx, await user(tx), randomBytes));
  return { Cookie: `${COOKIE}=${started.tenantId}.${started.secret}`, 'X-CSRF-Token': csrfOf(started) };
}

async function token(db: Database): Promise<Record<string, string>> {
  const tenantId = await newTenant(db);
  const user = await userIn('owner');
  const { token: secret, hash } = newApiToken(tenantId, randomBytes);
  await db.inTenant(tenantId, async (tx) =>
    addApiToken(tx, { userId: await user(tx), name: 'Everything', tokenHash: hash, scopes, days: 1 }),
  );
  return { Authorization: `Bearer ${secret}` };
}

/** With a password of its own: some routes ask for it once more. */
async function userIn(role: Role): Promise<(tx: Tx) => Promise<string>> {
  const passwordHash = await hashPassword('correct horse battery', randomBytes);
  return async (tx) => {
    const email = `${role}-${randomUUID()}@fuzz.example`;
    const user = await addUser(tx, { email, name: role, role, zone: 'UTC', signature: '', passwordHash });
    if (!user) throw new Error(`${email} is taken.`);
    return user.id;
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // not yet
  }
}
