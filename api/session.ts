import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { endSession, findSession, openSession, renewSession } from '../db/sessions.ts';
import type { Database, Tx } from '../db/transaction.ts';
import { Problem } from './problem.ts';
import type { Who } from './route.ts';

/** The only cookie there is (P15). Its value names the tenant, so that the session is looked for behind that tenant's wall. */
export const COOKIE = 'decorum_session';
const SESSION_HOURS = 12;
const LONGEST_BROWSER = 300;

export interface Token {
  readonly tenantId: string;
  readonly secret: string;
}

/** Over TLS the name carries a promise that browsers keep: set by this host, for all of it, over TLS only (RFC 6265bis, 4.1.3.2). */
function nameOf(secure: boolean): string {
  return secure ? `__Host-${COOKIE}` : COOKIE;
}

/** The token in a request's cookies; undefined when there is none that could be one of ours. */
function tokenOf(cookies: string | undefined, secure: boolean): Token | undefined {
  const found = new RegExp(
    `(?:^|;\\s*)${nameOf(secure)}=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.([\\w-]{43})(?:;|$)`,
  ).exec(cookies ?? '');
  return found ? { tenantId: found[1]!, secret: found[2]! } : undefined;
}

/** The CSRF token follows from the session's secret: GET /v1/session can say it again, and the database holds its hash only. */
export function csrfOf({ secret }: Token): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

/** From where and with what a session is opened. */
export interface Caller {
  readonly ip: string;
  readonly browser: string | undefined;
}

type RandomBytes = (size: number) => Buffer;

export async function startSession(tx: Tx, userId: string, randomBytes: RandomBytes, caller?: Caller): Promise<Token> {
  const token = newToken(tx, randomBytes);
  await openSession(tx, {
    ...hashesOf(token),
    userId,
    hours: SESSION_HOURS,
    address: caller?.ip ?? '',
    browser: caller?.browser?.slice(0, LONGEST_BROWSER) ?? '',
  });
  return token;
}

/** The same session under a new secret, whose cookie is to be sent: who has seen the old one has nothing. */
export async function rotateSession(tx: Tx, token: Token, randomBytes: RandomBytes): Promise<Token> {
  const next = newToken(tx, randomBytes);
  await renewSession(tx, hashOfToken(token), hashesOf(next));
  return next;
}

function newToken({ tenantId }: Tx, randomBytes: RandomBytes): Token {
  return { tenantId, secret: randomBytes(32).toString('base64url') };
}

function hashesOf(token: Token): { tokenHash: Buffer; csrfHash: Buffer } {
  return { tokenHash: hashOfToken(token), csrfHash: sha256(csrfOf(token)) };
}

export async function stopSession(tx: Tx, token: Token): Promise<void> {
  await endSession(tx, hashOfToken(token));
}

/** Ends the session that a browser shows while it gets another one: what was in it before is of no further use to anybody (ASVS 7.2.4). */
export async function endPresented(db: Database, cookies: string | undefined, secure: boolean): Promise<void> {
  const token = tokenOf(cookies, secure);
  if (token) await db.inTenant(token.tenantId, (tx) => stopSession(tx, token));
}

/** HttpOnly and SameSite=Lax always, Secure in production (P15). */
export function cookieOf(token: Token | null, secure: boolean): string {
  const value = token ? `${token.tenantId}.${token.secret}; Max-Age=${SESSION_HOURS * 3600}` : '; Max-Age=0';
  return `${nameOf(secure)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** Who holds the session of these cookies, and a check of the CSRF token that came with the request. */
export async function whoIs(
  db: Database,
  cookies: string | undefined,
  secure: boolean,
): Promise<{ who: Who; lacksFactor: boolean; isFrozen: boolean; isCsrf: (given: string) => boolean }> {
  const token = tokenOf(cookies, secure);
  const session = token && (await db.inTenant(token.tenantId, (tx) => findSession(tx, hashOfToken(token))));
  if (!session) throw new Problem('unauthenticated', 'Sign in with POST /v1/session first.');
  const { userId, role, lacksFactor, isFrozen, csrfHash } = session;
  return {
    who: { tenantId: token.tenantId, userId, role, session: token },
    lacksFactor,
    isFrozen,
    isCsrf: (given) => timingSafeEqual(sha256(given), csrfHash),
  };
}

export function hashOfToken({ secret }: Token): Buffer {
  return sha256(secret);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
