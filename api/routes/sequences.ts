import { z } from 'zod';
import {
  addSequence,
  addVersion,
  findSequence,
  findVersion,
  listSequences,
  listVersions,
  renameSequence,
  sequenceOrders,
} from '../../db/sequences.ts';
import { readTenant } from '../../db/tenants.ts';
import type { Tx } from '../../db/transaction.ts';
import { Definition } from '../../domain/sequence.ts';
import type { Dependencies } from '../dependencies.ts';
import { Finding, findingsOf } from '../findings.ts';
import { cutPage, keysAfter, keysOf, pageOf, Paging, sortedBy } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route } from '../route.ts';
import { Id, Instant, VersionNumber, VersionText } from '../shapes.ts';

const Sequence = z
  .object({ id: Id, name: z.string(), ownerId: Id, newest: z.int(), steps: z.int(), createdAt: Instant })
  .meta({ id: 'Sequence' });

const SequenceVersion = z
  .object({
    version: z.int(),
    definition: Definition,
    createdBy: Id,
    createdAt: Instant,
    launches: z.int().meta({ description: 'Open launches that run these words.' }),
  })
  .meta({ id: 'SequenceVersion' });

const SequenceDetail = Sequence.extend({ shown: SequenceVersion, findings: z.array(Finding) }).meta({
  id: 'SequenceDetail',
});

/** What the list of sequences, and the file of it, can be asked for. */
export const sequenceFilters = { search: z.string().max(200).default(''), sort: sortedBy(sequenceOrders, 'name') };

const Name = z.string().trim().min(1).max(200);
const params = z.object({ sequenceId: Id });
const gone = () => new Problem('not-found', 'There is no such sequence, or version of it, in this workspace.');

const list = route({
  method: 'get',
  path: '/sequences',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'Sequences, by name or as asked',
  query: Paging.extend(sequenceFilters),
  reply: { status: 200, schema: pageOf(Sequence) },
  async handle({ who, db, query }) {
    const page = { search: query.search, sort: query.sort, after: keysAfter(query.cursor, 2), rows: query.limit + 1 };
    const sequences = await db.inTenant(who.tenantId, (tx) => listSequences(tx, page));
    return cutPage(sequences, query.limit, keysOf);
  },
});

const create = route({
  method: 'post',
  path: '/sequences',
  action: 'sequences.write',
  tag: 'Sequences',
  summary: 'Write a sequence; the reply says what its content checks find',
  body: z.strictObject({ name: Name, definition: Definition }),
  reply: { status: 201, schema: SequenceDetail },
  handle: ({ who, db, deps, body }) =>
    db.inTenant(who.tenantId, async (tx) => detail(tx, deps, await addSequence(tx, { ...body, by: who.userId }))),
});

const read = route({
  method: 'get',
  path: '/sequences/{sequenceId}',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'A sequence with its newest words, or with those of a version',
  params,
  query: z.object({ version: VersionText.optional() }),
  reply: { status: 200, schema: SequenceDetail },
  handle: ({ who, db, deps, params, query }) =>
    db.inTenant(who.tenantId, (tx) => detail(tx, deps, params.sequenceId, query.version)),
});

const rename = route({
  method: 'patch',
  path: '/sequences/{sequenceId}',
  action: 'sequences.write',
  tag: 'Sequences',
  summary: 'Rename a sequence',
  params,
  body: z.strictObject({ name: Name }),
  reply: { status: 200, schema: SequenceDetail },
  handle: ({ who, db, deps, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      if (!(await renameSequence(tx, params.sequenceId, body.name))) throw gone();
      return detail(tx, deps, params.sequenceId);
    }),
});

const listAll = route({
  method: 'get',
  path: '/sequences/{sequenceId}/versions',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'Versions of a sequence, newest first',
  params,
  query: Paging,
  reply: { status: 200, schema: pageOf(SequenceVersion) },
  async handle({ who, db, params, query }) {
    const [before] = keysAfter(query.cursor, 1) ?? [];
    const page = { before: before === undefined ? null : Number(before), rows: query.limit + 1 };
    const versions = await db.inTenant(who.tenantId, async (tx) => {
      if (!(await findSequence(tx, params.sequenceId))) throw gone();
      return listVersions(tx, params.sequenceId, page);
    });
    return cutPage(versions, query.limit, ({ version }) => [String(version)]);
  },
});

const revise = route({
  method: 'post',
  path: '/sequences/{sequenceId}/versions',
  action: 'sequences.write',
  tag: 'Sequences',
  summary: 'Write a new version; running launches keep theirs until they are moved',
  params,
  body: z.strictObject({
    definition: Definition,
    basedOn: VersionNumber.meta({
      description: 'The version that was edited: refused when somebody has written a newer one since.',
    }),
  }),
  reply: { status: 201, schema: SequenceDetail },
  errors: ['conflict'],
  handle: ({ who, db, deps, params, body }) =>
    db.inTenant(who.tenantId, async (tx) => {
      const version = await addVersion(tx, params.sequenceId, { definition: body.definition, by: who.userId });
      if (version === undefined) throw gone();
      if (version !== body.basedOn + 1)
        throw new Problem('conflict', `Version ${version - 1} was written in the meantime: look at it first.`);
      return detail(tx, deps, params.sequenceId);
    }),
});

const check = route({
  method: 'post',
  path: '/content-checks',
  action: 'sequences.read',
  tag: 'Sequences',
  summary: 'What the content checks say about words that are still being written (P11)',
  body: z.strictObject({ definition: Definition }),
  reply: { status: 200, schema: z.object({ findings: z.array(Finding) }).meta({ id: 'ContentFindings' }) },
  handle: ({ who, db, deps, body }) =>
    db.inTenant(who.tenantId, async (tx) => ({ findings: findingsOf(body.definition, await readTenant(tx), deps.templates) })),
});

export const sequenceRoutes = [list, create, read, rename, listAll, revise, check];

async function detail(
  tx: Tx,
  { templates }: Dependencies,
  sequenceId: string,
  version?: number,
): Promise<z.input<typeof SequenceDetail>> {
  const sequence = await findSequence(tx, sequenceId);
  const shown = sequence && (await findVersion(tx, sequenceId, version ?? sequence.newest));
  if (!shown) throw gone();
  return { ...sequence, shown, findings: findingsOf(shown.definition, await readTenant(tx), templates) };
}
