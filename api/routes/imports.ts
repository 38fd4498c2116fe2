import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import {
  deleteImport,
  failImport,
  fileOf,
  findImport,
  type Import as ImportRow,
  listImports,
  listRefusals,
  startImport,
} from '../../db/imports.ts';
import { addList, findList } from '../../db/lists.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { findUser } from '../../db/users.ts';
import { contactFields, layOut, namesPeople } from '../../domain/contactHeadings.ts';
import { neverCollected } from '../../domain/neverCollected.ts';
import { decoded, encodingNamed } from '../../providers/csv/encoding.ts';
import { openTable } from '../../providers/csv/table.ts';
import { Tag } from '../contactShapes.ts';
import { receiveImport } from '../importUpload.ts';
import { mayDelete } from '../legalHold.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { Problem } from '../problem.ts';
import { type Who, route } from '../route.ts';
import { File, Id, Instant, Nothing } from '../shapes.ts';

const Field = z.enum(contactFields);
const refusalReasons = ['column_count', 'never_collected', 'missing_identity', 'invalid_email', 'erased'] as const;

const Import = z
  .object({
    id: Id,
    fileName: z.string(),
    state: z.enum(['uploading', 'mapping', 'running', 'done', 'failed']),
    failure: z.enum(['unreadable', 'encoding', 'no_header', 'no_identity_column', 'cancelled']).nullable(),
    encoding: z.string().nullable(),
    delimiter: z.string().nullable(),
    bytes: z.int(),
    rowsRead: z.int().meta({ description: 'accepted + duplicate + all rejected.' }),
    accepted: z.int(),
    updated: z.int().meta({ description: 'Of the accepted: merged into a contact that was there.' }),
    suppressed: z.int().meta({ description: 'Of the accepted: have opted out, and stay so.' }),
    duplicate: z.int(),
    rejected: z.partialRecord(z.enum(refusalReasons), z.int()),
    createdBy: Id,
    createdAt: Instant,
    doneAt: Instant.nullable(),
  })
  .meta({ id: 'Import' });

const ImportDetail = Import.extend({
  columns: z
    .array(z.object({ heading: z.string(), field: Field, sample: z.array(z.string()) }))
    .meta({ description: 'What each column is taken for and, as long as the import has not been started, what stands in it.' }),
}).meta({ id: 'ImportDetail' });

const params = z.object({ importId: Id });

const list = route({
  method: 'get',
  path: '/imports',
  action: 'imports.read',
  tag: 'Imports',
  summary: 'Imports, newest first',
  query: Paging,
  reply: { status: 200, schema: pageOf(Import) },
  async handle({ who, db, query }) {
    const page = { after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const imports = await db.inTenant(who.tenantId, (tx) => listImports(tx, page));
    return cutPage(imports, query.limit, ({ createdKey, id }) => [createdKey, id]);
  },
});

const upload = route({
  method: 'post',
  path: '/imports',
  action: 'imports.write',
  tag: 'Imports',
  summary: 'Upload a CSV or TSV file as it is; answers what its columns seem to be. Nothing is imported before the start',
  query: z.object({ fileName: z.string().min(1).max(255) }),
  upload: {
    mediaTypes: ['text/csv', 'text/tab-separated-values', 'text/plain', 'application/vnd.ms-excel', 'application/octet-stream'],
  },
  reply: { status: 201, schema: ImportDetail },
  errors: ['too-large', 'invalid-request'],
  async handle({ who, db, query, upload }) {
    const importId = await receiveImport(db, who, query.fileName, upload);
    return detailOf(db, who, importId);
  },
});

const read = route({
  method: 'get',
  path: '/imports/{importId}',
  action: 'imports.read',
  tag: 'Imports',
  summary: 'One import: its columns, how far it is, what became of its rows',
  params,
  reply: { status: 200, schema: ImportDetail },
  handle: ({ who, db, params }) => detailOf(db, who, params.importId),
});

const Start = z.strictObject({
  mapping: z
    .record(z.string().regex(/^\d{1,4}$/), Field)
    .default({})
    .meta({ description: 'Index of a column, from 0, to what it is; of the others the proposal holds.' }),
  ownerId: Id.nullable().default(null),
  listId: Id.nullable().default(null),
  newList: z.string().trim().min(1).max(200).optional().meta({ description: 'Name of a list to be made of the imported.' }),
  tags: z.array(Tag).max(20).default([]),
  existing: z
    .enum(['fill', 'overwrite'])
    .default('fill')
    .meta({ description: 'Of contacts that are there: fill what is empty, or let the file win. An empty cell never wins.' }),
});

const start = route({
  method: 'post',
  path: '/imports/{importId}/start',
  action: 'imports.write',
  tag: 'Imports',
  summary: 'Start the import with its mapping; a workflow brings the rows in, and goes on after any crash',
  params,
  body: Start,
  reply: { status: 202, schema: ImportDetail },
  errors: ['conflict', 'already-exists', 'invalid-request'],
  async handle({ who, db, params, body }) {
    await db.inTenant(who.tenantId, async (tx) => {
      const job = present(await findImport(tx, params.importId));
      const mapping = { ...job.mapping, ...body.mapping };
      if (!namesPeople(layOut(job.header ?? [], mapping))) {
        throw invalid('/mapping', 'One column must be the e-mail address or the phone: without either nobody can be told apart.');
      }
      await mustExist(tx, body);
      const listId = body.newList === undefined ? body.listId : await newList(tx, who, body.newList);
      const { ownerId, tags, existing } = body;
      if (!(await startImport(tx, job.id, mapping, { ownerId, listId, tags: [...new Set(tags)], existing }))) {
        throw new Problem('conflict', `The import is ${job.state}: only one that waits for its mapping can be started.`);
      }
    });
    return detailOf(db, who, params.importId);
  },
});

const cancel = route({
  method: 'post',
  path: '/imports/{importId}/cancel',
  action: 'imports.write',
  tag: 'Imports',
  summary: 'End an import where it is: its file goes, who has been imported stays',
  params,
  reply: { status: 200, schema: ImportDetail },
  errors: ['conflict'],
  async handle({ who, db, params }) {
    await db.inTenant(who.tenantId, async (tx) => {
      const job = present(await findImport(tx, params.importId));
      if (!(await failImport(tx, job.id, 'cancelled'))) throw new Problem('conflict', `The import is ${job.state} already.`);
    });
    return detailOf(db, who, params.importId);
  },
});

const errors = route({
  method: 'get',
  path: '/imports/{importId}/errors.csv',
  action: 'imports.read',
  tag: 'Imports',
  summary: 'The rows that were not imported and why, to be corrected and imported again; without what must not be kept',
  params,
  reply: { status: 200, schema: File, mediaType: 'text/csv; charset=utf-8' },
  async handle({ who, db, params, reply }) {
    const job = present(await db.inTenant(who.tenantId, (tx) => findImport(tx, params.importId)));
    reply('Content-Disposition', 'attachment; filename="import-errors.csv"');
    return Readable.from(refusalsOf(db, who.tenantId, job)).pipe(stringify({ bom: true, escape_formulas: true }));
  },
});

const remove = route({
  method: 'delete',
  path: '/imports/{importId}',
  action: 'imports.write',
  tag: 'Imports',
  summary: 'Delete the record of an import that has ended, with its refused rows; who has been imported stays',
  params,
  reply: { status: 204, schema: Nothing },
  errors: ['conflict'],
  handle: ({ who, db, params }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const { state } = present(await findImport(tx, params.importId));
      await mayDelete(tx);
      if (!(await deleteImport(tx, params.importId))) throw new Problem('conflict', `The import is ${state}: cancel it first.`);
      return undefined;
    }),
});

export const importRoutes = [list, upload, read, start, cancel, errors, remove];

async function detailOf(db: Database, who: Who, importId: string): Promise<z.input<typeof ImportDetail>> {
  const job = present(await db.inTenant(who.tenantId, (tx) => findImport(tx, importId)));
  const sample = job.state === 'mapping' ? await sampleOf(db, who.tenantId, job) : [];
  const header = job.header ?? [];
  const { fields } = layOut(header, job.mapping ?? {});
  return {
    ...job,
    columns: header.map((heading, i) => ({
      heading,
      field: fields[i] ?? 'extra',
      sample: sample.map((cells) => cells[i] ?? ''),
    })),
  };
}

/** The first rows; never those that will be refused because of what they hold. */
async function sampleOf(db: Database, tenantId: string, job: ImportRow): Promise<readonly (readonly string[])[]> {
  const table = await openTable(decoded(fileOf(db, tenantId, job.id), encodingNamed(job.encoding)));
  return table.sample.filter((cells) => cells.every((cell) => neverCollected(cell) === null)).slice(0, 5);
}

function present(job: ImportRow | undefined): ImportRow {
  if (!job) throw new Problem('not-found', 'There is no such import in this workspace.');
  return job;
}

function invalid(pointer: string, message: string): Problem {
  return new Problem('invalid-request', message, { errors: [{ pointer, message }] });
}

async function mustExist(tx: Tx, { ownerId, listId }: { ownerId: string | null; listId: string | null }): Promise<void> {
  if (ownerId !== null && !(await findUser(tx, ownerId))) throw invalid('/ownerId', 'There is no such user in this workspace.');
  if (listId !== null && !(await findList(tx, listId))) throw invalid('/listId', 'There is no such list in this workspace.');
}

async function newList(tx: Tx, who: Who, name: string): Promise<string> {
  const id = await addList(tx, { name, source: 'import', createdBy: who.userId });
  if (id === null) throw new Problem('already-exists', `There is a list named ${name} already.`);
  return id;
}

async function* refusalsOf(db: Database, tenantId: string, { id, header }: ImportRow): AsyncGenerator<string[]> {
  yield ['Row', 'Reason', ...(header ?? [])];
  for (let after = 0; ; ) {
    const page = { after, rows: 1000 };
    const refused = await db.inTenant(tenantId, (tx) => listRefusals(tx, id, page));
    for (const { rowNumber, reason, cells } of refused) yield [String(rowNumber), reason, ...(cells ?? [])];
    const last = refused.at(-1);
    if (refused.length < 1000 || !last) return;
    after = last.rowNumber;
  }
}
