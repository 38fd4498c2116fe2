import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

/** A table cannot be trusted: the message names the file, the line and the cell. Nothing starts on a law that it cannot read. */
export class LawTableError extends Error {
  override readonly name = 'LawTableError';
}

export interface Table<Row> {
  readonly file: string;
  /** First 12 hex digits of the file's SHA-256: recorded with every decision, so that the record shows which text decided it. */
  readonly version: string;
  readonly rows: readonly Row[];
}

export interface Dated<Row> extends Table<Row> {
  /** The row of `key` in force on an ISO date, null when no law of that key was in force. */
  readonly inForce: (key: string, on: string) => Row | null;
  /** Every key of the table, in its order. */
  readonly keys: readonly string[];
}

export interface InForceBetween {
  /** First day the row applies; null: as far back as was checked. */
  readonly validFrom: string | null;
  /** Last day it applies; null: still in force. */
  readonly validTo: string | null;
}

interface Located<Row> {
  readonly row: Row;
  readonly line: number;
}

/** Reads law/`file`: as many rows as expected, every cell as `Row` wants it, no other column, no row twice by `key`. */
export function readTable<Row>(file: string, expectedRows: number, Row: z.ZodType<Row>, key: (row: Row) => string): Table<Row> {
  const { version, located } = read(file, expectedRows, Row);
  const seen = new Set<string>();
  for (const { row, line } of located) {
    if (seen.has(key(row))) throw new LawTableError(`law/${file} line ${line}: ${key(row)} stands in the table twice.`);
    seen.add(key(row));
  }
  return { file, version, rows: located.map(({ row }) => row) };
}

/** As `readTable`, for rows with dates. */
export function readDatedTable<Row extends InForceBetween>(
  file: string,
  expectedRows: number,
  Row: z.ZodType<Row>,
  key: (row: Row) => string,
): Dated<Row> {
  const { version, located } = read(file, expectedRows, Row);
  return { file, version, ...datedTable(file, located, key) };
}

/** Rows by key and date: within a key, every day from its first row's on to its last row's has exactly one. */
export function datedTable<Row extends InForceBetween>(
  file: string,
  located: readonly Located<Row>[],
  key: (row: Row) => string,
): Pick<Dated<Row>, 'rows' | 'keys' | 'inForce'> {
  const byKey = groupBy(located, ({ row }) => key(row));
  for (const [name, rows] of byKey) refuseGapsAndOverlaps(file, name, rows);
  return {
    rows: located.map(({ row }) => row),
    keys: [...byKey.keys()],
    inForce(name, on) {
      const found = byKey
        .get(name)
        ?.find(({ row }) => (row.validFrom ?? '') <= on && (row.validTo === null || on <= row.validTo));
      return found?.row ?? null;
    },
  };
}

/** `Map.groupBy`, which Node has only from version 21 on. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

function refuseGapsAndOverlaps(file: string, key: string, rows: readonly Located<InForceBetween>[]): void {
  const inOrder = [...rows].sort((a, b) => ((a.row.validFrom ?? '') < (b.row.validFrom ?? '') ? -1 : 1));
  for (const [index, { row, line }] of inOrder.entries()) {
    const where = `law/${file} line ${line} (${key})`;
    if (row.validFrom !== null && row.validTo !== null && row.validTo < row.validFrom) {
      throw new LawTableError(`${where}, column valid_to: ${row.validTo} is before valid_from ${row.validFrom}.`);
    }
    const before = inOrder[index - 1]?.row;
    if (!before) continue;
    const follows = before.validTo === null ? undefined : Temporal.PlainDate.from(before.validTo).add({ days: 1 }).toString();
    if (row.validFrom !== follows) {
      throw new LawTableError(
        `${where}, column valid_from: ${row.validFrom ?? 'empty'} leaves a gap or an overlap after the row that ends ${before.validTo ?? 'never'}.`,
      );
    }
  }
}

function read<Row>(file: string, expectedRows: number, Row: z.ZodType<Row>): { version: string; located: Located<Row>[] } {
  const bytes = readFileSync(fileURLToPath(new URL(file, import.meta.url)));
  const located = parseTable(file, bytes.toString('utf8'), Row);
  if (located.length !== expectedRows) {
    throw new LawTableError(
      `law/${file}: ${located.length} rows where ${expectedRows} were checked; a new row is added to the expected number too.`,
    );
  }
  return { version: createHash('sha256').update(bytes).digest('hex').slice(0, 12), located };
}

/** Rows of a table's text, each with the line it ends on. Throws on the first cell that is not as `Row` wants it. */
export function parseTable<Row>(file: string, text: string, Row: z.ZodType<Row>): Located<Row>[] {
  const located = readCells(file, text);
  return located.map(({ record, info: { lines: line } }) => {
    const parsed = Row.safeParse(record);
    if (parsed.success) return { row: parsed.data, line };
    const [issue] = parsed.error.issues;
    const column = issue?.path[0];
    const cell = typeof column === 'string' ? `, column ${column} ("${record[column] ?? 'missing'}")` : '';
    const [first] = Object.values(record);
    throw new LawTableError(`law/${file} line ${line} (${first ?? 'empty'})${cell}: ${issue?.message ?? 'unreadable'}.`);
  });
}

const Cells = z.array(z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) }));

function readCells(file: string, text: string): z.output<typeof Cells> {
  try {
    return Cells.parse(parse(text, { bom: true, columns: true, info: true }));
  } catch (error) {
    throw new LawTableError(`law/${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
