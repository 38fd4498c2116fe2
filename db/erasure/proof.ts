import { wordFinder } from '../../domain/wordFinder.ts';
import type { Tx } from '../transaction.ts';
import { isBlank } from './blanks.ts';
import type { ErasurePlan } from './plan.ts';

export interface TableLeft {
  table: string;
  rows: number;
  /** Why these rows stay; null: they should be gone. */
  kept: string | null;
}

/** Counts every table of the account, those that should be empty and those that are kept. */
export async function countLeft(tx: Tx, plan: ErasurePlan): Promise<TableLeft[]> {
  const left: TableLeft[] = [];
  for (const table of plan.tables) {
    const isKept = table.fate === 'blank' || table.fate === 'keep';
    const { rows, undone } = await tx.row<{ rows: number; undone: number }>(
      `select count(*) as rows, count(*) filter (where not (${table.fate === 'blank' ? isBlank(table) : 'true'})) as undone from ${table.table}`,
    );
    if (undone > 0) left.push({ table: table.table, rows: undone, kept: null });
    else left.push({ table: table.table, rows, kept: isKept ? table.kept : null });
  }
  return left;
}

export interface Hit {
  table: string;
  /** Which of the words that were looked for, from 0: a proof repeats no name. */
  probe: number;
  rows: number;
}

/** Rows that are asked for at once: a row may be a piece of a file. */
const pageRows = 200;

/**
 * Looks for words, addresses, numbers and names, in everything that can hold words in every table behind the wall: text, JSON and
 * files alike, in whatever case. One pass a table, however many words. Answers where they were found.
 */
export async function probe(tx: Tx, words: readonly string[]): Promise<Hit[]> {
  const tables = await tx.rows<{ table: string; text: string }>(`
    select c.relname as table, string_agg(case
        when a.atttypid = 'bytea'::regtype then format('encode(t.%I, ''escape'')', a.attname) else format('t.%I::text', a.attname) end, ', '
      ) as text
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'json'::regtype, 'bytea'::regtype)
      and has_column_privilege(c.oid, a.attnum, 'select')
      and (c.relname = 'tenants' or exists (select from pg_attribute k where k.attrelid = c.oid and k.attname = 'tenant_id' and not k.attisdropped))
    group by c.relname order by c.relname`);
  const finder = wordFinder(words.map(spellings));
  const hits: Hit[] = [];
  for (const { table, text } of tables) {
    const rowsOf = new Map<number, number>();
    await tx.run(`declare probed no scroll cursor for select concat_ws(E'\\n', ${text}) as said from ${table} t`);
    for (;;) {
      const page = await tx.rows<{ said: string }>(`fetch ${pageRows} from probed`);
      for (const { said } of page) {
        const scan = finder.scan();
        scan.read(said);
        for (const word of scan.found) rowsOf.set(word, (rowsOf.get(word) ?? 0) + 1);
      }
      if (page.length < pageRows) break;
    }
    await tx.run(`close probed`);
    for (const [word, rows] of [...rowsOf].sort(([a], [b]) => a - b)) hits.push({ table, probe: word, rows });
  }
  return hits;
}

/** As text, within JSON, and as PostgreSQL shows the bytes of a file: what is no ASCII as `\303\251`. */
function spellings(word: string): string[] {
  const asBytes = [...Buffer.from(word)].map((byte) =>
    byte < 128 ? String.fromCharCode(byte).replace('\\', '\\\\') : `\\${byte.toString(8)}`,
  );
  return [...new Set([word, JSON.stringify(word).slice(1, -1), asBytes.join('')])];
}
