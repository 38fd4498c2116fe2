import type { z } from 'zod';
import type { ProblemDocument } from '../api/problem.ts';
import type { Route } from '../api/route.ts';
import type { abuseRoutes } from '../api/routes/abuse.ts';
import type { accessRoutes } from '../api/routes/access.ts';
import type { accountRoutes } from '../api/routes/account.ts';
import type { auditLogRoutes } from '../api/routes/auditLog.ts';
import type { auditorRoutes } from '../api/routes/auditor.ts';
import type { backupRoutes } from '../api/routes/backups.ts';
import type { billingRoutes } from '../api/routes/billing.ts';
import type { breachRoutes } from '../api/routes/breaches.ts';
import type { breachFilingRoutes } from '../api/routes/breachFilings.ts';
import type { breachNoticeRoutes } from '../api/routes/breachNotices.ts';
import type { breachPeopleRoutes } from '../api/routes/breachPeople.ts';
import type { drillScoreRoutes } from '../api/routes/drillScores.ts';
import type { regulatorRoutes } from '../api/routes/regulators.ts';
import type { callRegistryRoutes } from '../api/routes/callRegistries.ts';
import type { callingSwitchRoutes } from '../api/routes/callingSwitches.ts';
import type { callRoutes } from '../api/routes/calls.ts';
import type { caughtMailRoutes } from '../api/routes/caughtMail.ts';
import type { companyRoutes } from '../api/routes/companies.ts';
import type { contactRoutes } from '../api/routes/contacts.ts';
import type { doNotCallRoutes } from '../api/routes/doNotCall.ts';
import type { dataMapRoutes } from '../api/routes/dataMap.ts';
import type { erasureRoutes } from '../api/routes/erasures.ts';
import type { exportRoutes } from '../api/routes/exports.ts';
import type { importRoutes } from '../api/routes/imports.ts';
import type { deletionRoutes } from '../api/routes/deletions.ts';
import type { legalHoldRoutes } from '../api/routes/legalHolds.ts';
import type { listRoutes } from '../api/routes/lists.ts';
import type { integrationRoutes } from '../api/routes/integrations.ts';
import type { launchPeopleCsvRoutes } from '../api/routes/launchPeopleCsv.ts';
import type { launchRoutes } from '../api/routes/launches.ts';
import type { lawTableRoutes } from '../api/routes/lawTables.ts';
import type { previewRoutes } from '../api/routes/previews.ts';
import type { taskRoutes } from '../api/routes/tasks.ts';
import type { timelineRoutes } from '../api/routes/timeline.ts';
import type { mailboxRoutes } from '../api/routes/mailboxes.ts';
import type { obligationRoutes } from '../api/routes/obligations.ts';
import type { promiseRoutes } from '../api/routes/promises.ts';
import type { rehearsalRoutes } from '../api/routes/rehearsals.ts';
import type { reportRoutes } from '../api/routes/reports.ts';
import type { sendDayRoutes } from '../api/routes/sendDays.ts';
import type { sequenceRoutes } from '../api/routes/sequences.ts';
import type { sessionRoutes } from '../api/routes/session.ts';
import type { signUpRoutes } from '../api/routes/signUp.ts';
import type { systemRoutes } from '../api/routes/system.ts';
import type { suppressionRoutes } from '../api/routes/suppressions.ts';
import type { tableFileRoutes } from '../api/routes/tableFiles.ts';
import type { tenantRoutes } from '../api/routes/tenant.ts';
import type { usageRoutes } from '../api/routes/usage.ts';
import type { userRoutes } from '../api/routes/users.ts';
import type { variantRoutes } from '../api/routes/variants.ts';

/** Every route that the console knows, by its type: the shapes are the API's own, none is written twice. */
type Known = (
  | typeof abuseRoutes
  | typeof accessRoutes
  | typeof accountRoutes
  | typeof auditorRoutes
  | typeof auditLogRoutes
  | typeof signUpRoutes
  | typeof deletionRoutes
  | typeof legalHoldRoutes
  | typeof listRoutes
  | typeof callRegistryRoutes
  | typeof callingSwitchRoutes
  | typeof callRoutes
  | typeof doNotCallRoutes
  | typeof importRoutes
  | typeof dataMapRoutes
  | typeof erasureRoutes
  | typeof exportRoutes
  | typeof billingRoutes
  | typeof companyRoutes
  | typeof contactRoutes
  | typeof backupRoutes
  | typeof breachRoutes
  | typeof breachFilingRoutes
  | typeof breachNoticeRoutes
  | typeof breachPeopleRoutes
  | typeof drillScoreRoutes
  | typeof regulatorRoutes
  | typeof caughtMailRoutes
  | typeof launchPeopleCsvRoutes
  | typeof integrationRoutes
  | typeof launchRoutes
  | typeof lawTableRoutes
  | typeof previewRoutes
  | typeof taskRoutes
  | typeof timelineRoutes
  | typeof mailboxRoutes
  | typeof obligationRoutes
  | typeof promiseRoutes
  | typeof rehearsalRoutes
  | typeof reportRoutes
  | typeof sendDayRoutes
  | typeof sequenceRoutes
  | typeof sessionRoutes
  | typeof suppressionRoutes
  | typeof systemRoutes
  | typeof tableFileRoutes
  | typeof tenantRoutes
  | typeof usageRoutes
  | typeof userRoutes
  | typeof variantRoutes
)[number];

export type Method = Known['method'];
export type PathOf<M extends Method> = Extract<Known, { method: M }>['path'];
type ShapesOf<R> =
  R extends Route<infer _A, infer P, infer Q, infer B, infer S> ? { params: P; query: Q; body: B; reply: S } : never;
type Shapes<M extends Method, W extends string> = ShapesOf<Extract<Known, { method: M; path: W }>>;

/** What a route answers, as it comes over the wire. */
export type Reply<M extends Method, W extends string> = z.output<Shapes<M, W>['reply']>;
/** What a route takes as its body. */
export type Body<M extends Method, W extends string> = z.input<Shapes<M, W>['body']>;
/** One row of a route that answers a page. */
export type Row<W extends string> = Reply<'get', W> extends { items: (infer Item)[] } ? Item : never;

export interface Asked<M extends Method, W extends string> {
  readonly params?: { readonly [Key in keyof z.input<Shapes<M, W>['params']>]: string };
  readonly query?: z.input<Shapes<M, W>['query']>;
  readonly body?: Body<M, W>;
  /** The bytes of a route that takes a file. */
  readonly file?: Blob;
  /** The same key for the same wish: however often it is sent, it happens once. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** A refusal of the API (RFC 9457), or that it could not be reached. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail);
    this.document = document;
  }

  get status(): number {
    return this.document.status;
  }
}

let csrf = '';

/** Asks the API: the method and path of a route, typed by what that route takes and answers. */
export async function ask<M extends Method, W extends PathOf<M>>(
  method: M,
  path: W,
  asked: Asked<M, W> = {},
): Promise<Reply<M, W>> {
  const { params = {}, query, body, file, key, signal } = asked;
  const response = await reach(addressOf(path, params, query), {
    method: method.toUpperCase(),
    headers: {
      Accept: 'application/json',
      ...(method !== 'get' && { 'X-CSRF-Token': csrf }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      // What a browser calls a file depends on the programs installed; a page that sends a zip says so itself.
      ...(file !== undefined && { 'Content-Type': file.type === 'application/zip' ? file.type : 'text/csv' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(file !== undefined && { body: file }),
    ...(signal && { signal }),
  });
  if (!response.ok) throw new Refusal(await problemIn(response));
  const reply = response.status === 204 ? undefined : ((await response.json()) as unknown);
  if (path === '/session' && reply !== undefined) csrf = (reply as Reply<'get', '/session'>).csrf;
  return reply as Reply<M, W>; // the API writes every reply through the schema that this type is taken from
}

/** The address of a route, for a link that the browser follows by itself (a download). */
export function addressOf(path: string, params: object = {}, query: object = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/v1${filled}${text && '?'}${text}`;
}

async function reach(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin', ...request });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Refusal({
      type: 'about:blank',
      title: 'The server cannot be reached',
      status: 0,
      detail:
        'Nothing was saved by this request as far as we know. Check that Decorum runs and that you are online, then try again.',
    });
  }
}

async function problemIn(response: Response): Promise<ProblemDocument> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  if (isProblem) return (await response.json()) as ProblemDocument;
  return {
    type: 'about:blank',
    title: 'The server gave an unexpected answer',
    status: response.status,
    detail: `HTTP ${response.status}.`,
  };
}
