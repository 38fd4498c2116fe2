import { heldNow } from '../legalHolds.ts';
import type { Tx } from '../transaction.ts';
import { countAggregates } from './aggregates.ts';
import { blanking, isBlank } from './blanks.ts';
import type { ErasurePlan, ErasureTable } from './plan.ts';

export interface BatchResult {
  /** Null: nothing was erased, since something is held or all is done. */
  table: string | null;
  rows: number;
  done: boolean;
}

interface Progress {
  after: string[] | null;
  isDone: boolean;
}

/**
 * Erases the next rows of the next table of the account, and notes how far it came, in this transaction; the legal hold is read in it, too,
 * so that a hold placed between two batches stops the second. To be called until `done`; any worker may go on where another was killed.
 */
export async function eraseAccountBatch(tx: Tx, plan: ErasurePlan, { limit }: { limit: number }): Promise<BatchResult> {
  if ((await heldNow(tx, { account: true })).length > 0) return { table: null, rows: 0, done: false };
  const progress = await readProgress(tx);
  if (progress.size === 0) await countAggregates(tx); // while the people are still there to be counted
  for (const table of plan.tables) {
    if (table.fate === 'keep') continue;
    const { after, isDone } = progress.get(table.table) ?? { after: null, isDone: false };
    if (isDone) continue;
    const { rows, last } = await eraseRows(tx, table, after, limit);
    const isThrough = last === null || rows < limit;
    // Who was written behind the cursor meanwhile is found by another round from the start.
    const again = isThrough && after !== null && table.fate !== 'follow' && (await isLeft(tx, table));
    await noteProgress(tx, table.table, again ? null : last, rows, isThrough && !again);
    if (rows > 0 || again) return { table: table.table, rows, done: false };
  }
  return { table: null, rows: 0, done: true };
}

async function eraseRows(
  tx: Tx,
  table: ErasureTable,
  after: readonly string[] | null,
  limit: number,
): Promise<{ rows: number; last: string[] | null }> {
  if (table.fate === 'follow') {
    const { rows } = await tx.row<{ rows: number }>(`select count(*) as rows from ${table.table}`);
    return { rows, last: null };
  }
  const names = table.key.map(({ name }) => name);
  const values = table.key.map(({ type }, i) => `$${i + 2}::text::${type}`);
  const isBehind = after === null ? 'true' : `(${names.join(', ')}) > (${values.join(', ')})`;
  const act = table.fate === 'delete' ? `delete from ${table.table}` : `update ${table.table} set ${blanking(table)}`;
  // By place and not by key: the keyset has found the row already, and its place costs no second look into the index.
  return tx.row(
    `with batch as materialized (
       select ctid as place, ${names.join(', ')} from ${table.table} where ${isBehind} order by ${names.join(', ')} limit $1),
     erased as (${act} where ctid = any(array(select place from batch)) returning 1)
     select (select count(*) from erased) as rows,
       (select array[${names.map((name) => `${name}::text`).join(', ')}] from batch order by ${names.map((name) => `${name} desc`).join(', ')} limit 1) as last`,
    [limit, ...(after ?? [])],
  );
}

/** Whether the table still has what the purge takes. */
async function isLeft(tx: Tx, table: ErasureTable): Promise<boolean> {
  const rows = await tx.rows(
    `select from ${table.table} where ${table.fate === 'blank' ? `not (${isBlank(table)})` : 'true'} limit 1`,
  );
  return rows.length > 0;
}

async function readProgress(tx: Tx): Promise<ReadonlyMap<string, Progress>> {
  const rows = await tx.rows<Progress & { name: string }>(
    `select name, after, is_done as "isDone" from erasure_progress where tenant_id = decorum.tenant()`,
  );
  return new Map(rows.map(({ name, ...progress }) => [name, progress]));
}

async function noteProgress(tx: Tx, name: string, after: readonly string[] | null, rows: number, isDone: boolean): Promise<void> {
  await tx.run(
    `insert into erasure_progress (tenant_id, name, after, rows, is_done) values (decorum.tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, name) do update set after = excluded.after, rows = erasure_progress.rows + excluded.rows, is_done = excluded.is_done`,
    [name, isDone ? null : after, rows, isDone],
  );
}
