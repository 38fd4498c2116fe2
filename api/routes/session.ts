import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import { findLogin } from '../../db/sessions.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Tx } from '../../db/transaction.ts';
import { findUser } from '../../db/users.ts';
import { canonicalAddress } from '../../domain/address.ts';
import type { Dependencies } from '../dependencies.ts';
import { isPassword } from '../password.ts';
import { Problem } from '../problem.ts';
import { may, roles } from '../roles.ts';
import { route } from '../route.ts';
import { cookieOf, csrfOf, startSession, stopSession, type Token, tokenOf } from '../session.ts';
import { Id, Instant, Nothing } from '../shapes.ts';

const Session = z
  .object({
    user: z.object({ id: Id, email: z.string(), name: z.string(), role: z.enum(roles), zone: z.string(), signature: z.string() }),
    tenant: z.object({
      id: Id,
      name: z.string(),
      kind: z.enum(['real', 'demo', 'test', 'rehearsal']),
      clockFactor: z.number(),
      legalNow: Instant,
    }),
    may: z.array(z.string()).meta({ description: 'The actions that the role allows.' }),
    temporalUi: z.string().nullable().meta({ description: 'With the id of a workflow behind it: its page in the Temporal UI.' }),
    csrf: z.string().meta({ description: 'To be sent as X-CSRF-Token with everything that changes something.' }),
  })
  .meta({ id: 'Session' });

async function describe(tx: Tx, userId: string, token: Token, { temporalUi }: Dependencies): Promise<z.input<typeof Session>> {
  const user = await findUser(tx, userId);
  if (!user) throw new Problem('unauthenticated', 'The user of this session is gone.');
  const allowed = Object.entries(may).filter(([, allowedRoles]) => (allowedRoles as readonly string[]).includes(user.role));
  return {
    user,
    tenant: await readTenant(tx),
    may: allowed.map(([action]) => action),
    temporalUi: temporalUi ?? null,
    csrf: csrfOf(token),
  };
}

// In this process's memory: a restart forgives, and with several API processes each one counts for itself.
const triesPerAddress = new RateLimiterMemory({ points: 10, duration: 15 * 60 });
const triesPerCaller = new RateLimiterMemory({ points: 100, duration: 15 * 60 });

async function countTry(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    const seconds = Math.ceil((refusal as { msBeforeNext: number }).msBeforeNext / 1000);
    throw new Problem('too-many-requests', `Try again in ${seconds} seconds.`, { headers: { 'Retry-After': String(seconds) } });
  }
}

const logIn = route({
  method: 'post',
  path: '/session',
  action: 'public',
  tag: 'Session',
  summary: 'Log in: sets the session cookie and answers the CSRF token',
  body: z.strictObject({ email: z.string().max(320), password: z.string().min(1).max(1000) }),
  reply: { status: 201, schema: Session },
  errors: ['wrong-credentials', 'too-many-requests'],
  async handle({ body, ip, db, deps, reply }) {
    const address = canonicalAddress(body.email);
    const email = address.ok ? address.canonical : '';
    await countTry(triesPerCaller, ip);
    await countTry(triesPerAddress, email);
    const login = await findLogin(db, email);
    if (!(await isPassword(body.password, login?.passwordHash)) || !login) {
      throw new Problem('wrong-credentials', 'Check both and try again; ten tries in a quarter of an hour are allowed.');
    }
    await triesPerAddress.delete(email); // only failures count against an address
    const { token, session } = await db.inTenant(login.tenantId, async (tx) => {
      const token = await startSession(tx, login.userId, deps.randomBytes);
      return { token, session: await describe(tx, login.userId, token, deps) };
    });
    reply('Set-Cookie', cookieOf(token, deps.secureCookies));
    return session;
  },
});

const readSession = route({
  method: 'get',
  path: '/session',
  action: 'session',
  tag: 'Session',
  summary: 'Who is signed in, where, and at what legal time',
  reply: { status: 200, schema: Session },
  handle: ({ who, headers, db, deps }) => db.inTenant(who.tenantId, (tx) => describe(tx, who.userId, tokenIn(headers), deps)),
});

const logOut = route({
  method: 'delete',
  path: '/session',
  action: 'session',
  tag: 'Session',
  summary: 'Log out',
  reply: { status: 204, schema: Nothing },
  async handle({ who, headers, db, deps, reply }) {
    await db.inTenant(who.tenantId, (tx) => stopSession(tx, tokenIn(headers)));
    reply('Set-Cookie', cookieOf(null, deps.secureCookies));
    return undefined;
  },
});

export const sessionRoutes = [logIn, readSession, logOut];

/** The session was found by these cookies a moment ago, so the token is in them. */
function tokenIn(headers: { readonly cookie?: string | undefined }): Token {
  const token = tokenOf(headers.cookie);
  if (!token) throw new Problem('unauthenticated', 'Sign in with POST /v1/session first.');
  return token;
}
