import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createApp } from '../../api/app.ts';
import { isAudited } from '../../api/audit.ts';
import type { Dependencies } from '../../api/dependencies.ts';
import { hashPassword } from '../../api/password.ts';
import { type Role, roles } from '../../api/roles.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { openApiOf } from '../../api/openapi.ts';
import { startSession, csrfOf } from '../../api/session.ts';
import { tenantKeyStore } from '../../db/tenantKeys.ts';
import { type Database, openDatabase } from '../../db/transaction.ts';
import { keyring } from '../../providers/codec/keyring.ts';
import { clearanceSigner } from '../../providers/clearanceSignature.ts';
import { outboundGuard } from '../../providers/outboundGuard.ts';
import { createTemplates } from '../../providers/templates.ts';
import { generateVaultKey, vault } from '../../providers/vault.ts';
import { testDatabase } from '../setup/database.ts';

export const password = 'correct horse battery';

/** The API on a free port over a database of its own. */
export async function serve(options: Partial<Dependencies> = {}) {
  const database = await testDatabase();
  const db = openDatabase({ url: database.appUrl, max: 8 });
  const secrets = vault([generateVaultKey()]);
  const deps: Dependencies = {
    db,
    stops: db,
    vault: secrets,
    histories: keyring({
      store: tenantKeyStore(db),
      vault: secrets,
      platformKeys: [randomBytes(32)],
      monotonicMs: () => performance.now(),
      randomBytes,
    }),
    addressKey: randomBytes(32),
    linkKeys: [randomBytes(32)],
    webhookKey: randomBytes(32),
    clearances: clearanceSigner([randomBytes(32)]),
    certificates: clearanceSigner([randomBytes(32)]),
    acceptInbound: () => Promise.resolve(),
    outbound: outboundGuard(['127.0.0.0/8']),
    templates: createTemplates(),
    publicUrl: 'https://decorum.example',
    now: () => new Date(),
    randomBytes,
    secureCookies: false,
    askQueue: () => Promise.resolve({ workflows: 1, activities: 1 }),
    usageDays: 90,
    log: pino({ level: 'fatal' }),
    ...options,
  };
  const server = createApp(deps).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const passwordHash = await hashPassword(password, randomBytes);
  const changed: Changes = new Map();

  return {
    origin,
    deps,
    db,
    ownerUrl: database.ownerUrl,
    /** A workspace with one user in each role, and a signed-in client for each of them. */
    async workspace(kind: 'real' | 'test' = 'test') {
      const id = randomUUID();
      const clients = await db.inTenant(id, async (tx) => {
        await tx.run(
          `insert into tenants (id, name, kind, postal_address) values ($1, 'Acme', $2, '1 Main Street, Springfield')`,
          [id, kind],
        );
        const made: [Role, Client][] = [];
        for (const role of roles) {
          const email = `${role}@${id.slice(0, 8)}.example`;
          const user = await tx.row<{ id: string }>(
            `insert into users (tenant_id, email, name, role, password_hash) values ($1, $2, $3, $3, $4) returning id`,
            [id, email, role, passwordHash],
          );
          const token = await startSession(tx, user.id, randomBytes);
          const headers = { cookie: `decorum_session=${token.tenantId}.${token.secret}`, 'x-csrf-token': csrfOf(token) };
          made.push([role, { ...client(origin, headers, changesOf(changed, id)), userId: user.id, email }]);
        }
        return made;
      });
      return { id, ...(Object.fromEntries(clients) as Record<Role, Client>) };
    },
    stranger: client(origin, {}),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      try {
        await holdAgainstLog(db, changed);
      } finally {
        await db.close();
        await database.drop();
      }
    },
  };
}

export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}
export type Client = ReturnType<typeof client> & { userId: string; email: string };

type Sent = { body?: unknown; headers?: Record<string, string> };

/** How often each workspace's clients have done what an entry must be left of. */
type Changes = Map<string, Map<string, number>>;

function changesOf(all: Changes, tenantId: string): Map<string, number> {
  const changes = new Map<string, number>();
  all.set(tenantId, changes);
  return changes;
}

/** Whatever a test did to a workspace over the API stands in its audit log. */
async function holdAgainstLog(db: Database, all: Changes): Promise<void> {
  for (const [tenantId, changes] of all) {
    const logged = new Map(
      (
        await db.inTenant(tenantId, (tx) =>
          tx.rows<{ action: string; count: number }>(`select action, count(*) as count from audit_log group by 1`),
        )
      ).map(({ action, count }) => [action, count]),
    );
    expect([...changes].filter(([action, times]) => (logged.get(action) ?? 0) < times)).toEqual([]);
  }
}

/** Speaks as somebody. A JSON reply of a route that is in the list is held against that route's schema before it is handed back. */
function client(origin: string, own: Record<string, string>, changes = new Map<string, number>()) {
  async function ask(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Reply> {
    const raw = typeof body === 'string' || body instanceof Buffer;
    const response = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...own, ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const reply = { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
    const route = routeOf(method, path);
    holdAgainstSchema(route, path, reply);
    if (route && isAudited(route) && response.ok && !('idempotency-key' in headers)) {
      const action = `${route.method} ${route.path}`;
      changes.set(action, (changes.get(action) ?? 0) + 1);
    }
    return reply;
  }
  return {
    get: (path: string, sent?: Sent) => ask('GET', path, sent),
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      ask('POST', path, { body, ...(headers && { headers }) }),
    patch: (path: string, body?: unknown) => ask('PATCH', path, { body }),
    put: (path: string, body?: unknown) => ask('PUT', path, { body }),
    delete: (path: string) => ask('DELETE', path),
    ask,
  };
}

const documented = (openApiOf(routes) as { paths: Record<string, Record<string, { responses: object }>> }).paths;

function routeOf(method: string, path: string): Route | undefined {
  const [place] = path.split('?');
  return routes.find(
    (candidate) =>
      candidate.method === method.toLowerCase() &&
      new RegExp(`^/v1${candidate.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(place ?? ''),
  );
}

/** Held against the document that integrators read: the status is in it, the body is as it says, a refusal is a problem document. */
function holdAgainstSchema(route: Route | undefined, path: string, { status, body, headers }: Reply): void {
  if (path.startsWith('/u/')) return; // pages for people
  if (route) expect(Object.keys(documented[route.path]?.[route.method]?.responses ?? {})).toContain(String(status));
  if (status >= 400) {
    expect({ path, type: headers.get('content-type') }).toEqual({ path, type: 'application/problem+json; charset=utf-8' });
    expect(body).toMatchObject({
      type: expect.stringMatching(/^\/problems#/),
      title: expect.any(String),
      status,
      detail: expect.any(String),
    });
    return;
  }
  if (!route || route.reply.mediaType !== undefined || status === 204) return;
  expect(status).toBe(route.reply.status);
  expect(route.reply.schema.parse(body)).toEqual(body);
}
