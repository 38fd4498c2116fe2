import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { type ProblemName, problems } from './problem.ts';
import { scopes } from './roles.ts';
import type { Route } from './route.ts';
import { COOKIE } from './session.ts';

const ProblemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. The types are listed at /problems.' });

const IdempotencyKey = z.string().min(1).max(200).optional().meta({
  description: 'The same key with the same body is answered once and repeated; with another body it is refused.',
});
const CsrfToken = z.string().optional().meta({ description: '`csrf` of GET /v1/session; an API token needs none.' });

/** The OpenAPI 3.1 document of exactly the routes that are mounted, from exactly the shapes that validate. */
export function openApiOf(routes: readonly Route[]): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: COOKIE });
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  for (const route of routes) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Decorum',
      version: '1',
      description: 'Outreach and privacy automation that cannot break the law by accident.',
    },
    servers: [{ url: '/v1' }],
  });
}

function pathOf(route: Route): RouteConfig {
  const { status, schema, mediaType } = route.reply;
  const isPublic = route.action === 'public';
  const headers = {
    ...(!isPublic && route.method !== 'get' ? { 'X-CSRF-Token': CsrfToken } : {}),
    ...(!isPublic && route.method === 'post' && !route.upload && !route.isSecret ? { 'Idempotency-Key': IdempotencyKey } : {}),
  };
  const upload = Object.fromEntries(
    (route.upload?.mediaTypes ?? []).map((type) => [type, { schema: { type: 'string', format: 'binary' } as const }]),
  );
  const content = route.body ? { 'application/json': { schema: route.body } } : upload;
  return {
    method: route.method,
    path: route.path,
    summary: route.summary,
    operationId: operationIdOf(route),
    tags: [route.tag],
    security: securityOf(route),
    request: {
      params: route.params,
      query: route.query,
      headers: z.object(headers),
      ...(Object.keys(content).length > 0 ? { body: { required: true, content } } : {}),
    },
    responses: {
      [status]: {
        description: route.summary,
        ...(status === 204 ? {} : { content: { [mediaType ?? 'application/json']: { schema } } }),
      },
      ...problemsOf(route, isPublic),
    },
  };
}

/** An API token opens what is a scope. */
function securityOf({ action }: Route): Record<string, string[]>[] {
  if (action === 'public') return [];
  return [{ session: [] }, ...(scopes.includes(action) ? [{ token: [] }] : [])];
}

/** Each status once, with the titles of all the problems that have it. */
function problemsOf(route: Route, isPublic: boolean): RouteConfig['responses'] {
  const names = new Set<ProblemName>(['malformed-request', 'internal', 'closed-after-restore', ...route.errors]);
  if (!isPublic) {
    for (const name of ['unauthenticated', 'forbidden', 'outside-scope', 'second-factor-missing', 'too-many-requests'] as const)
      names.add(name);
  }
  if (!isPublic && route.method !== 'get') names.add('csrf-token');
  if (route.path.includes('{')) names.add('not-found');
  if (route.body || route.upload) names.add('too-large').add('unsupported-media-type');
  if (route.body) names.add('invalid-request');
  if (!isPublic && route.method === 'post' && !route.upload && !route.isSecret)
    names.add('request-in-progress').add('idempotency-key-reused');
  const titles = new Map<number, string[]>();
  for (const name of names)
    titles.set(problems[name].status, [...(titles.get(problems[name].status) ?? []), problems[name].title]);
  return Object.fromEntries(
    [...titles].map(([status, all]) => [
      status,
      { description: all.join('; '), content: { 'application/problem+json': { schema: ProblemDocument } } },
    ]),
  );
}

/** `post /launches/{launchId}/pause` is `postLaunchesLaunchIdPause`: stable, and unique because method and path are. */
function operationIdOf({ method, path }: Route): string {
  return method + path.replaceAll(/[{}]/g, '').replaceAll(/[/.-](\w)/g, (_, letter: string) => letter.toUpperCase());
}
