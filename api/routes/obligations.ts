import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  countObligations,
  listObligations,
  type Obligation as ObligationRow,
  type ObligationFilter,
  obligationDays,
  obligationOrders,
  obligationStates,
} from '../../db/obligations.ts';
import type { Sorted } from '../../db/sorting.ts';
import { findUser } from '../../db/users.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { type CalendarEntry, iCalendar } from '../iCalendar.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { isAllowed } from '../roles.ts';
import { route } from '../route.ts';
import { whoIs } from '../session.ts';
import { File, Id, Instant, Zone } from '../shapes.ts';

const Obligation = z
  .object({
    id: Id,
    kind: z.string(),
    clause: z.string().meta({ description: 'Of the privacy policy, P1 to P17.' }),
    citation: z.string(),
    subjectKind: z.string(),
    subjectId: Id,
    basis: z.record(z.string(), z.unknown()).meta({ description: 'The facts that the date follows from.' }),
    startedAt: Instant,
    dueAt: Instant,
    state: z.enum(obligationStates),
    isOverdue: z.boolean(),
    metAt: Instant.nullable(),
    evidence: z.record(z.string(), z.unknown()).nullable(),
    workflowId: z.string(),
  })
  .meta({ id: 'Obligation' });

const filters = {
  state: z.enum(obligationStates).optional(),
  kind: z.string().max(100).optional(),
  clause: z.string().max(3).optional(),
  dueFrom: z.iso.datetime({ offset: true }).optional(),
  dueTo: z.iso.datetime({ offset: true }).optional(),
  search: z.string().max(200).default(''),
};
const Order = { sort: sortedBy(obligationOrders, 'due') };

/** What is not said excludes nothing. */
function filterOf({ state, kind, clause, dueFrom, dueTo, search }: z.output<z.ZodObject<typeof filters>>): ObligationFilter {
  return {
    state: state ?? null,
    kind: kind ?? null,
    clause: clause ?? null,
    dueFrom: dueFrom ?? null,
    dueTo: dueTo ?? null,
    search,
  };
}

const list = route({
  method: 'get',
  path: '/obligations',
  action: 'obligations.read',
  tag: 'Obligations',
  summary: 'Promises with their clocks, what is due first comes first or as asked',
  query: Paging.extend(filters).extend(Order),
  reply: { status: 200, schema: pageOf(Obligation) },
  async handle({ who, db, query }) {
    const page = { sort: query.sort, after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listObligations(tx, filterOf(query), page));
    return cutPage(rows, query.limit, keysOf);
  },
});

const exportAll = route({
  method: 'get',
  path: '/obligations.csv',
  action: 'obligations.read',
  tag: 'Obligations',
  summary: 'The promises of a filter as CSV, with their evidence',
  query: z.object(filters).extend(Order),
  reply: { status: 200, schema: File, mediaType: csvType },
  handle: ({ who, db, query, reply }) =>
    csvFile<Sorted<ObligationRow>>({
      name: 'obligations',
      reply,
      read: (page) => db.inTenant(who.tenantId, (tx) => listObligations(tx, filterOf(query), { sort: query.sort, ...page })),
      keysOf,
      columns: {
        Promise: ({ kind }) => kind,
        Clause: ({ clause }) => clause,
        Citation: ({ citation }) => citation,
        'For what': ({ subjectKind }) => subjectKind,
        Id: ({ subjectId }) => subjectId,
        Begun: ({ startedAt }) => startedAt,
        Due: ({ dueAt }) => dueAt,
        State: ({ state, isOverdue }) => (isOverdue ? 'overdue' : state),
        Kept: ({ metAt }) => metAt,
        'Follows from': ({ basis }) => JSON.stringify(basis),
        Evidence: ({ evidence }) => evidence && JSON.stringify(evidence),
      },
    }),
});

const ObligationDay = z
  .object({
    day: z.iso.date(),
    kind: z.string(),
    clause: z.string(),
    state: z.enum(obligationStates),
    isOverdue: z.boolean(),
    count: z.int(),
  })
  .meta({ id: 'ObligationDay' });

const days = route({
  method: 'get',
  path: '/obligations/days',
  action: 'obligations.read',
  tag: 'Obligations',
  summary: 'What is due on each day of a month, counted',
  query: z.object({
    ...filters,
    month: z.string().regex(/^[1-9]\d{3}-(0[1-9]|1[0-2])$/),
    zone: Zone.default('UTC').meta({ description: 'In which a day begins and ends.' }),
  }),
  reply: { status: 200, schema: z.object({ items: z.array(ObligationDay) }).meta({ id: 'ObligationDays' }) },
  handle: async ({ who, db, query }) => ({
    items: await db.inTenant(who.tenantId, (tx) => obligationDays(tx, filterOf(query), query.month, query.zone)),
  }),
});

const ObligationCounts = z
  .object({ open: z.int(), overdue: z.int(), met: z.int(), late: z.int(), waived: z.int(), void: z.int() })
  .meta({ id: 'ObligationCounts' });

const count = route({
  method: 'get',
  path: '/obligations/counts',
  action: 'obligations.read',
  tag: 'Obligations',
  summary: 'How many promises are open, overdue, kept and were late',
  reply: { status: 200, schema: ObligationCounts },
  handle: ({ who, db }) => db.inTenant(who.tenantId, countObligations),
});

const link = route({
  method: 'get',
  path: '/obligations/calendar-link',
  action: 'obligations.read',
  tag: 'Obligations',
  summary:
    'An address of the calendar that a calendar program can subscribe to; it works as long as its user may see obligations',
  reply: { status: 200, schema: z.object({ path: z.string() }).meta({ id: 'CalendarLink' }) },
  handle: ({ who, deps }) => ({ path: `/v1/obligations.ics?token=${tokenOf(who.tenantId, who.userId, deps.addressKey)}` }),
});

/** A feed of this many is what calendar programs still take; the rest moves up as promises are kept. */
const ENTRIES = 1000;

const calendar = route({
  method: 'get',
  path: '/obligations.ics',
  action: 'public', // a calendar program has no cookie: the token of the link is asked for, or a session
  tag: 'Obligations',
  summary: 'The open promises as a calendar',
  query: z.object({ token: z.string().max(300).optional() }),
  reply: { status: 200, schema: File, mediaType: 'text/calendar; charset=utf-8' },
  errors: ['unauthenticated', 'forbidden'],
  async handle({ db, deps, query, headers }) {
    const reader =
      query.token === undefined
        ? (await whoIs(db, headers.cookie, deps.secureCookies)).who
        : readToken(query.token, deps.addressKey);
    return db.inTenant(reader.tenantId, async (tx) => {
      const user = await findUser(tx, reader.userId);
      if (!user || user.deactivatedAt) throw new Problem('unauthenticated', 'The user of this link is gone.');
      if (!isAllowed(user.role, 'obligations.read'))
        throw new Problem('forbidden', 'The user of this link may not see obligations.');
      const filter = filterOf({ state: 'open', search: '' });
      const open = await listObligations(tx, filter, { sort: 'due', after: undefined, rows: ENTRIES });
      return iCalendar(
        'Decorum: obligations',
        open.map(
          (obligation): CalendarEntry => ({
            uid: `${obligation.id}@decorum`,
            at: obligation.dueAt,
            stampedAt: obligation.startedAt,
            summary: `Due: ${obligation.kind} (${obligation.clause})`,
            description: `${obligation.citation}\n${obligation.subjectKind} ${obligation.subjectId}`,
          }),
        ),
      );
    });
  },
});

export const obligationRoutes = [list, exportAll, count, days, link, calendar];

function tokenOf(tenantId: string, userId: string, key: Buffer): string {
  return `${tenantId}.${userId}.${createHmac('sha256', key).update(`calendar:${tenantId}:${userId}`).digest('base64url')}`;
}

function readToken(token: string, key: Buffer): { tenantId: string; userId: string } {
  const [tenantId, userId] = token.split('.').map((part) => Id.safeParse(part).data);
  const expected = Buffer.from(tokenOf(tenantId ?? '', userId ?? '', key));
  const given = Buffer.from(token);
  if (!tenantId || !userId || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Problem('unauthenticated', 'This link is none of ours: take a new one in the console.');
  }
  return { tenantId, userId };
}
