import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import {
  findBatch,
  listBatches,
  listSuppressions,
  type ShownSuppression,
  suppressionKeys,
  suppressionOrders,
} from '../../db/suppressionList.ts';
import { findSequence } from '../../db/sequences.ts';
import { suppress } from '../../db/suppressions.ts';
import type { Database } from '../../db/transaction.ts';
import { optOutDeadline } from '../../law/optOut.ts';
import { canonicalAddress, canonicalDomain } from '../../domain/address.ts';
import { cutPage, keysAfter, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Domain, EmailAddress, File, Id, Instant } from '../shapes.ts';
import { plainHash, readSubjects, type SubjectKey, subjectOfAddress, subjectOfDomain } from '../subjects.ts';

const bases = ['one_click', 'page', 'mailto', 'reply', 'bounce', 'complaint', 'rep', 'import', 'api'] as const;
const channels = ['email', 'phone', 'all'] as const;

const Suppression = z
  .object({
    hash: z.string().meta({ description: 'Keyed hash of the address or domain, in hex: what outlives the contact.' }),
    kind: z.enum(['address', 'domain']),
    channel: z.enum(channels),
    sequenceId: Id.nullable().meta({ description: 'Null: everything that the workspace sends.' }),
    basis: z.enum(bases),
    batchId: Id,
    askedAt: Instant,
    contact: z.object({ id: Id, name: z.string().nullable(), email: z.string() }).nullable(),
    domain: z.string().nullable(),
  })
  .meta({ id: 'Suppression' });

const SuppressionBatch = z
  .object({
    id: Id,
    source: z.enum(bases),
    subjects: z.int(),
    askedAt: Instant,
    byUser: Id.nullable(),
    cancelledSends: z.int(),
    stoppedEnrolments: z.int(),
    closedTasks: z.int(),
    doneAt: Instant.nullable().meta({ description: 'When everything was cancelled, verified and its promise closed.' }),
  })
  .meta({ id: 'SuppressionBatch' });

const Cancelled = z.object({ sends: z.int(), enrolments: z.int(), tasks: z.int() });
const Suppressed = z
  .object({ batchId: Id.nullable().meta({ description: 'Null: it was suppressed already.' }), cancelled: Cancelled })
  .meta({ id: 'Suppressed' });

const list = route({
  method: 'get',
  path: '/suppressions',
  action: 'suppressions.read',
  tag: 'Suppressions',
  summary: 'Opt-outs, newest first or as asked; searched by a whole address or domain, because only hashes are kept',
  query: Paging.extend({
    search: z.string().max(320).optional(),
    basis: z.enum(bases).optional(),
    sequenceId: Id.optional(),
    sort: sortedBy(suppressionOrders, '-asked'),
  }),
  reply: { status: 200, schema: pageOf(Suppression) },
  async handle({ who, db, deps, query }) {
    const { search, basis = null, sequenceId = null, sort } = query;
    const hashes = search ? hashesOf(search, { key: deps.addressKey, tenantId: who.tenantId }) : null;
    const page = { after: keysAfter(query.cursor, 4), rows: query.limit + 1 };
    const rows = await db.inTenant(who.tenantId, (tx) => listSuppressions(tx, { hashes, basis, sequenceId, sort }, page));
    const { items, next } = cutPage(rows, query.limit, suppressionKeys);
    return { items: items.map(shown), next };
  },
});

const create = route({
  method: 'post',
  path: '/suppressions',
  action: 'suppressions.write',
  tag: 'Suppressions',
  summary: 'Suppress an address or a domain; answers when no message to it can begin any more',
  body: z
    .strictObject({
      address: EmailAddress.optional(),
      domain: Domain.optional(),
      channel: z.enum(['email', 'all']).default('email'),
      sequenceId: Id.optional(),
    })
    .refine(
      ({ address, domain }) => (address === undefined) !== (domain === undefined),
      'Give an address or a domain, one of the two.',
    ),
  reply: { status: 201, schema: Suppressed },
  errors: ['not-found'],
  async handle({ who, db, deps, body }) {
    const key = { key: deps.addressKey, tenantId: who.tenantId };
    const subject = body.address === undefined ? subjectOfDomain(key, body.domain ?? '') : subjectOfAddress(key, body.address);
    const { sequenceId } = body;
    if (sequenceId !== undefined && !(await db.inTenant(who.tenantId, (tx) => findSequence(tx, sequenceId)))) {
      throw new Problem('not-found', 'There is no such sequence in this workspace.');
    }
    return suppress(deps.stops, who.tenantId, {
      subjects: [subject],
      channel: body.channel,
      ...(sequenceId !== undefined && { scopeId: sequenceId }),
      basis: 'rep',
      byUser: who.userId,
      deadline: optOutDeadline,
    });
  },
});

const check = route({
  method: 'post',
  path: '/suppression-checks',
  action: 'suppressions.read',
  tag: 'Suppressions',
  summary: 'Whether an address may be written to; a POST, so that the address stands in no log',
  body: z.strictObject({ address: EmailAddress }),
  reply: {
    status: 200,
    schema: z.object({ suppressed: z.boolean(), by: z.array(Suppression) }).meta({ id: 'SuppressionCheck' }),
  },
  async handle({ who, db, deps, body }) {
    const hashes = hashesOf(body.address, { key: deps.addressKey, tenantId: who.tenantId });
    const filter = { hashes, basis: null, sequenceId: null, sort: '-asked' } as const;
    const found = await db.inTenant(who.tenantId, (tx) => listSuppressions(tx, filter, { after: undefined, rows: 200 }));
    return {
      suppressed: found.some(({ sequenceId, channel }) => sequenceId === null && channel !== 'phone'),
      by: found.map(shown),
    };
  },
});

const ImportedSuppressions = Suppressed.extend({
  read: z.int(),
  subjects: z.int().meta({ description: 'Different ones among the rows.' }),
  rejected: z.array(z.object({ row: z.int(), message: z.string() })).meta({ description: 'The first hundred.' }),
  rejectedRows: z.int(),
}).meta({ id: 'ImportedSuppressions' });

const importList = route({
  method: 'post',
  path: '/suppressions/import',
  action: 'suppressions.write',
  tag: 'Suppressions',
  summary: 'Suppress a list: CSV of addresses, @domains or SHA-256 hashes; in force when answered, cancelled by one workflow',
  upload: { mediaTypes: ['text/csv', 'text/tab-separated-values', 'text/plain'] },
  query: z.object({ channel: z.enum(['email', 'all']).default('email') }),
  reply: { status: 201, schema: ImportedSuppressions },
  errors: ['too-large', 'invalid-request'],
  async handle({ who, deps, query, upload }) {
    const { subjects, read, rejected } = await readSubjects(upload, { key: deps.addressKey, tenantId: who.tenantId });
    if (subjects.length === 0) throw new Problem('invalid-request', 'No row holds an address, a domain or a SHA-256 in hex.');
    const outcome = await suppress(deps.stops, who.tenantId, {
      subjects,
      channel: query.channel,
      basis: 'import',
      byUser: who.userId,
      deadline: optOutDeadline,
    });
    return { ...outcome, read, subjects: subjects.length, rejected: rejected.slice(0, 100), rejectedRows: rejected.length };
  },
});

const exportList = route({
  method: 'get',
  path: '/suppressions/export',
  action: 'suppressions.export',
  tag: 'Suppressions',
  summary: 'All opt-outs as CSV, which the import takes again; `as=hashes` without any address',
  query: z.object({ as: z.enum(['addresses', 'hashes']).default('addresses') }),
  reply: { status: 200, schema: File, mediaType: 'text/csv; charset=utf-8' },
  handle({ who, db, query, reply }) {
    reply('Content-Disposition', 'attachment; filename="suppressions.csv"');
    const withAddresses = query.as === 'addresses';
    const columns = [
      'kind',
      ...(withAddresses ? ['email', 'domain'] : []),
      'sha256',
      'keyed_hash',
      'channel',
      'sequence_id',
      'basis',
      'asked_at',
    ];
    const rows = Readable.from(exported(db, who.tenantId));
    return rows.pipe(stringify({ header: true, columns, escape_formulas: true }));
  },
});

const listAllBatches = route({
  method: 'get',
  path: '/suppression-batches',
  action: 'suppressions.read',
  tag: 'Suppressions',
  summary: 'Requests to suppress and what became of them, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(SuppressionBatch) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const batches = await db.inTenant(who.tenantId, (tx) => listBatches(tx, page));
    return cutPage(batches, query.limit, ({ askedKey, id }) => [askedKey, id]);
  },
});

const readBatch = route({
  method: 'get',
  path: '/suppression-batches/{batchId}',
  action: 'suppressions.read',
  tag: 'Suppressions',
  summary: 'One request to suppress: what it cancelled, and whether it is worked off',
  params: z.object({ batchId: Id }),
  reply: { status: 200, schema: SuppressionBatch },
  async handle({ who, db, params }) {
    const batch = await db.inTenant(who.tenantId, (tx) => findBatch(tx, params.batchId));
    if (!batch) throw new Problem('not-found', 'There is no such request in this workspace.');
    return batch;
  },
});

export const suppressionRoutes = [list, create, check, importList, exportList, listAllBatches, readBatch];

function shown({ contactId, contactName, address, hash, ...rest }: ShownSuppression): z.input<typeof Suppression> {
  return {
    ...rest,
    hash: hash.toString('hex'),
    contact: contactId !== null && address !== null ? { id: contactId, name: contactName, email: address } : null,
    domain: rest.kind === 'domain' && address !== null ? address.slice(address.indexOf('@') + 1) : null,
  };
}

/** What could be suppressed for an address (itself, its domain) or a domain; nothing for anything else. */
function hashesOf(text: string, key: SubjectKey): Buffer[] {
  const address = canonicalAddress(text);
  if (address.ok) return [subjectOfAddress(key, address.canonical).hash, subjectOfDomain(key, address.domain).hash];
  const domain = canonicalDomain(text.trim().replace(/^@/, ''));
  return domain === null ? [] : [subjectOfDomain(key, domain).hash];
}

/** Page by page, each in a transaction of its own: a slow reader holds none open. */
async function* exported(db: Database, tenantId: string): AsyncGenerator<Record<string, string>> {
  const filter = { hashes: null, basis: null, sequenceId: null, sort: '-asked' } as const;
  for (let after: string[] | undefined; ; ) {
    const at = { after, rows: 1000 };
    const rows = await db.inTenant(tenantId, (tx) => listSuppressions(tx, filter, at));
    for (const row of rows) {
      const domain = row.kind === 'domain' && row.address !== null ? row.address.slice(row.address.indexOf('@') + 1) : '';
      const email = row.kind === 'address' ? (row.address ?? '') : '';
      yield {
        kind: row.kind,
        email,
        domain,
        sha256: email ? plainHash(email) : domain ? plainHash(`@${domain}`) : '',
        keyed_hash: row.hash.toString('hex'),
        channel: row.channel,
        sequence_id: row.sequenceId ?? '',
        basis: row.basis,
        asked_at: row.askedAt.toISOString(),
      };
    }
    const last = rows.at(-1);
    if (rows.length < 1000 || !last) return;
    after = suppressionKeys(last);
  }
}
