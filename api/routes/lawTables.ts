import { z } from 'zod';
import { lawTableNames, type ReadableRow, readableRows } from '../../law/readable.ts';
import { cutPage, keysAfter, pageOf, Paging } from '../paging.ts';
import { route } from '../route.ts';

const LawRow = z
  .object({
    id: z.string(),
    table: z.enum(lawTableNames),
    version: z.string().meta({ description: "The table's, as every decision by it records it." }),
    state: z.string().meta({ description: 'US: federal.' }),
    rule: z.string(),
    citation: z.string().nullable().meta({ description: 'Null: a fact of geography, for which the table cites no law.' }),
    validFrom: z.iso.date().nullable().meta({ description: 'First day; null: as far back as was checked.' }),
    validTo: z.iso.date().nullable().meta({ description: 'Last day; null: no end is known.' }),
    remarks: z.string(),
    confidence: z.string().nullable().meta({ description: 'How sure the row is; null: its table does not say.' }),
    isDoubtful: z.boolean().meta({ description: 'Some part is less than sure: it counts as the strict rule.' }),
  })
  .meta({ id: 'LawRow' });

const list = route({
  method: 'get',
  path: '/law-tables',
  action: 'law.read',
  tag: 'Law tables',
  summary: 'The law that decides, row by row, with its citation, its dates and how sure it is',
  query: Paging.extend({
    table: z.enum(lawTableNames).optional(),
    state: z
      .string()
      .regex(/^[A-Z]{2}$/, 'A state is two capital letters.')
      .optional(),
    search: z.string().trim().max(200).optional().meta({ description: 'In the rule, the citation and the remarks.' }),
  }),
  reply: { status: 200, schema: pageOf(LawRow).meta({ id: 'LawRows' }) },
  handle({ query: { table, state, search = '', limit, cursor } }) {
    const [after] = keysAfter(cursor, 1) ?? [];
    const sought = search.toLowerCase();
    const fits = (row: ReadableRow) =>
      (table === undefined || row.table === table) &&
      (state === undefined || row.state === state) &&
      [row.rule, row.citation ?? '', row.remarks].some((text) => text.toLowerCase().includes(sought));
    const start = after === undefined ? 0 : readableRows.findIndex(({ id }) => id === after) + 1;
    const rows = readableRows.slice(start).filter(fits);
    return Promise.resolve(cutPage(rows.slice(0, limit + 1), limit, ({ id }) => [id]));
  },
});

export const lawTableRoutes = [list];
