import { z } from 'zod';
import { stateCode, zoneName } from './columns.ts';
import { readTable } from './load.ts';

const Row = z
  .strictObject({ state: stateCode, westernmost_zone: zoneName })
  .transform(({ state, westernmost_zone }) => ({ state, westernmostZone: westernmost_zone }));

/** law/state-zones.csv: the zone in which a state's day begins last, for receipt dates. */
export const stateZoneTable = readTable('state-zones.csv', 56, Row, ({ state }) => state);

const byState = new Map(stateZoneTable.rows.map(({ state, westernmostZone: zone }) => [state, zone]));

/** Null for what is no state. */
export function westernmostZone(state: string): string | null {
  return byState.get(state) ?? null;
}
