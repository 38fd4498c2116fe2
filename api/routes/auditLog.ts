import { z } from 'zod';
import { type EntryFilter, listEntries, readHead, type ShownEntry } from '../../db/audit/entries.ts';
import { csvFile, csvType } from '../csvFile.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { route } from '../route.ts';
import { File, Id, Instant } from '../shapes.ts';

const ways = ['session', 'token', 'public', 'system'] as const;

const AuditEntry = z
  .object({
    number: z.int(),
    at: Instant.meta({ description: 'Wall clock, whatever the clock of the workspace is.' }),
    via: z
      .enum(ways)
      .meta({ description: 'A session, an API token, a page for people who are not signed in, or the product itself.' }),
    userId: Id.nullable(),
    userName: z.string().nullable().meta({ description: 'Of a user that there still is: the log itself holds ids only.' }),
    action: z.string().meta({ description: 'Method and path of the route, or what the product did.' }),
    subjectKind: z.string(),
    subjectId: z.string().nullable(),
    place: z.string().nullable().meta({ description: 'The same for the same network address, and nobody can tell which.' }),
  })
  .meta({ id: 'AuditEntry' });

const filters = {
  userId: Id.optional(),
  via: z.enum(ways).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  search: z.string().max(200).default(''),
};

/** What is not said excludes nothing. */
function filterOf({ userId, via, from, to, search }: z.output<z.ZodObject<typeof filters>>): EntryFilter {
  return { userId: userId ?? null, via: via ?? null, from: from ?? null, to: to ?? null, search };
}

const keysOf = ({ seq }: ShownEntry) => [String(seq)];

const list = route({
  method: 'get',
  path: '/audit-log',
  action: 'audit.read',
  tag: 'Audit',
  summary: 'Who did what to which id, from where; the newest first',
  query: Paging.extend(filters),
  reply: { status: 200, schema: pageOf(AuditEntry) },
  async handle({ who, db, query }) {
    const page = { after: numberIn(keysAfter(query.cursor, 1)), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listEntries(tx, filterOf(query), page));
    const { items, next } = cutPage(rows, query.limit, keysOf);
    return { items: items.map(shown), next };
  },
});

const exportAll = route({
  method: 'get',
  path: '/audit-log.csv',
  action: 'audit.read',
  tag: 'Audit',
  summary: 'The entries of a filter as CSV',
  query: z.object(filters),
  reply: { status: 200, schema: File, mediaType: csvType },
  handle: ({ who, db, query, reply }) =>
    csvFile<ShownEntry>({
      name: 'audit-log',
      reply,
      read: ({ after, rows }) =>
        db.inTenant(who.tenantId, (tx) => listEntries(tx, filterOf(query), { after: numberIn(after), rows })),
      keysOf,
      columns: {
        Number: ({ seq }) => seq,
        At: ({ recordedAt }) => recordedAt,
        Via: ({ via }) => via,
        User: ({ userId }) => userId,
        Name: ({ userName }) => userName,
        Action: ({ action }) => action,
        'What to': ({ subjectKind }) => subjectKind,
        Id: ({ subjectId }) => subjectId,
        Place: ({ place }) => place?.toString('hex') ?? null,
      },
    }),
});

const head = route({
  method: 'get',
  path: '/audit-log/head',
  action: 'audit.read',
  tag: 'Audit',
  summary: 'How long the chain of entries is, and up to which one it is signed',
  reply: {
    status: 200,
    schema: z.object({ entries: z.int(), signed: z.int(), signedAt: Instant.nullable() }).meta({ id: 'AuditHead' }),
  },
  handle: ({ who, db }) => db.inTenant(who.tenantId, readHead),
});

export const auditLogRoutes = [list, exportAll, head];

function numberIn(keys: string[] | undefined): number | null {
  return keys === undefined ? null : Number(keys[0]);
}

function shown({ seq, recordedAt, place, ...entry }: ShownEntry): z.input<typeof AuditEntry> {
  return { ...entry, number: seq, at: recordedAt, place: place?.toString('hex') ?? null };
}
