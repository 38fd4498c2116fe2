import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { keepReply, letGoOfKey, takeKey } from '../db/idempotency.ts';
import { bearerOf, holderOf } from './apiToken.ts';
import { auditing } from './audit.ts';
import type { Dependencies } from './dependencies.ts';
import { limited, placeOf } from './limits.ts';
import { type Fault, Problem, type ProblemName } from './problem.ts';
import { type Action, isAllowed, whileFrozen, withoutFactor } from './roles.ts';
import type { Route, Who } from './route.ts';
import { whoIs } from './session.ts';
import { originOfUi } from './temporalUi.ts';
import { noteFeature } from './usage.ts';

/** PostgreSQL stores neither NUL nor half a surrogate pair; a text with one is refused here, and not by an error from the depths. */
const unstorable = /\0|\p{Surrogate}/u;
const json = express.json({
  limit: '2mb',
  strict: false,
  reviver(key: string, value: unknown) {
    if (unstorable.test(key) || (typeof value === 'string' && unstorable.test(value)))
      throw new SyntaxError('NUL or half a character');
    return value;
  },
});

/** Puts routes below the router, and an answer with Allow for every method that a path does not have. */
export function mount(router: express.Router, routes: readonly Route[], deps: Dependencies): void {
  const methods = new Map<string, Set<string>>();
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](path, (request, response) => answer(route, request, response, deps));
    const known = methods.get(path) ?? new Set();
    known.add(route.method.toUpperCase());
    if (route.method === 'get') known.add('HEAD');
    methods.set(path, known);
  }
  for (const [path, known] of methods) {
    const allow = [...known].join(', ');
    router.all(path, (request) => {
      throw new Problem('method-not-allowed', `${request.method} is not one of ${allow}.`, { headers: { Allow: allow } });
    });
  }
}

/** In this order, so that a stranger learns nothing about shapes: who, may they, was it they, is it well-formed, was it asked before. */
async function answer(route: Route, request: Request, response: Response, deps: Dependencies): Promise<void> {
  const who = await admit(route, request, response, deps);
  if (/%00/.test(request.originalUrl)) throw new Problem('malformed-request', 'The address has a NUL in it.');
  const params = checked(route.params, request.params, 'not-found', 'parameter');
  const query = checked(route.query, request.query, 'malformed-request', 'parameter');
  const body = route.upload ? undefined : await bodyOf(route, request, response);
  if (route.upload && !request.is([...route.upload.mediaTypes])) {
    throw new Problem('unsupported-media-type', `Send one of ${route.upload.mediaTypes.join(', ')}.`);
  }

  const ip = request.ip ?? '';
  const audit = auditing(deps, { route, params, who, ip });
  async function handled(): Promise<unknown> {
    const asked = {
      params,
      query,
      body,
      upload: request,
      headers: request.headers,
      ip,
      who, // null on a public route, whose handler sees it typed so
      db: audit.deps.db,
      deps: audit.deps,
      reply: (name: string, value: string) => void response.append(name, value),
    };
    try {
      const reply = route.reply.schema.parse(await route.handle(asked));
      await audit.answered(reply);
      await noteFeature(deps, route, who, request);
      return reply;
    } catch (error) {
      throw isOfForgedCursor(error, query) ? new Problem('malformed-request', 'The cursor is none of this list.') : error;
    }
  }

  const key = request.get('idempotency-key');
  const result =
    who && key !== undefined && route.method === 'post' && !route.upload && !route.isSecret
      ? await once(key, { who, deps, request, body: body ?? null, status: route.reply.status }, handled)
      : await handled();
  await send(route, response, result);
}

/** A cursor whose keys are no instants or ids of this list is found out by the database (class 22, data exception). */
function isOfForgedCursor(error: unknown, query: object): boolean {
  const { code } = error as { code?: unknown };
  return 'cursor' in query && query.cursor !== undefined && typeof code === 'string' && code.startsWith('22');
}

async function admit(route: Route, request: Request, response: Response, deps: Dependencies): Promise<Who | null> {
  if (route.action === 'public') return null;
  const bearer = bearerOf(request.headers.authorization);
  const { who, lacksFactor, isFrozen, isCsrf } =
    bearer === null
      ? await whoIs(deps.db, request.headers.cookie, deps.secureCookies)
      : await whoseToken(bearer, route.action, request, deps);
  response.locals.userId = who.userId;
  if (!isAllowed(who.role, route.action)) throw new Problem('forbidden', `A user in the role ${who.role} may not do this.`);
  if (isFrozen && !whileFrozen.includes(route.action))
    throw new Problem('account-frozen', 'Only its deletion can be cancelled, and its data exported or held.');
  if (lacksFactor && !withoutFactor.includes(route.action)) {
    throw new Problem('second-factor-missing', 'Set up a second factor at POST /v1/account/second-factor first.');
  }
  const isFromUi = route.fromTemporalUi === true && request.get('origin') === originOfUi(deps);
  if (route.method !== 'get' && !isFromUi && !isCsrf(request.get('x-csrf-token') ?? '')) {
    throw new Problem('csrf-token', 'Send the value of `csrf` from GET /v1/session in the header X-CSRF-Token.');
  }
  return who;
}

/** A token comes with no cookie, so no page of somebody else's can send it: it needs no CSRF token. */
async function whoseToken(token: string, action: Action, request: Request, deps: Dependencies) {
  const holder = await holderOf(deps.db, token);
  if (!holder) {
    await limited(deps, 'tokensFrom', placeOf(request.ip ?? ''));
    throw new Problem('unauthenticated', 'The API token is none of ours, or has expired.', {
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' }, // RFC 6750, 3
    });
  }
  await limited(deps, 'token', token);
  if (!holder.scopes.includes(action)) throw new Problem('outside-scope', `The token has no scope ${action}.`);
  const { tenantId, userId, role, lacksFactor, isFrozen } = holder;
  return { who: { tenantId, userId, role, session: null }, lacksFactor, isFrozen, isCsrf: () => true };
}

async function bodyOf(route: Route, request: Request, response: Response): Promise<unknown> {
  if (!route.body) return undefined;
  if (!request.is('application/json')) throw new Problem('unsupported-media-type', 'Send application/json.');
  await new Promise<void>((resolve, reject) => {
    json(request, response, (error?: unknown) => (error ? reject(asProblem(error)) : resolve()));
  });
  return checked(route.body, request.body as unknown, 'invalid-request', 'pointer');
}

function checked<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  problem: ProblemName,
  place: 'pointer' | 'parameter',
): z.output<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }): Fault => {
    const keys = path.map(String);
    return place === 'pointer' ? { pointer: pointerTo(keys), message } : { parameter: keys.join('.'), message };
  });
  throw new Problem(problem, errors.map((error) => `${error.pointer ?? error.parameter ?? ''}: ${error.message}`).join('; '), {
    errors,
  });
}

/** RFC 6901. */
function pointerTo(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What express.json could not read, as one of our problems; anything else stays what it is. */
function asProblem(error: unknown): unknown {
  const { type } = error as { type?: string };
  if (type === 'entity.too.large') return new Problem('too-large', 'The body may have 2 MB at most.');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') {
    return new Problem('unsupported-media-type', 'Send the body as UTF-8, plain or compressed with gzip, deflate or br.');
  }
  return type === undefined ? error : new Problem('malformed-request', 'The body is no JSON, or did not come whole.');
}

/** The same request under the same key is answered once and repeated from the record (draft-ietf-httpapi-idempotency-key-header). */
async function once(
  key: string,
  { who, deps, request, body, status }: { who: Who; deps: Dependencies; request: Request; body: unknown; status: number },
  handled: () => Promise<unknown>,
): Promise<unknown> {
  if (key.length === 0 || key.length > 200) throw new Problem('malformed-request', 'An Idempotency-Key has 1 to 200 characters.');
  // Keyed, because a body can hold a password, and a plain hash of it could be guessed at.
  const hash = createHmac('sha256', deps.addressKey)
    .update(`idempotency:${request.method} ${request.originalUrl}\n${JSON.stringify(body)}`)
    .digest();
  const seen = await deps.db.inTenant(who.tenantId, (tx) => takeKey(tx, who.userId, key, hash));
  if (seen.kind === 'answered') return seen.reply;
  if (seen.kind === 'in progress') {
    throw new Problem('request-in-progress', 'Wait for its answer, or ask again in a moment.', {
      headers: { 'Retry-After': '1' },
    });
  }
  if (seen.kind === 'another request') {
    throw new Problem('idempotency-key-reused', 'This key was used with another request: take a new one for each.');
  }
  try {
    const result = await handled();
    await deps.db.inTenant(who.tenantId, (tx) => keepReply(tx, who.userId, key, status, result));
    return result;
  } catch (error) {
    await deps.db.inTenant(who.tenantId, (tx) => letGoOfKey(tx, who.userId, key));
    throw error;
  }
}

async function send(route: Route, response: Response, result: unknown): Promise<void> {
  response.status(route.reply.status).set('Cache-Control', 'no-store');
  if (route.reply.mediaType !== undefined) {
    response.type(route.reply.mediaType);
    if (result instanceof Readable) await pipeline(result, response);
    else response.send(result);
  } else if (route.reply.status === 204) {
    response.end();
  } else {
    response.json(result);
  }
}
