import type { Definition } from '../domain/sequence.ts';
import { keyset, type Orders, type Sort, type Sorted } from './sorting.ts';
import type { Tx } from './transaction.ts';

export interface Sequence {
  id: string;
  name: string;
  ownerId: string;
  newest: number;
  steps: number;
  createdAt: Date;
}

export interface SequenceVersion {
  version: number;
  definition: Definition;
  createdBy: string;
  createdAt: Date;
  /** Launches that run these words now. */
  launches: number;
}

const columns = `s.id, s.name, s.owner_id as "ownerId", s.newest, s.created_at as "createdAt",
  jsonb_array_length(v.definition -> 'steps') as steps`;
const newest = `join sequence_versions v on v.tenant_id = s.tenant_id and v.sequence_id = s.id and v.version = s.newest`;
const versionColumns = `v.version, v.definition, v.created_by as "createdBy", v.created_at as "createdAt",
  (select count(*) from launches l where l.sequence_id = v.sequence_id and l.version = v.version
   and l.state in ('enrolling', 'running', 'paused')) as launches`;

export const sequenceOrders = {
  name: { by: 'lower(s.name)', as: 'text' },
  begun: { by: 's.created_at', as: 'timestamptz' },
} as const satisfies Orders<string>;

/** `after`: key and id of the last one of the page before. */
export async function listSequences(
  tx: Tx,
  page: { search: string; sort: Sort<keyof typeof sequenceOrders>; after: string[] | undefined; rows: number },
): Promise<Sorted<Sequence>[]> {
  const { key, after, orderBy } = keyset(sequenceOrders, page.sort, 's.id', ['$1', '$2']);
  return tx.rows<Sorted<Sequence>>(
    `select ${columns}, ${key} from sequences s ${newest}
     where ${after} and ($3 = '' or strpos(lower(s.name), lower($3)) > 0)
     ${orderBy} limit $4`,
    [page.after?.[0] ?? null, page.after?.[1] ?? null, page.search, page.rows],
  );
}

export async function findSequence(tx: Tx, sequenceId: string): Promise<Sequence | undefined> {
  const [sequence] = await tx.rows<Sequence>(`select ${columns} from sequences s ${newest} where s.id = $1`, [sequenceId]);
  return sequence;
}

/** Makes a sequence with its first version; answers its id. */
export async function addSequence(tx: Tx, sequence: { name: string; definition: Definition; by: string }): Promise<string> {
  const { id } = await tx.row<{ id: string }>(
    `insert into sequences (tenant_id, name, owner_id, newest) values (decorum.tenant(), $1, $2, 0) returning id`,
    [sequence.name, sequence.by],
  );
  await addVersion(tx, id, sequence);
  return id;
}

/** Adds a version on top; answers its number, or undefined when there is no such sequence. Two at once get two numbers. */
export async function addVersion(
  tx: Tx,
  sequenceId: string,
  { definition, by }: { definition: Definition; by: string },
): Promise<number | undefined> {
  const [sequence] = await tx.rows<{ newest: number }>(
    `update sequences set newest = newest + 1 where id = $1 returning newest`,
    [sequenceId],
  );
  if (!sequence) return undefined;
  await tx.run(
    `insert into sequence_versions (tenant_id, sequence_id, version, definition, created_by) values (decorum.tenant(), $1, $2, $3, $4)`,
    [sequenceId, sequence.newest, JSON.stringify(definition), by],
  );
  return sequence.newest;
}

export async function renameSequence(tx: Tx, sequenceId: string, name: string): Promise<boolean> {
  return (await tx.run(`update sequences set name = $2 where id = $1`, [sequenceId, name])) > 0;
}

/** Newest first; `before` is the last number of the page before. */
export async function listVersions(
  tx: Tx,
  sequenceId: string,
  page: { before: number | null; rows: number },
): Promise<SequenceVersion[]> {
  return tx.rows<SequenceVersion>(
    `select ${versionColumns} from sequence_versions v
     where v.sequence_id = $1 and ($2::int is null or v.version < $2) order by v.version desc limit $3`,
    [sequenceId, page.before, page.rows],
  );
}

export async function findVersion(tx: Tx, sequenceId: string, version: number): Promise<SequenceVersion | undefined> {
  const [found] = await tx.rows<SequenceVersion>(
    `select ${versionColumns} from sequence_versions v where v.sequence_id = $1 and v.version = $2`,
    [sequenceId, version],
  );
  return found;
}
