import { z } from 'zod';
import { listUses, noteUse, tallyUses } from '../../db/usage.ts';
import { limited } from '../limits.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { route } from '../route.ts';
import { Id, Instant, Nothing } from '../shapes.ts';
import { useOf } from '../usage.ts';

const kinds = ['page', 'feature'] as const;
const mostTallied = 30;

const view = route({
  method: 'post',
  path: '/usage/pages',
  action: 'session',
  tag: 'Usage',
  summary: 'The console was opened at a page',
  body: z.strictObject({
    page: z
      .string()
      .max(100)
      .regex(/^\/[a-z-]*(?:\/(?:\$[A-Za-z]+|[a-z-]+))*$/)
      .meta({ description: "The pattern of the page's address, with a name for each id: which page, not whose." }),
  }),
  reply: { status: 204, schema: Nothing },
  async handle({ who, db, deps, body, headers, ip }) {
    await limited(deps, 'pagesOf', who.userId);
    const use = useOf(who, 'page', body.page, { ip, userAgent: headers['user-agent'] });
    await db.inTenant(who.tenantId, (tx) => noteUse(tx, use), { mayBeLost: true });
    return undefined;
  },
});

const UsageEvent = z
  .object({
    id: Id,
    at: Instant,
    userId: Id,
    userName: z.string(),
    kind: z.enum(kinds),
    name: z.string(),
    address: z.string(),
    browser: z.string(),
  })
  .meta({ id: 'UsageEvent' });

const list = route({
  method: 'get',
  path: '/usage',
  action: 'usage.read',
  tag: 'Usage',
  summary: 'Which pages and features were used, by whom and from where; the newest first',
  query: Paging.extend({ userId: Id.optional(), kind: z.enum(kinds).optional() }),
  reply: { status: 200, schema: pageOf(UsageEvent) },
  async handle({ who, db, query }) {
    const filter = { userId: query.userId ?? null, kind: query.kind ?? null };
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listUses(tx, filter, page));
    return cutPage(rows, query.limit, ({ atKey, id }) => [atKey, id]);
  },
});

const tally = route({
  method: 'get',
  path: '/usage/tally',
  action: 'usage.read',
  tag: 'Usage',
  summary: 'What was used most, and for how many days usage data is kept',
  reply: {
    status: 200,
    schema: z
      .object({
        keptDays: z.int(),
        items: z.array(z.object({ kind: z.enum(kinds), name: z.string(), uses: z.int(), users: z.int() })),
      })
      .meta({ id: 'UsageTally' }),
  },
  handle: async ({ who, db, deps }) => ({
    keptDays: deps.usageDays,
    items: await db.inTenant(who.tenantId, (tx) => tallyUses(tx, mostTallied)),
  }),
});

export const usageRoutes = [view, list, tally];
