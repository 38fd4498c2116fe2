import { fateOf, keptBecause, type MappedColumn } from '../../domain/dataMap.ts';
import { byTable, keyOf, readDataMap, type TableKey } from '../dataMap.ts';
import type { Tx } from '../transaction.ts';

/** One table of a purge, in the order in which tables go: what points at a row before the row. */
export interface ErasureTable {
  readonly table: string;
  /** `follow`: rows that the application itself may not delete; they go with those that they hang on, and are counted in their turn. */
  readonly fate: 'delete' | 'follow' | 'blank' | 'keep';
  readonly kept: string;
  readonly columns: readonly MappedColumn[];
  /** By which batches are cut. */
  readonly key: TableKey;
}

export interface ErasurePlan {
  readonly tables: readonly ErasureTable[];
}

/** What a purge does, made from the comments of the columns: a table that a later release adds is in it because it has comments. */
export async function planErasure(tx: Tx): Promise<ErasurePlan> {
  const columns = await readDataMap(tx);
  const mayDelete = new Set(
    (
      await tx.rows<{ table: string }>(
        `select c.relname as table from pg_class c where c.relnamespace = 'public'::regnamespace and has_table_privilege(c.oid, 'delete')`,
      )
    ).map(({ table }) => table),
  );
  const tables = byTable(columns);
  const links = await pointers(tx);
  const ordered = childrenFirst([...tables.keys()], links);
  const planned = ordered.map((table): ErasureTable => {
    const all = tables.get(table) ?? [];
    const fate = withKey.has(table) ? 'keep' : fateOf(all);
    const follows = fate === 'delete' && !mayDelete.has(table);
    if (follows && !links.some(({ from, cascades }) => from === table && cascades))
      throw new Error(`The rows of ${table} are to be deleted, and nobody may: grant it, or let them go with another table's.`);
    return {
      table,
      fate: follows ? 'follow' : fate,
      kept: withKey.get(table) ?? keptBecause(all),
      columns: all,
      key: keyOf(all),
    };
  });
  const rank = { delete: 0, follow: 0, blank: 1, keep: 2 } as const;
  return { tables: planned.sort((a, b) => rank[a.fate] - rank[b.fate]) };
}

/** Shredded in the last step of a purge by `destroyTenantKey`: with it goes what only the key can read. */
const withKey = new Map([['tenant_keys', 'the key is destroyed when all else is proved gone, and must not be made again']]);

/** Which table has rows that point at rows of which. */
function pointers(tx: Tx): Promise<{ from: string; to: string; cascades: boolean }[]> {
  return tx.rows(`
    select distinct f.conrelid::regclass::text as "from", f.confrelid::regclass::text as "to", f.confdeltype = 'c' as cascades from pg_constraint f
    where f.contype = 'f' and f.connamespace = 'public'::regnamespace and f.conrelid <> f.confrelid order by 1, 2`);
}

/** Throws where tables point at one another in a ring: no order could erase them. */
function childrenFirst(tables: readonly string[], links: readonly { from: string; to: string }[]): string[] {
  const ordered: string[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const free = [...left].filter((table) => !links.some(({ from, to }) => to === table && left.has(from)));
    if (free.length === 0) throw new Error(`These tables point at one another in a ring: ${[...left].join(', ')}.`);
    for (const table of free) left.delete(table);
    ordered.push(...free);
  }
  return ordered;
}
