import { z } from 'zod';
import { list, stateCode, zoneName } from './columns.ts';
import { groupBy, readTable } from './load.ts';

const Row = z
  .strictObject({
    area_code: z.string().regex(/^[2-9]\d\d$/, 'an area code is three digits, the first from 2 to 9'),
    state: stateCode,
    zones: list.pipe(z.array(zoneName)), // every zone in use under the code
  })
  .transform(({ area_code, state, zones }) => ({ areaCode: area_code, state, zones }));

/** law/area-codes.csv: the state of each U.S. area code and the zones in use under it. */
export const areaCodeTable = readTable('area-codes.csv', 366, Row, ({ areaCode }) => areaCode);

const byCode = new Map(areaCodeTable.rows.map((row) => [row.areaCode, row]));

const zonesByState = new Map(
  [...groupBy(areaCodeTable.rows, ({ state }) => state)].map(([state, rows]) => [
    state,
    [...new Set(rows.flatMap(({ zones }) => zones))],
  ]),
);

/** State and zones of an area code; null when it is none of the United States (toll-free, foreign, unassigned). */
export function areaCode(code: string): { readonly state: string; readonly zones: readonly string[] } | null {
  return byCode.get(code) ?? null;
}

/** Every zone in use under a state's area codes; null for what is no state. */
export function zonesOfState(state: string): readonly string[] | null {
  return zonesByState.get(state) ?? null;
}
