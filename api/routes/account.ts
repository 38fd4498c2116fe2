import { z } from 'zod';
import { openLink, useLink, writeLetter } from '../../db/accountLetters.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  putRecoveryCodes,
  readSecondFactor,
  removeSecondFactor,
} from '../../db/secondFactor.ts';
import { endAccess, findLogin } from '../../db/sessions.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Tx } from '../../db/transaction.ts';
import { changeEmail, changeUser, findUser, isTaken, type User } from '../../db/users.ts';
import { LEAST_ALONE, passwordLength } from '../../domain/passwordRules.ts';
import { readLetter } from '../../providers/letterToken.ts';
import type { Dependencies } from '../dependencies.ts';
import { forgiven, limited } from '../limits.ts';
import { hashPassword, isPassword, requireGood } from '../password.ts';
import { Problem } from '../problem.ts';
import { reauthenticated } from '../reauthentication.ts';
import { route, type Who } from '../route.ts';
import { newRecoveryCodes, newSecret, SECRET_COLUMN, stepOf } from '../secondFactor.ts';
import { cookieOf, hashOfToken, rotateSession } from '../session.ts';
import { EmailAddress, Nothing } from '../shapes.ts';
import { leaveTry } from '../tries.ts';
import { sessionOf } from './session.ts';

const Present = z.string().min(1).max(1000).meta({ description: 'The present password.' });
const Codes = z
  .object({ recoveryCodes: z.array(z.string()).meta({ description: 'Each opens once, shown now and never again.' }) })
  .meta({ id: 'RecoveryCodes' });

const read = route({
  method: 'get',
  path: '/account',
  action: 'account',
  tag: 'Account',
  summary: 'How one logs in',
  reply: {
    status: 200,
    schema: z
      .object({
        email: z.string(),
        hasSecondFactor: z.boolean(),
        needsSecondFactor: z.boolean().meta({ description: 'The workspace wants one of this role.' }),
        recoveryCodesLeft: z.int(),
      })
      .meta({ id: 'Account' }),
  },
  handle: ({ who, db }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { needsSecondFactor } = await readTenant(tx);
      const factor = await readSecondFactor(tx, who.userId);
      return {
        email: (await me(tx, who)).email,
        hasSecondFactor: factor.isConfirmed,
        needsSecondFactor: needsSecondFactor && ['officer', 'owner'].includes(who.role),
        recoveryCodesLeft: factor.recoveryCodes,
      };
    }),
});

const changePassword = route({
  method: 'put',
  path: '/account/password',
  action: 'account',
  tag: 'Account',
  summary: "Change one's password; other sessions and all tokens end",
  body: z.strictObject({ present: Present, next: z.string().min(1).max(1000) }),
  reply: { status: 204, schema: Nothing },
  errors: ['wrong-credentials', 'too-many-requests'],
  async handle({ who, db, deps, body, reply }) {
    const user = await confirmed(deps, who, body.present);
    const { name: workspace } = await db.inTenant(who.tenantId, readTenant);
    const { hasSecondFactor, email, name } = user;
    requireGood(body.next, { hasSecondFactor, context: [email, name, workspace], pointer: '/next' });
    const passwordHash = await hashPassword(body.next, deps.randomBytes);
    const cookie = await db.inTenant(who.tenantId, async (tx) => {
      await changeUser(tx, who.userId, { passwordHash });
      await writeLetter(tx, { kind: 'password_changed', address: email, userId: who.userId });
      return endOthers(tx, who, deps);
    });
    reply('Set-Cookie', cookie);
    return undefined;
  },
});

const askEmail = route({
  method: 'post',
  path: '/account/email',
  action: 'account',
  tag: 'Account',
  summary: 'Ask for another log-in address: a letter with a link goes there',
  body: z.strictObject({ email: EmailAddress, password: Present }),
  reply: { status: 202, schema: z.object({ sent: z.literal(true) }) },
  errors: ['wrong-credentials', 'too-many-requests'],
  async handle({ who, db, deps, body }) {
    await confirmed(deps, who, body.password);
    await limited(deps, 'lettersTo', body.email);
    const login = await findLogin(db, body.email);
    await db.inTenant(login?.tenantId ?? who.tenantId, (tx) =>
      writeLetter(
        tx,
        login
          ? { kind: 'known', address: body.email, userId: login.userId }
          : { kind: 'new_email', address: body.email, userId: who.userId },
      ),
    );
    return { sent: true as const };
  },
});

const confirmEmail = route({
  method: 'post',
  path: '/account/email/confirm',
  action: 'account',
  tag: 'Account',
  summary: 'Follow the link of that letter, logged in as who asked for it; other sessions and all tokens end',
  body: z.strictObject({ token: z.string().max(200) }),
  reply: { status: 204, schema: Nothing },
  errors: ['not-found', 'already-exists'],
  async handle({ who, db, deps, body, reply }) {
    const claims = readLetter(deps.linkKeys, body.token);
    const dead = new Problem('not-found', 'The link was used, has expired, or belongs to another user.');
    if (claims?.tenantId !== who.tenantId) throw dead;
    try {
      const cookie = await db.inTenant(who.tenantId, async (tx) => {
        const link = await openLink(tx, claims.letterId);
        if (link?.kind !== 'new_email' || link.userId !== who.userId) throw dead;
        const { email: before } = await me(tx, who);
        await changeEmail(tx, who.userId, link.address);
        await useLink(tx, link.id);
        await writeLetter(tx, { kind: 'email_changed', address: before, userId: who.userId });
        return endOthers(tx, who, deps);
      });
      reply('Set-Cookie', cookie);
      return undefined;
    } catch (error) {
      throw isTaken(error) ? new Problem('already-exists', 'Somebody signs in with this address already.') : error;
    }
  },
});

const begin = route({
  method: 'post',
  path: '/account/second-factor',
  isSecret: true,
  action: 'account',
  tag: 'Account',
  summary: 'Begin a second factor: the key for an authenticator app',
  body: z.strictObject({ password: Present }),
  reply: {
    status: 201,
    schema: z
      .object({
        secret: z.string(),
        uri: z.string(),
        qr: z.string().meta({ description: 'The same as a picture: a data address.' }),
      })
      .meta({ id: 'NewSecondFactor' }),
  },
  errors: ['wrong-credentials', 'conflict', 'too-many-requests'],
  async handle({ who, db, deps, body }) {
    const { email } = await confirmed(deps, who, body.password);
    const made = await newSecret(email);
    const sealed = deps.vault.encrypt(made.secret, { tenantId: who.tenantId, column: SECRET_COLUMN });
    const begun = await db.inTenant(who.tenantId, (tx) => beginSecondFactor(tx, who.userId, sealed));
    if (!begun) throw new Problem('conflict', 'There is a second factor: remove it before you set up another one.');
    return made;
  },
});

const confirm = route({
  method: 'post',
  path: '/account/second-factor/confirm',
  isSecret: true,
  action: 'account',
  tag: 'Account',
  summary: 'Confirm the second factor by a code of the app; other sessions and all tokens end',
  body: z.strictObject({ code: z.string().max(20) }),
  reply: { status: 200, schema: Codes },
  errors: ['wrong-credentials', 'conflict', 'too-many-requests'],
  async handle({ who, db, deps, body, reply }) {
    await limited(deps, 'confirmations', who.userId);
    const factor = await db.inTenant(who.tenantId, (tx) => readSecondFactor(tx, who.userId));
    if (factor.isConfirmed || factor.secret === null) throw new Problem('conflict', 'Begin with POST /v1/account/second-factor.');
    const secret = deps.vault.decrypt(factor.secret, { tenantId: who.tenantId, column: SECRET_COLUMN }).toString();
    const step = await stepOf(secret, body.code.replaceAll(/\s/g, ''), deps.now(), null);
    if (step === null)
      throw new Problem('wrong-credentials', 'The code is wrong: check the clock of the telephone, take the next one.');
    const { codes, hashes } = newRecoveryCodes(deps.randomBytes);
    const cookie = await db.inTenant(who.tenantId, async (tx) => {
      if (!(await confirmSecondFactor(tx, who.userId, step))) throw new Problem('conflict', 'It has been confirmed already.');
      await putRecoveryCodes(tx, who.userId, hashes);
      await writeLetter(tx, { kind: 'factor_changed', address: (await me(tx, who)).email, userId: who.userId });
      return endOthers(tx, who, deps);
    });
    reply('Set-Cookie', cookie);
    return { recoveryCodes: codes };
  },
});

const remove = route({
  method: 'post',
  path: '/account/second-factor/remove',
  action: 'account',
  tag: 'Account',
  summary: 'Remove the second factor; other sessions and all tokens end',
  body: z.strictObject({ password: Present, code: z.string().max(40) }),
  reply: { status: 204, schema: Nothing },
  errors: ['wrong-credentials', 'conflict', 'too-many-requests'],
  async handle({ who, db, deps, body, reply }) {
    await reauthenticated(deps, who, body);
    const { email, hasSecondFactor } = await db.inTenant(who.tenantId, (tx) => me(tx, who));
    if (!hasSecondFactor) throw new Problem('conflict', 'There is no second factor.');
    if (passwordLength(body.password) < LEAST_ALONE) {
      throw new Problem('conflict', `A password that stands alone has ${LEAST_ALONE} characters: change it first.`);
    }
    const cookie = await db.inTenant(who.tenantId, async (tx) => {
      await removeSecondFactor(tx, who.userId);
      await writeLetter(tx, { kind: 'factor_changed', address: email, userId: who.userId });
      return endOthers(tx, who, deps);
    });
    reply('Set-Cookie', cookie);
    return undefined;
  },
});

const renewCodes = route({
  method: 'post',
  path: '/account/recovery-codes',
  isSecret: true,
  action: 'account',
  tag: 'Account',
  summary: 'New recovery codes in place of the old ones',
  body: z.strictObject({ password: Present }),
  reply: { status: 201, schema: Codes },
  errors: ['wrong-credentials', 'conflict', 'too-many-requests'],
  async handle({ who, db, deps, body }) {
    const { hasSecondFactor } = await confirmed(deps, who, body.password);
    if (!hasSecondFactor) throw new Problem('conflict', 'There is no second factor to recover.');
    const { codes, hashes } = newRecoveryCodes(deps.randomBytes);
    await db.inTenant(who.tenantId, (tx) => putRecoveryCodes(tx, who.userId, hashes));
    return { recoveryCodes: codes };
  },
});

export const accountRoutes = [read, changePassword, askEmail, confirmEmail, begin, confirm, remove, renewCodes];

async function me(tx: Tx, { userId }: Who): Promise<User> {
  const user = await findUser(tx, userId);
  if (!user) throw new Problem('unauthenticated', 'The user of this session is gone.');
  return user;
}

/** Who asks knows the password, too: a session alone, left open somewhere, changes no log-in. */
async function confirmed(deps: Dependencies, who: Who, password: string): Promise<User> {
  await limited(deps, 'confirmations', who.userId);
  const user = await deps.db.inTenant(who.tenantId, (tx) => me(tx, who));
  if (!(await isPassword(password, (await findLogin(deps.db, user.email))?.passwordHash))) {
    await leaveTry(deps.db, who, 'confirmation: wrong password');
    throw new Problem('wrong-credentials', 'The present password is another one.');
  }
  await forgiven(deps, 'confirmations', who.userId);
  return user;
}

/** Ends everything else that could act for the user, and gives this session a new secret; answers its cookie. */
async function endOthers(tx: Tx, who: Who, { randomBytes, secureCookies }: Dependencies): Promise<string> {
  const token = sessionOf(who);
  await endAccess(tx, who.userId, hashOfToken(token));
  return cookieOf(await rotateSession(tx, token, randomBytes), secureCookies);
}
