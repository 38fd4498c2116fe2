import { byTable, type DataColumn, keyOf, readDataMap, type TableKey } from '../dataMap.ts';
import type { Tx } from '../transaction.ts';
import { type Link, wayToPerson } from './person.ts';

/** A table that leaves as a file, as the catalogue has it. Kept with the export: a release in between changes nothing of it. */
export interface ExportTable {
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /** By which the rows are paged. */
  readonly key: TableKey;
  /** The condition by which one person's rows are told; `$1` is the contact, `$2` the keyed hash of the number. Null: every row. */
  readonly ofPerson: string | null;
}

interface ExportColumn {
  readonly name: string;
  readonly type: string;
}

export interface ExportPlan {
  /** An export that begins anew has another: what a run has read for the old one is not written into it. */
  readonly id: string;
  readonly tables: readonly ExportTable[];
  /** Of these there was no row at the start. */
  readonly empty: readonly string[];
  /** What stays behind, and why: the manifest says so. */
  readonly omitted: readonly Omission[];
}

interface Omission {
  /** `table.column`, or `table`. */
  readonly what: string;
  readonly because: 'secret' | 'not of one person' | 'a copy of this';
}

/** Of these a file is made: columns whose data belong to the account or to people. A table of none but these is the machine's. */
const owned: readonly string[] = ['account', 'contact', 'user'];
/** The copies that are being made. */
const copies: readonly string[] = ['export_chunks', 'export_files'];
/** Whoever has one of these can act as somebody: they never leave, whatever their owner asks (P5). */
const isSecret = ({ category, name }: DataColumn): boolean => category.startsWith('user.authorization') || name === 'mail_key';

/**
 * What an account, or one person, is handed out (P8): every table with the tenant's column, by the data map that stands in the comments of
 * the columns. A table that a later release adds is in the export because it has a comment, and has one because the build asks for it.
 */
export async function planExport(tx: Tx, contactId: string | null): Promise<ExportPlan> {
  const columns = await readDataMap(tx);
  const links = contactId === null ? [] : await linksBetweenTables(tx);
  const tables: ExportTable[] = [];
  const omitted: Omission[] = [];
  for (const [name, all] of byTable(columns)) {
    if (!all.some(({ owner, name: column }) => owned.includes(owner) && column !== 'tenant_id')) continue;
    if (copies.includes(name)) {
      omitted.push({ what: name, because: 'a copy of this' });
      continue;
    }
    const secrets = all.filter((column) => isSecret(column));
    const readable = all.filter((column) => column.mayRead && !isSecret(column));
    const shown = contactId === null ? readable : readable.filter(({ owner }) => owner === 'contact');
    if (shown.length === 0) continue;
    const ofPerson = contactId === null ? null : wayToPerson(name, columns, links);
    if (contactId !== null && ofPerson === null) {
      omitted.push({ what: name, because: 'not of one person' });
      continue;
    }
    omitted.push(...secrets.map((column) => ({ what: `${name}.${column.name}`, because: 'secret' as const })));
    tables.push({ name, columns: shown.map(({ name, type }) => ({ name, type })), key: keyOf(all), ofPerson });
  }
  const { id } = await tx.row<{ id: string }>(`select gen_random_uuid() as id`);
  return { id, tables, empty: [], omitted };
}

/** Foreign keys without their tenant's column: one column points at one. */
export function linksBetweenTables(tx: Tx): Promise<Link[]> {
  return tx.rows<Link>(`
    select f.conrelid::regclass::text as "from", f.confrelid::regclass::text as "to", a.attname as "column", t.attname as "target",
      f.confdeltype = 'c' as "cascades"
    from pg_constraint f
    cross join lateral unnest(f.conkey, f.confkey) as k(mine, theirs)
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.mine
    join pg_attribute t on t.attrelid = f.confrelid and t.attnum = k.theirs
    where f.contype = 'f' and f.connamespace = 'public'::regnamespace and a.attname <> 'tenant_id' and cardinality(f.conkey) = 2 order by 1, 2, 3`);
}
