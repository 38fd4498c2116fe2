import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Database } from '../db/transaction.ts';
import type { Dependencies } from './dependencies.ts';
import type { ProblemName } from './problem.ts';
import type { Action, Role } from './roles.ts';
import type { Token } from './session.ts';

/** Who asks: from the session, never from the request. */
export interface Who {
  readonly tenantId: string;
  readonly userId: string;
  readonly role: Role;
  /** Null: an API token asks. */
  readonly session: Token | null;
}

type Access = Action | 'public';

/** What a handler is given: everything validated, nothing raw but an upload. */
interface Asked<A extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  /** The bytes of a route with `upload`, as they come; of any other an empty stream. */
  readonly upload: Readable;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly ip: string;
  readonly who: A extends 'public' ? null : Who;
  readonly db: Database;
  readonly deps: Dependencies;
  /** Sets a header of the reply. */
  readonly reply: (name: string, value: string) => void;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Path = `/${string}`;

export interface Route<
  A extends Access = Access,
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  M extends Method = Method,
  W extends Path = Path,
> {
  // Method and path stay literal in the type: by these two the console finds the shapes of a route.
  readonly method: M;
  /** Below /v1, parameters in braces. */
  readonly path: W;
  readonly action: A;
  readonly tag: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body?: B | undefined;
  /** The route takes a file instead of a JSON body. */
  readonly upload?: { readonly mediaTypes: readonly string[] } | undefined;
  readonly reply: { readonly status: 200 | 201 | 202 | 204; readonly schema: R; readonly mediaType?: string };
  /** The reply holds a secret: it is never kept, so no Idempotency-Key is taken. */
  readonly isSecret?: true | undefined;
  /** A page of the Temporal UI asks: its origin stands for the CSRF token, which it does not know. The route changes nothing. */
  readonly fromTemporalUi?: true | undefined;
  /** Problems of its own, beside those that any route can answer with. */
  readonly errors: readonly ProblemName[];
  // A method, not a property: TypeScript then lets a list hold routes of different shapes.
  handle(asked: Asked<A, P, Q, B>): Promise<z.input<R>> | z.input<R>;
}

/** Optional in a definition, present in a route. */
type Definition<
  A extends Access,
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
  M extends Method,
  W extends Path,
> = Omit<Route<A, P, Q, B, R, M, W>, 'params' | 'query' | 'errors'> & {
  readonly params?: P;
  readonly query?: Q;
  readonly errors?: readonly ProblemName[];
};

const none = z.object({});

/**
 * A route: its shapes once, in zod. Validation, the handler's types, the OpenAPI document and the console's types all come from them.
 * What the handler answers is written through the reply's schema, so nothing leaves that the schema does not name.
 */
export function route<
  const A extends Access,
  R extends z.ZodType,
  P extends z.ZodObject = typeof none,
  Q extends z.ZodObject = typeof none,
  B extends z.ZodType = z.ZodUndefined,
  const M extends Method = Method,
  const W extends Path = Path,
>(definition: Definition<A, P, Q, B, R, M, W>): Route<A, P, Q, B, R, M, W> {
  // Absent shapes have the type parameters' defaults, which is what the empty object is.
  const empty = none as z.ZodObject;
  return { errors: [], ...definition, params: definition.params ?? (empty as P), query: definition.query ?? (empty as Q) };
}
