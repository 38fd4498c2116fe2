import { z } from 'zod';
import { findContact } from '../../db/contacts.ts';
import { cancelExport, type Export as Stored, exportStates, findExport, listExports } from '../../db/exports/exports.ts';
import { startExport } from '../../db/exports/start.ts';
import type { Tx } from '../../db/transaction.ts';
import { portabilityDeadline } from '../../law/answers.ts';
import { signExport } from '../../providers/exportToken.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant } from '../shapes.ts';

/** A link is asked for anew in a moment; one that was forwarded or logged somewhere should be worth little. */
const linkHours = 24;

const Export = z
  .object({
    id: Id,
    contactId: Id.nullable().meta({ description: 'Whose data alone; null: everything of the account.' }),
    state: z.enum(exportStates),
    rowsPlanned: z.int().meta({ description: 'As counted at the start.' }),
    rowsWritten: z.int(),
    bytes: z.int(),
    sha256: z.string().nullable().meta({ description: 'Of the whole file.' }),
    askedBy: Id.nullable().meta({ description: 'Null: the product itself, before a deletion.' }),
    createdAt: Instant,
    doneAt: Instant.nullable(),
    expiresAt: Instant.nullable().meta({ description: 'When the file is deleted.' }),
  })
  .meta({ id: 'Export' });

const params = z.object({ exportId: Id });

const start = route({
  method: 'post',
  path: '/exports',
  action: 'exports.write',
  tag: 'Exports',
  summary: 'Write everything that belongs to the account, or to one contact, as CSV files in a zip (P8); asked twice it is one',
  body: z.strictObject({ contactId: Id.nullable().default(null) }),
  reply: { status: 202, schema: Export },
  errors: ['not-found'],
  handle: ({ who, db, body: { contactId } }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (contactId !== null && !(await findContact(tx, contactId))) {
        throw new Problem('not-found', 'There is no such contact in this workspace.');
      }
      const { exportId } = await startExport(tx, { contactId, askedBy: who.userId, deadline: portabilityDeadline });
      return shown(await found(tx, exportId));
    }),
});

const list = route({
  method: 'get',
  path: '/exports',
  action: 'exports.read',
  tag: 'Exports',
  summary: 'Exports, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Export) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const exports = await db.inTenant(who.tenantId, (tx) => listExports(tx, page));
    const { items, next } = cutPage(exports, query.limit, ({ createdKey, id }) => [createdKey, id]);
    return { items: items.map(shown), next };
  },
});

const read = route({
  method: 'get',
  path: '/exports/{exportId}',
  action: 'exports.read',
  tag: 'Exports',
  summary: 'One export: how far it is, and until when its file is kept',
  params,
  reply: { status: 200, schema: Export },
  handle: ({ who, db, params }) => db.inTenant(who.tenantId, async (tx) => shown(await found(tx, params.exportId))),
});

const cancel = route({
  method: 'post',
  path: '/exports/{exportId}/cancel',
  action: 'exports.write',
  tag: 'Exports',
  summary: 'End it where it is, or delete its file before its time',
  params,
  reply: { status: 200, schema: Export },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state } = await found(tx, params.exportId);
      if (!(await cancelExport(tx, params.exportId))) throw new Problem('conflict', `The export is ${state} already.`);
      return shown(await found(tx, params.exportId));
    }),
});

const link = route({
  method: 'post',
  path: '/exports/{exportId}/link',
  action: 'exports.write',
  tag: 'Exports',
  summary: 'A link to the file that needs no log-in, for a day at most; it takes Range requests, so a broken download goes on',
  params,
  reply: { status: 201, schema: z.object({ url: z.string(), expiresAt: Instant }).meta({ id: 'ExportLink' }) },
  isSecret: true,
  errors: ['conflict'],
  async handle({ who, db, deps, params }) {
    const { id, state } = await db.inTenant(who.tenantId, (tx) => found(tx, params.exportId));
    if (state !== 'done') throw new Problem('conflict', `The export is ${state}: only one that is done has a file.`);
    const expiresAt = new Date(deps.now().getTime() + linkHours * 3_600_000);
    const token = signExport(deps.linkKeys, { tenantId: who.tenantId, exportId: id, expiresAt });
    return { url: `${deps.publicUrl}/download/${token}`, expiresAt };
  },
});

export const exportRoutes = [start, list, read, cancel, link];

async function found(tx: Tx, exportId: string): Promise<Stored> {
  const job = await findExport(tx, exportId);
  if (!job) throw new Problem('not-found', 'There is no such export in this workspace.');
  return job;
}

const shown = (job: Stored): z.input<typeof Export> => ({ ...job, sha256: job.sha256?.toString('hex') ?? null });
