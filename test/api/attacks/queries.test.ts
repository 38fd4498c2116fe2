import type { z } from 'zod';
import { isAllowed, roles } from '../../../api/roles.ts';
import { routes } from '../../../api/routes.ts';
import { serve } from '../serve.ts';

let api: Awaited<ReturnType<typeof serve>>;
let acme: Awaited<ReturnType<typeof api.workspace>>;
beforeAll(async () => {
  api = await serve();
  acme = await api.workspace();
});
afterAll(() => api.close());

const statements = [`'; drop table users; --`, `") or ("1"="1`, `\\'; select pg_sleep(60); --`, `$1 %_(a+)+$`];
const searched = routes
  .filter(({ method, path }) => method === 'get' && !path.includes('{'))
  .flatMap((route) =>
    Object.keys(route.query.shape as Record<string, z.ZodType>).map((name) => ({
      route,
      parameter: name,
      name: `${route.path}?${name}=`,
    })),
  );

test.each(searched)('$name is no part of a statement', async ({ route, parameter }) => {
  const role = roles.findLast((role) => route.action !== 'public' && isAllowed(role, route.action)) ?? 'owner';
  for (const statement of statements) {
    const { status } = await acme[role].get(`/v1${route.path}?${parameter}=${encodeURIComponent(statement)}`);
    expect({ statement, isAnswered: status < 500 }).toEqual({ statement, isAnswered: true });
  }
});

test.each(searched.filter(({ parameter }) => parameter !== 'cursor'))(
  '$name given twice is refused, not guessed at',
  async ({ route, parameter }) => {
    const role = roles.findLast((role) => route.action !== 'public' && isAllowed(role, route.action)) ?? 'owner';
    const { status } = await acme[role].get(`/v1${route.path}?${parameter}=1&${parameter}=2`);
    expect(status).toBe(400);
  },
);

test('and every user is still there', async () => {
  const { items } = (await acme.owner.get('/v1/users')).body as { items: object[] };
  expect(items).toHaveLength(roles.length);
});
