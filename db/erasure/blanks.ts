import type { MappedColumn } from '../../domain/dataMap.ts';
import type { ErasureTable } from './plan.ts';

/** What stands in a column that was anonymised or shredded in a row that stays: nothing, or the nothing of its type. */
function blankOf({ type, isNullable, table, name }: MappedColumn): string {
  if (isNullable) return 'null';
  if (type === 'text') return `''`;
  if (type === 'bytea') return `''::bytea`;
  if (type === 'jsonb') return `'{}'::jsonb`;
  if (type.endsWith('[]')) return `'{}'::${type}`;
  throw new Error(`There is no nothing of the type of ${table}.${name}: let it be null, or delete the row.`);
}

const goes = ({ columns }: Pick<ErasureTable, 'columns'>): MappedColumn[] =>
  columns.filter(
    ({ erasure, name, isGenerated, keyPlace }) => erasure !== 'keep' && name !== 'tenant_id' && !isGenerated && keyPlace === null,
  );

/** As SQL: the assignments that blank what is not kept. */
export const blanking = (table: Pick<ErasureTable, 'columns'>): string =>
  goes(table)
    .map((column) => `${column.name} = ${blankOf(column)}`)
    .join(', ');

/** As SQL: the condition that nothing is left in a row but what is kept. */
export const isBlank = (table: Pick<ErasureTable, 'columns'>): string =>
  goes(table)
    .map((column) => `${column.name} is not distinct from ${blankOf(column)}`)
    .join(' and ');
