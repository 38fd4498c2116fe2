import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';

const PAGE = 1000;

export const csvType = 'text/csv; charset=utf-8';

/**
 * A list as a file for a spreadsheet. It is read page by page, each in a transaction of its own: a slow reader holds none open. No cell is
 * taken for a formula.
 */
export function csvFile<Row>({
  name,
  reply,
  columns,
  read,
  keysOf,
}: {
  name: string;
  reply: (header: string, value: string) => void;
  /** Heading and cell of each column. */
  columns: Readonly<Record<string, (row: Row) => string | number | Date | null>>;
  read: (page: { after: string[] | undefined; rows: number }) => Promise<Row[]>;
  keysOf: (row: Row) => string[];
}): Readable {
  async function* lines(): AsyncGenerator<(string | number | null)[]> {
    for (let after: string[] | undefined; ; ) {
      const rows = await read({ after, rows: PAGE });
      for (const row of rows) {
        yield Object.values(columns).map((cell) => {
          const value = cell(row);
          return value instanceof Date ? value.toISOString() : value;
        });
      }
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = keysOf(last);
    }
  }
  reply('Content-Disposition', `attachment; filename="${name}.csv"`);
  return Readable.from(lines()).pipe(
    stringify({ header: true, bom: true, columns: Object.keys(columns), escape_formulas: true }),
  );
}
