import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { actsAs } from '../../db/audit/log.ts';
import { noteSignUp } from '../../db/abuse/signUps.ts';
import { type LinkKind, openLink, useLink, writeLetter } from '../../db/accountLetters.ts';
import { readSecondFactor } from '../../db/secondFactor.ts';
import { endAccess, findLogin } from '../../db/sessions.ts';
import { addTenant, findTenantName } from '../../db/tenants.ts';
import { addUser, changeUser, findUser } from '../../db/users.ts';
import { type LetterClaims, readLetter } from '../../providers/letterToken.ts';
import type { Dependencies } from '../dependencies.ts';
import { forgiven, keyOf, limited, placeOf } from '../limits.ts';
import { hashPassword, requireGood } from '../password.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { cookieOf, endPresented } from '../session.ts';
import { EmailAddress, Instant, Nothing, PersonName, WorkspaceName, Zone } from '../shapes.ts';
import { openFor, Session } from './session.ts';
import { Territory } from './tenant.ts';

const Sent = z
  .object({ sent: z.literal(true) })
  .meta({ id: 'LetterSent', description: 'The same, whether somebody has the address or not.' });
const Token = z.string().max(200);
const NewPassword = z.string().min(1).max(1000);
const SignUp = z.strictObject({
  name: PersonName,
  email: EmailAddress,
  company: WorkspaceName,
  phone: Territory.phone.default(''),
  zipCodes: Territory.zipCodes.default([]),
  cities: Territory.cities.default([]),
  state: Territory.state.default(''),
});
/** As the letter keeps it until its link is followed. */
const Facts = SignUp.omit({ email: true });

const signUp = route({
  method: 'post',
  path: '/sign-ups',
  action: 'public',
  tag: 'Accounts',
  summary: 'Ask for a workspace: a letter with a link goes to the address, and nothing exists before it is followed',
  body: SignUp,
  reply: { status: 202, schema: Sent },
  errors: ['too-many-requests'],
  async handle({ body, ip, db, deps }) {
    await limited(deps, 'signUpFrom', placeOf(ip));
    await limited(deps, 'lettersTo', body.email);
    const { email, ...facts } = body;
    const login = await findLogin(db, email);
    await db.inTenant(login?.tenantId ?? randomUUID(), (tx) =>
      writeLetter(
        tx,
        login ? { kind: 'known', address: email, userId: login.userId } : { kind: 'sign_up', address: email, facts },
      ),
    );
    return { sent: true as const };
  },
});

const askReset = route({
  method: 'post',
  path: '/password-resets',
  action: 'public',
  tag: 'Accounts',
  summary: 'Ask for a letter with a link to choose a new password',
  body: z.strictObject({ email: EmailAddress }),
  reply: { status: 202, schema: Sent },
  errors: ['too-many-requests'],
  async handle({ body, ip, db, deps }) {
    await limited(deps, 'lettersFrom', placeOf(ip));
    await limited(deps, 'lettersTo', body.email);
    // Written after the answer is on its way, or the time would tell who has an account.
    const login = await findLogin(db, body.email);
    if (login) {
      void db
        .inTenant(login.tenantId, (tx) => writeLetter(tx, { kind: 'reset', address: body.email, userId: login.userId }))
        .catch((error: unknown) => deps.log.error({ err: error }, 'a letter could not be written'));
    }
    return { sent: true as const };
  },
});

const readLink = route({
  method: 'post',
  path: '/letter-links',
  action: 'public',
  tag: 'Accounts',
  summary: 'What the link of a letter is for',
  body: z.strictObject({ token: Token }),
  reply: {
    status: 200,
    schema: z
      .object({
        kind: z.enum(['sign_up', 'invitation', 'reset', 'new_email']),
        email: z.string(),
        workspace: z.string(),
        expiresAt: Instant,
      })
      .meta({ id: 'LetterLink' }),
  },
  errors: ['not-found', 'too-many-requests'],
  async handle({ body, ip, db, deps }) {
    const claims = await claimsOf(body.token, ip, deps);
    return db.inTenant(claims.tenantId, async (tx) => {
      const link = await openLink(tx, claims.letterId);
      if (!link) throw dead();
      const workspace = link.kind === 'sign_up' ? Facts.parse(link.facts).company : ((await findTenantName(tx)) ?? '');
      return { kind: link.kind, email: link.address, workspace, expiresAt: link.expiresAt };
    });
  },
});

const confirmSignUp = route({
  method: 'post',
  path: '/sign-ups/confirm',
  action: 'public',
  tag: 'Accounts',
  summary: 'Follow the link of a sign-up and choose the password: the workspace is made, and its owner logged in',
  body: z.strictObject({ token: Token, password: NewPassword, zone: Zone.default('America/New_York') }),
  reply: { status: 201, schema: Session },
  errors: ['not-found', 'already-exists', 'too-many-requests'],
  async handle({ body, ip, headers, db, deps, reply }) {
    const claims = await claimsOf(body.token, ip, deps);
    const { address, facts } = await goodLink(deps, claims, 'sign_up');
    const { name, company, ...territory } = Facts.parse(facts);
    requireGood(body.password, { context: [address, name, company], pointer: '/password' });
    const passwordHash = await hashPassword(body.password, deps.randomBytes);
    const { token, session } = await db.inTenant(claims.tenantId, async (tx) => {
      if (!(await openLink(tx, claims.letterId))) throw dead();
      await addTenant(tx, { name: company, ...territory });
      await noteSignUp(tx, keyOf(deps.addressKey, 'signUpFrom', placeOf(ip)));
      const user = { email: address, name, role: 'owner' as const, zone: body.zone, signature: name, passwordHash };
      const owner = await addUser(tx, user);
      if (!owner) throw new Problem('already-exists', 'Somebody signs in with this address already.');
      await useLink(tx, claims.letterId);
      return openFor(tx, owner.id, deps, { ip, browser: headers['user-agent'] });
    });
    await endPresented(db, headers.cookie, deps.secureCookies);
    reply('Set-Cookie', cookieOf(token, deps.secureCookies));
    return session;
  },
});

const acceptInvitation = route({
  method: 'post',
  path: '/invitations/accept',
  action: 'public',
  tag: 'Accounts',
  summary: 'Follow the link of an invitation and choose a name and a password',
  body: z.strictObject({ token: Token, name: PersonName, password: NewPassword, zone: Zone.default('America/New_York') }),
  reply: { status: 201, schema: Session },
  errors: ['not-found', 'already-exists', 'too-many-requests'],
  async handle({ body, ip, headers, db, deps, reply }) {
    const claims = await claimsOf(body.token, ip, deps);
    const { address, role } = await goodLink(deps, claims, 'invitation');
    const workspace = (await db.inTenant(claims.tenantId, findTenantName)) ?? '';
    requireGood(body.password, { context: [address, body.name, workspace], pointer: '/password' });
    const passwordHash = await hashPassword(body.password, deps.randomBytes);
    const { token, session } = await db.inTenant(claims.tenantId, async (tx) => {
      if (!(await openLink(tx, claims.letterId)) || role === null) throw dead();
      const { name, zone } = body;
      const user = await addUser(tx, { email: address, name, role, zone, signature: name, passwordHash });
      if (!user) throw new Problem('already-exists', 'Somebody signs in with this address already: one address, one workspace.');
      await useLink(tx, claims.letterId);
      return openFor(tx, user.id, deps, { ip, browser: headers['user-agent'] });
    });
    await endPresented(db, headers.cookie, deps.secureCookies);
    reply('Set-Cookie', cookieOf(token, deps.secureCookies));
    return session;
  },
});

const confirmReset = route({
  method: 'post',
  path: '/password-resets/confirm',
  action: 'public',
  tag: 'Accounts',
  summary: 'Follow the link of a reset: the new password, and an end to every session and token; a second factor stays',
  body: z.strictObject({ token: Token, password: NewPassword }),
  reply: { status: 204, schema: Nothing },
  errors: ['not-found', 'too-many-requests'],
  async handle({ body, ip, db, deps }) {
    const claims = await claimsOf(body.token, ip, deps);
    const { userId } = await goodLink(deps, claims, 'reset');
    const known = await db.inTenant(claims.tenantId, async (tx) => {
      const user = userId === null ? undefined : await findUser(tx, userId);
      if (!user || user.deactivatedAt) throw dead();
      return {
        user,
        hasSecondFactor: (await readSecondFactor(tx, user.id)).isConfirmed,
        workspace: (await findTenantName(tx)) ?? '',
      };
    });
    const { user, hasSecondFactor, workspace } = known;
    requireGood(body.password, { hasSecondFactor, context: [user.email, user.name, workspace], pointer: '/password' });
    const passwordHash = await hashPassword(body.password, deps.randomBytes);
    await db.inTenant(claims.tenantId, async (tx) => {
      if (!(await openLink(tx, claims.letterId))) throw dead();
      actsAs(tx, { userId: user.id });
      await changeUser(tx, user.id, { passwordHash });
      await useLink(tx, claims.letterId);
      await endAccess(tx, user.id, null);
      await writeLetter(tx, { kind: 'password_changed', address: user.email, userId: user.id });
    });
    // Whoever has the mailbox gets in, however many others have guessed.
    await forgiven(deps, 'logInElsewhere', user.email);
    await forgiven(deps, 'logInThere', `${user.email} ${placeOf(ip)}`);
    return undefined;
  },
});

export const signUpRoutes = [signUp, confirmSignUp, acceptInvitation, askReset, confirmReset, readLink];

const dead = () => new Problem('not-found', 'The link was used, has expired or is not complete: ask for a new letter.');

async function claimsOf(token: string, ip: string, deps: Dependencies): Promise<LetterClaims> {
  await limited(deps, 'linksFrom', placeOf(ip));
  const claims = readLetter(deps.linkKeys, token);
  if (!claims) throw dead();
  return claims;
}

/** Before anything is hashed; it is asked again, and used, in the transaction that acts. */
async function goodLink(deps: Dependencies, { tenantId, letterId }: LetterClaims, kind: LinkKind) {
  const link = await deps.db.inTenant(tenantId, (tx) => openLink(tx, letterId));
  if (link?.kind !== kind) throw dead();
  return link;
}
