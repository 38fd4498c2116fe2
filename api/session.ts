import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { endSession, findSession, openSession } from '../db/sessions.ts';
import type { Database, Tx } from '../db/transaction.ts';
import { Problem } from './problem.ts';
import type { Role } from './roles.ts';
import type { Who } from './route.ts';

/** The only cookie there is (P15). Its value names the tenant, so that the session is looked for behind that tenant's wall. */
export const COOKIE = 'decorum_session';
const SESSION_HOURS = 12;

export interface Token {
  readonly tenantId: string;
  readonly secret: string;
}

/** The token in a request's cookies; undefined when there is none that could be one of ours. */
export function tokenOf(cookies: string | undefined): Token | undefined {
  const found = /(?:^|;\s*)decorum_session=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})(?:;|$)/.exec(cookies ?? '');
  return found ? { tenantId: found[1]!, secret: found[2]! } : undefined;
}

/** The CSRF token follows from the session's secret: GET /v1/session can say it again, and the database holds its hash only. */
export function csrfOf({ secret }: Token): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

export async function startSession(tx: Tx, userId: string, randomBytes: (size: number) => Buffer): Promise<Token> {
  const token = { tenantId: tx.tenantId, secret: randomBytes(32).toString('base64url') };
  await openSession(tx, { tokenHash: hashOfToken(token), csrfHash: sha256(csrfOf(token)), userId, hours: SESSION_HOURS });
  return token;
}

export async function stopSession(tx: Tx, token: Token): Promise<void> {
  await endSession(tx, hashOfToken(token));
}

/** HttpOnly and SameSite=Lax always, Secure in production (P15). */
export function cookieOf(token: Token | null, secure: boolean): string {
  const value = token ? `${token.tenantId}.${token.secret}; Max-Age=${SESSION_HOURS * 3600}` : '; Max-Age=0';
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** Who holds the session of these cookies, and a check of the CSRF token that came with the request. */
export async function whoIs(
  db: Database,
  cookies: string | undefined,
): Promise<{ who: Who; isCsrf: (given: string) => boolean }> {
  const token = tokenOf(cookies);
  const session = token && (await db.inTenant(token.tenantId, (tx) => findSession(tx, hashOfToken(token))));
  if (!session) throw new Problem('unauthenticated', 'Sign in with POST /v1/session first.');
  return {
    who: { tenantId: token.tenantId, userId: session.userId, role: session.role as Role }, // checked by the table's constraint
    isCsrf: (given) => timingSafeEqual(sha256(given), session.csrfHash),
  };
}

export function hashOfToken({ secret }: Token): Buffer {
  return sha256(secret);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
