import { z } from 'zod';
import { addApiToken, endApiToken, listApiTokens } from '../../db/apiTokens.ts';
import { endOtherSessions, endSessionById, listSessions } from '../../db/sessions.ts';
import { newApiToken } from '../apiToken.ts';
import { Problem } from '../problem.ts';
import { isAllowed, scopes } from '../roles.ts';
import { route } from '../route.ts';
import { hashOfToken } from '../session.ts';
import { Id, Instant, Nothing } from '../shapes.ts';
import { sessionOf } from './session.ts';

const OpenSession = z
  .object({
    id: Id,
    createdAt: Instant,
    seenAt: Instant,
    expiresAt: Instant.meta({ description: 'Earlier the longer it is not used: an hour after its last request.' }),
    address: z.string(),
    browser: z.string(),
    isThis: z.boolean(),
  })
  .meta({ id: 'OpenSession' });

const sessions = route({
  method: 'get',
  path: '/sessions',
  action: 'account',
  tag: 'Account',
  summary: "One's open sessions",
  reply: { status: 200, schema: z.object({ items: z.array(OpenSession) }) },
  handle: ({ who, db }) =>
    db.inTenant(who.tenantId, async (tx) => ({ items: await listSessions(tx, who.userId, hashOfToken(sessionOf(who))) })),
});

const endSession = route({
  method: 'delete',
  path: '/sessions/{sessionId}',
  action: 'account',
  tag: 'Account',
  summary: "End one of one's sessions",
  params: z.object({ sessionId: Id }),
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, params }) {
    const isEnded = await db.inTenant(who.tenantId, (tx) => endSessionById(tx, who.userId, params.sessionId));
    if (!isEnded) throw new Problem('not-found', 'You have no such session.');
    return undefined;
  },
});

const endOthers = route({
  method: 'delete',
  path: '/sessions',
  action: 'account',
  tag: 'Account',
  summary: "End all of one's sessions but this one",
  reply: { status: 204, schema: Nothing },
  async handle({ who, db }) {
    await db.inTenant(who.tenantId, (tx) => endOtherSessions(tx, who.userId, hashOfToken(sessionOf(who))));
    return undefined;
  },
});

const ApiToken = z
  .object({
    id: Id,
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: Instant,
    expiresAt: Instant,
    usedAt: Instant.nullable(),
  })
  .meta({ id: 'ApiToken' });

const tokens = route({
  method: 'get',
  path: '/tokens',
  action: 'tokens.write',
  tag: 'Account',
  summary: "One's API tokens, without their secrets",
  reply: { status: 200, schema: z.object({ items: z.array(ApiToken) }) },
  handle: ({ who, db }) => db.inTenant(who.tenantId, async (tx) => ({ items: await listApiTokens(tx, who.userId) })),
});

const makeToken = route({
  method: 'post',
  path: '/tokens',
  isSecret: true,
  action: 'tokens.write',
  tag: 'Account',
  summary: 'Make an API token; its text is in this answer only',
  body: z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
    days: z.int().min(1).max(365),
  }),
  reply: { status: 201, schema: ApiToken.extend({ token: z.string() }).meta({ id: 'NewApiToken' }) },
  errors: ['conflict'],
  async handle({ who, db, deps, body }) {
    const beyond = body.scopes.filter((scope) => !isAllowed(who.role, scope));
    if (beyond.length > 0) {
      const message = `A user in the role ${who.role} may not give away ${beyond.join(', ')}.`;
      throw new Problem('invalid-request', message, { errors: [{ pointer: '/scopes', message }] });
    }
    const { token, hash } = newApiToken(who.tenantId, deps.randomBytes);
    const added = await db.inTenant(who.tenantId, (tx) =>
      addApiToken(tx, {
        userId: who.userId,
        name: body.name,
        tokenHash: hash,
        scopes: [...new Set(body.scopes)],
        days: body.days,
      }),
    );
    if (!added) throw new Problem('conflict', 'You have fifty tokens: end some first.');
    return { ...added, token };
  },
});

const endToken = route({
  method: 'delete',
  path: '/tokens/{tokenId}',
  action: 'tokens.write',
  tag: 'Account',
  summary: 'End an API token',
  params: z.object({ tokenId: Id }),
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, params }) {
    const isEnded = await db.inTenant(who.tenantId, (tx) => endApiToken(tx, who.userId, params.tokenId));
    if (!isEnded) throw new Problem('not-found', 'You have no such token.');
    return undefined;
  },
});

export const accessRoutes = [sessions, endSession, endOthers, tokens, makeToken, endToken];
