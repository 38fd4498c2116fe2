import type { Tx } from '../transaction.ts';
import type { ExportTable } from './plan.ts';

export interface ExportPage {
  /** Cells as text, in the order of the table's columns. */
  readonly rows: readonly (string | null)[][];
  /** Key of the last row, from which the next page goes on; null: that was the last page. */
  readonly after: string[] | null;
}

/** Who is asked for; null: the whole account. */
export interface ExportedPerson {
  readonly contactId: string;
  readonly numberHash: Buffer | null;
}

const mostRows = 5_000;
/** Text of a page: with what is made of it, some ten times this is in memory at once. */
const mostBytes = 2 * 1024 * 1024;

/**
 * The next rows of a table by its key: as many as fit into a page, and one at least, however big it is. Measured where the rows are, so
 * that a table of messages with attachments is read a few at a time.
 */
export async function readPage(
  tx: Tx,
  table: ExportTable,
  after: readonly string[] | null,
  person: ExportedPerson | null,
): Promise<ExportPage> {
  const values: unknown[] = person === null ? [] : [person.contactId, person.numberHash];
  const place = (value: unknown) => `$${values.push(value)}`;
  const keys = table.key.map(({ name }) => `t.${quoted(name)}`);
  const key = keys.map((column) => `${column}::text`).join(', ');
  const behind =
    after === null
      ? ''
      : `and (${keys.join(', ')}) > (${table.key.map(({ type }, n) => `${place(after[n])}::text::${type}`).join(', ')})`;
  const cells = table.columns.map(({ name, type }) => asText(`t.${quoted(name)}`, type)).join(', ');
  const found = await tx.rows<{ cells: (string | null)[]; key: string[] }>(
    `select to_json(cells) as cells, to_json(key) as key from (
       select *, row_number() over (order by n) as place, sum(coalesce(octet_length(array_to_string(cells, '')), 0)) over (order by n) as bytes
       from (select array[${cells}]::text[] as cells, array[${key}]::text[] as key, row_number() over (order by ${keys.join(', ')}) as n
             from ${quoted(table.name)} t where ${conditionOf(table, person)} ${behind} order by ${keys.join(', ')} limit ${mostRows}) as page) as measured
     where bytes <= ${mostBytes} or place = 1 order by n`,
    values,
  );
  return { rows: found.map(({ cells }) => cells), after: found.at(-1)?.key ?? null };
}

/** How many rows there are, for the progress: more may come while they are read. */
export async function countRows(tx: Tx, table: ExportTable, person: ExportedPerson | null): Promise<number> {
  const values = person === null ? [] : [person.contactId, person.numberHash];
  const { n } = await tx.row<{ n: number }>(
    `select count(*) as n from ${quoted(table.name)} t where ${conditionOf(table, person)}`,
    values,
  );
  return n;
}

function conditionOf({ name, ofPerson }: ExportTable, person: ExportedPerson | null): string {
  const wall = `t.${name === 'tenants' ? 'id' : 'tenant_id'} = decorum.tenant()`;
  // Both values are named, because a table's condition may ask for one of them only and the other would have no type.
  return person === null ? wall : `${wall} and ${ofPerson} and ($1::uuid is not null or $2::bytea is null)`;
}

/** As a program reads it: instants in UTC (RFC 3339), bytes in base64, lists and objects as JSON. */
function asText(column: string, type: string): string {
  if (type === 'timestamp with time zone') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  if (type === 'bytea') return `replace(encode(${column}, 'base64'), E'\\n', '')`;
  if (type.endsWith('[]')) return `array_to_json(${column})::text`;
  return `${column}::text`;
}

/** Names come from the catalogue; they are quoted all the same. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
