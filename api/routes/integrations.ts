import { z } from 'zod';
import { type Integration, listIntegrations, providers, putIntegration, removeIntegration } from '../../db/integrations.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant, Nothing } from '../shapes.ts';

/** Where the vault's tokens of this table belong. */
const column = 'integrations.secret';
const LAST = 4;

/** Long enough that its last four say nothing of the rest, and one word: what was pasted with a blank or a line would never work. */
const Secret = z
  .string()
  .min(16, 'A key or token has 16 characters or more.')
  .max(4000)
  .regex(/^[\x21-\x7e]+$/, 'A key or token has no blanks and only ASCII characters.')
  .meta({ description: 'Stored encrypted, never answered.' });

const Credential = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('api_key'), key: Secret }),
    z.strictObject({
      kind: z.literal('oauth_token'),
      accessToken: Secret,
      refreshToken: Secret.nullable().default(null),
      expiresAt: Instant.nullable().default(null),
    }),
  ])
  .meta({ id: 'Credential' });

const Shown = z
  .object({
    provider: z.enum(providers),
    kind: z.enum(['api_key', 'oauth_token']),
    lastFour: z.string().length(LAST),
    expiresAt: Instant.nullable(),
    setBy: Id,
    setAt: Instant,
  })
  .meta({ id: 'Integration' });

const params = z.object({ provider: z.enum(providers) });

const list = route({
  method: 'get',
  path: '/integrations',
  action: 'integrations.read',
  tag: 'Integrations',
  summary: 'Keys of other services that are stored, by their last four characters',
  reply: { status: 200, schema: z.object({ items: z.array(Shown) }) },
  handle: ({ who, db }) => db.inTenant(who.tenantId, async (tx) => ({ items: await listIntegrations(tx) })),
});

const put = route({
  method: 'put',
  path: '/integrations/{provider}',
  action: 'integrations.write',
  tag: 'Integrations',
  summary: 'Store the key or token of a service, in place of the one before',
  params,
  body: Credential,
  reply: { status: 200, schema: Shown },
  handle: ({ who, db, deps, params, body }) => {
    const sealed = deps.vault.encrypt(secretOf(body), { tenantId: who.tenantId, column });
    const given = { provider: params.provider, secret: sealed, by: who.userId, ...seenOf(body) };
    return db.inTenant(who.tenantId, (tx) => putIntegration(tx, given));
  },
});

const remove = route({
  method: 'delete',
  path: '/integrations/{provider}',
  action: 'integrations.write',
  tag: 'Integrations',
  summary: 'Remove the key or token of a service',
  params,
  reply: { status: 204, schema: Nothing },
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await removeIntegration(tx, params.provider)))
        throw new Problem('not-found', 'Nothing of this service is stored in this workspace.');
      return undefined;
    }),
});

export const integrationRoutes = [list, put, remove];

type Given = z.output<typeof Credential>;

/** What the vault keeps: the key itself, or both tokens. */
function secretOf(given: Given): string {
  if (given.kind === 'api_key') return given.key;
  const { accessToken, refreshToken } = given;
  return JSON.stringify({ accessToken, refreshToken });
}

function seenOf(given: Given): Pick<Integration, 'kind' | 'lastFour' | 'expiresAt'> {
  if (given.kind === 'api_key') return { kind: given.kind, lastFour: given.key.slice(-LAST), expiresAt: null };
  const { kind, accessToken, expiresAt } = given;
  return { kind, lastFour: accessToken.slice(-LAST), expiresAt: expiresAt === null ? null : new Date(expiresAt) };
}
