import { isAllowed, roles } from '../../api/roles.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { serve } from './serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const nobody = '00000000-0000-4000-8000-000000000000';
const pathOf = ({ path }: Route) => `/v1${path.replaceAll(/\{\w+\}/g, nobody)}`;
const guarded = routes
  .filter(({ action }) => action !== 'public')
  .map((route) => ({ route, name: `${route.method} ${route.path}` }));

test.each(guarded)('$name: nobody gets in without a session', async ({ route }) => {
  const { status, body } = await api.stranger.ask(route.method.toUpperCase(), pathOf(route));
  expect({ status, body }).toMatchObject({ status: 401, body: { type: '/problems#unauthenticated' } });
});

test.each(guarded)('$name: a change needs the CSRF token', async ({ route }) => {
  const [role] = roles.filter((role) => route.action !== 'public' && isAllowed(role, route.action));
  const { status, body } = await acme[role!].ask(route.method.toUpperCase(), pathOf(route), {
    headers: { 'x-csrf-token': 'forged' },
  });
  if (route.method === 'get') expect(status).not.toBe(403);
  else expect({ status, body }).toMatchObject({ status: 403, body: { type: '/problems#csrf-token' } });
});

test.each(guarded.filter(({ name }) => name !== 'delete /session'))(
  '$name: only the roles of the table may',
  async ({ route }) => {
    for (const role of roles) {
      // A body that no route takes: who may not is told so, who may is told about the body.
      const { status, body } = await acme[role].ask(
        route.method.toUpperCase(),
        pathOf(route),
        route.body ? { body: '"?"', headers: { 'content-type': 'application/json' } } : {},
      );
      const refused = status === 403 && (body as { type: string }).type === '/problems#forbidden';
      expect({ role, refused }).toEqual({ role, refused: route.action !== 'public' && !isAllowed(role, route.action) });
    }
  },
);

test('every route that is documented is mounted, and the reverse', async () => {
  const { body } = await api.stranger.get('/v1/openapi.json');
  const documented = Object.entries((body as { paths: Record<string, object> }).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(documented.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});
