import type { Database } from '../transaction.ts';

/** Between two tenants, which no one statement sees at once: rows go through this process, as text, and are kept nowhere. */
export interface Road {
  readonly db: Database;
  readonly from: string;
  readonly to: string;
}

/** Rows of a table to copy. Conditions and values are SQL of this project's own, never of a request. */
export interface RowCopy {
  readonly table: string;
  /** Over the table's row `t`. */
  readonly where: string;
  readonly values?: readonly unknown[];
  /** Columns that are another in the copy, as SQL over the row `r`; those that the table does not have are left out. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Over the row `r`, behind the other wall: which rows are still wanted there. */
  readonly wanted?: string;
}

/** Copies rows with their ids; those that are there already stay as they are, so that it can be done twice. Answers how many were read. */
export async function copyRows({ db, from, to }: Road, copy: RowCopy): Promise<number> {
  const { table, where, values = [], wanted = 'true' } = copy;
  const { count, rows } = await db.inTenant(from, (tx) =>
    tx.row<{ count: number; rows: string | null }>(
      `select count(*) as count, jsonb_agg(to_jsonb(t))::text as rows from ${table} t where ${where}`,
      [...values],
    ),
  );
  if (rows === null) return 0;
  const instead: Record<string, string> = { ...copy.instead, tenant_id: 'decorum.tenant()' };
  await db.inTenant(to, async (tx) => {
    const columns = await tx.rows<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
         and attgenerated = '' and attidentity = ''`,
      [table],
    );
    const names = columns.map(({ name }) => name);
    await tx.run(
      `insert into ${table} (${names.join(', ')}) select ${names.map((name) => instead[name] ?? `r.${name}`).join(', ')}
       from jsonb_populate_recordset(null::${table}, $1::jsonb) as r where ${wanted} on conflict do nothing`,
      [rows],
    );
  });
  return count;
}
