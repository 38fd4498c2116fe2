import { type MappedColumn, readColumnWords } from '../domain/dataMap.ts';
import type { Tx } from './transaction.ts';

export interface DataColumn extends MappedColumn {
  /** By the role of this transaction. */
  readonly mayRead: boolean;
}

interface Row extends Pick<DataColumn, 'table' | 'name' | 'type' | 'keyPlace' | 'isNullable' | 'isGenerated' | 'mayRead'> {
  words: string | null;
}

/** The data map as the catalogue has it: every column of every table behind the tenant's wall, and of the tenants themselves. */
export async function readDataMap(tx: Tx): Promise<DataColumn[]> {
  const rows = await tx.rows<Row>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, col_description(c.oid, a.attnum) as words,
      array_position(i.indkey::int2[], a.attnum) + 1 as "keyPlace", -- counted from 0 there
      not a.attnotnull as "isNullable", a.attgenerated <> '' as "isGenerated", has_column_privilege(c.oid, a.attnum, 'select') as "mayRead"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and (c.relname = 'tenants' or exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped))
    order by c.relname, a.attnum`);
  return rows.map(({ words, ...column }) => {
    const said = readColumnWords(words);
    if (!said)
      throw new Error(`The data map does not say what becomes of ${column.table}.${column.name}: comment it (db/describe.ts).`);
    return { ...column, ...said };
  });
}

export function byTable(columns: readonly DataColumn[]): Map<string, DataColumn[]> {
  const tables = new Map<string, DataColumn[]>();
  for (const column of columns) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  return tables;
}

export type TableKey = readonly { readonly name: string; readonly type: string }[];

/** The primary key behind the tenant, by which rows are paged; of a table of one row the tenant's own. */
export function keyOf(columns: readonly MappedColumn[]): TableKey {
  const key = columns
    .filter(({ keyPlace }) => keyPlace !== null)
    .sort((a, b) => (a.keyPlace ?? 0) - (b.keyPlace ?? 0))
    .map(({ name, type }) => ({ name, type }));
  const behindTenant = key.filter(({ name }) => name !== 'tenant_id');
  return behindTenant.length > 0 ? behindTenant : key;
}
