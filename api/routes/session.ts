import { z } from 'zod';
import { actsAs } from '../../db/audit/log.ts';
import { readSecondFactor } from '../../db/secondFactor.ts';
import { findLogin, isKnownAddress, type Login, noteAddress } from '../../db/sessions.ts';
import { openDeletion } from '../../db/deletion/record.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Tx } from '../../db/transaction.ts';
import { changeUser, findUser } from '../../db/users.ts';
import { canonicalAddress } from '../../domain/address.ts';
import type { Dependencies } from '../dependencies.ts';
import { forgiven, keyOf, limited, placeOf } from '../limits.ts';
import { hashPassword, isOutdated, isPassword } from '../password.ts';
import { Problem } from '../problem.ts';
import { type Action, isAllowed, may, roles, whileFrozen, withoutFactor } from '../roles.ts';
import { route, type Who } from '../route.ts';
import { isCode } from '../secondFactor.ts';
import { type Caller, cookieOf, csrfOf, endPresented, startSession, stopSession, type Token } from '../session.ts';
import { Id, Instant, Nothing } from '../shapes.ts';
import { leaveTry, nobody } from '../tries.ts';

export const Session = z
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
    lacksFactor: z
      .boolean()
      .meta({ description: 'The workspace wants a second factor: until it is set up nothing else is open.' }),
    isFrozen: z
      .boolean()
      .meta({ description: 'The account is being deleted: only that can be cancelled, and the data exported or held.' }),
    temporalUi: z.string().nullable().meta({ description: 'With the id of a workflow behind it: its page in the Temporal UI.' }),
    csrf: z.string().meta({ description: 'To be sent as X-CSRF-Token with everything that changes something.' }),
  })
  .meta({ id: 'Session' });

async function describe(tx: Tx, userId: string, token: Token, { temporalUi }: Dependencies): Promise<z.input<typeof Session>> {
  const user = await findUser(tx, userId);
  if (!user) throw new Problem('unauthenticated', 'The user of this session is gone.');
  const tenant = await readTenant(tx);
  const lacksFactor = tenant.needsSecondFactor && !user.hasSecondFactor && ['officer', 'owner'].includes(user.role);
  const isFrozen = (await openDeletion(tx)) !== undefined;
  const actions = lacksFactor ? withoutFactor : (Object.keys(may) as Action[]);
  return {
    user,
    tenant,
    may: actions.filter((action) => isAllowed(user.role, action) && (!isFrozen || whileFrozen.includes(action))),
    lacksFactor,
    isFrozen,
    temporalUi: temporalUi ?? null,
    csrf: csrfOf(token),
  };
}

const logIn = route({
  method: 'post',
  path: '/session',
  action: 'public',
  tag: 'Session',
  summary: 'Log in: sets the session cookie and answers the CSRF token',
  body: z.strictObject({
    email: z.string().max(320),
    password: z.string().min(1).max(1000),
    code: z
      .string()
      .max(40)
      .optional()
      .meta({ description: 'Of the second factor, or a recovery code; wanted when the answer is second-factor-wanted.' }),
  }),
  reply: { status: 201, schema: Session },
  errors: ['wrong-credentials', 'second-factor-wanted', 'account-frozen', 'too-many-requests'],
  async handle({ body, ip, headers, db, deps, reply }) {
    const address = canonicalAddress(body.email);
    const email = address.ok ? address.canonical : '';
    const login = await findLogin(db, email);
    const from = placeOf(ip);
    await countTry(deps, email, from, login);
    if (!(await isPassword(body.password, login?.passwordHash)) || !login) {
      await leaveTry(db, login, 'log-in: wrong password');
      throw new Problem('wrong-credentials', 'Check both and try again; ten tries in a quarter of an hour are allowed.');
    }
    const { tenantId, userId, passwordHash } = login;
    const { isConfirmed: wantsCode } = await db.inTenant(tenantId, (tx) => readSecondFactor(tx, userId));
    if (wantsCode && body.code === undefined) {
      await leaveTry(db, login, 'log-in: code wanted');
      throw new Problem('second-factor-wanted', 'Send the code of your authenticator app, too.');
    }
    const rehashed = isOutdated(passwordHash) ? await hashPassword(body.password, deps.randomBytes) : undefined;
    const opened = await db.inTenant(tenantId, async (tx) => {
      if (wantsCode && !(await isCode(deps, tx, userId, body.code ?? ''))) return null;
      if (rehashed !== undefined) await changeUser(tx, userId, { passwordHash: rehashed });
      await noteAddress(tx, userId, knownKey(deps, userId, from));
      return openFor(tx, userId, deps, { ip, browser: headers['user-agent'] });
    });
    if (!opened) {
      await leaveTry(db, login, 'log-in: wrong code');
      throw new Problem('wrong-credentials', 'The code is wrong, or was used before: take the next one.');
    }
    await forgiven(deps, 'logInThere', `${email} ${from}`); // only failures count
    await endPresented(db, headers.cookie, deps.secureCookies);
    reply('Set-Cookie', cookieOf(opened.token, deps.secureCookies));
    return opened.session;
  },
});

/** Takes the turns of a log-in before anything is hashed. An unknown log-in name is asked for like a known one. */
async function countTry(deps: Dependencies, email: string, from: string, login: Login | undefined): Promise<void> {
  await limited(deps, 'logInFrom', from);
  await limited(deps, 'logInThere', `${email} ${from}`);
  const { tenantId, userId } = login ?? nobody;
  const isKnown = await deps.db.inTenant(tenantId, (tx) => isKnownAddress(tx, userId, knownKey(deps, userId, from)));
  if (!isKnown) await limited(deps, 'logInElsewhere', email);
}

function knownKey({ addressKey }: Dependencies, userId: string, from: string): Buffer {
  return keyOf(addressKey, 'known', `${userId} ${from}`);
}

/** Opens a session and describes it: for a log-in, and where following a link is one. */
export async function openFor(
  tx: Tx,
  userId: string,
  deps: Dependencies,
  caller: Caller,
): Promise<{ token: Token; session: z.input<typeof Session> }> {
  actsAs(tx, { userId }); // nobody was signed in when the request came
  const token = await startSession(tx, userId, deps.randomBytes, caller);
  const session = await describe(tx, userId, token, deps);
  if (session.isFrozen && !['officer', 'owner'].includes(session.user.role))
    throw new Problem('account-frozen', 'Only its owners and officers can log in, to cancel the deletion or to export.');
  return { token, session };
}

const readSession = route({
  method: 'get',
  path: '/session',
  action: 'session',
  tag: 'Session',
  summary: 'Who is signed in, where, and at what legal time',
  reply: { status: 200, schema: Session },
  handle: ({ who, db, deps }) => db.inTenant(who.tenantId, (tx) => describe(tx, who.userId, sessionOf(who), deps)),
});

const logOut = route({
  method: 'delete',
  path: '/session',
  action: 'session',
  tag: 'Session',
  summary: 'Log out',
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, deps, reply }) {
    await db.inTenant(who.tenantId, (tx) => stopSession(tx, sessionOf(who)));
    reply('Set-Cookie', cookieOf(null, deps.secureCookies));
    reply('Clear-Site-Data', '"cache", "storage"'); // what the browser holds of us, also when its page stays open
    return undefined;
  },
});

export const sessionRoutes = [logIn, readSession, logOut];

/** No API token has the scope of what concerns sessions, so there is one. */
export function sessionOf(who: Who): Token {
  if (!who.session) throw new Problem('unauthenticated', 'Sign in with POST /v1/session first.');
  return who.session;
}
