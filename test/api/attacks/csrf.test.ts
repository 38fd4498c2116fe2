import { randomBytes } from 'node:crypto';
import { isAllowed, roles } from '../../../api/roles.ts';
import type { Route } from '../../../api/route.ts';
import { routes } from '../../../api/routes.ts';
import { startSession } from '../../../api/session.ts';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const pathOf = ({ path }: Route) => `/v1${path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}`;
/** What the page of somebody else can make a browser send without asking us first (fetch, "simple request"). */
const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
const changes = routes
  .filter(({ method }) => method !== 'get')
  .map((route, n) => ({ route, name: `${route.method} ${route.path}`, contentType: simple[n % simple.length] ?? '' }));

test.each(changes.filter(({ route }) => route.action !== 'public'))(
  '$name: the cookie that a browser sends along for another site’s page changes nothing',
  async ({ route, contentType }) => {
    const role = roles.find((role) => route.action !== 'public' && isAllowed(role, route.action)) ?? 'owner';
    const { tenantId, secret } = await api.db.inTenant(acme.id, (tx) => startSession(tx, acme[role].userId, randomBytes));
    const cookie = `decorum_session=${tenantId}.${secret}`;
    const headers = { cookie, origin: 'https://evil.example', 'content-type': contentType };
    const { status, body } = await api.stranger.ask(route.method.toUpperCase(), pathOf(route), { body: '{}', headers });
    expect({ status, body }).toMatchObject({ status: 403, body: { type: '/problems#csrf-token' } });
  },
);

test.each(changes.filter(({ route }) => route.action === 'public' && route.body !== undefined))(
  '$name: what needs no session takes no form, so nobody is logged in over somebody else’s page',
  async ({ route }) => {
    for (const contentType of simple) {
      const headers = { origin: 'https://evil.example', 'content-type': contentType };
      const { status } = await api.stranger.ask(route.method.toUpperCase(), pathOf(route), { body: '{}', headers });
      expect(status).toBe(415);
    }
  },
);

test('no other site is told that it may ask', async () => {
  for (const path of ['/v1/session', '/v1/contacts', '/']) {
    const reply = await fetch(`${api.origin}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-csrf-token',
      },
    });
    expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});
