import { areaCodeTable } from './areaCodes.ts';
import { breachLaw } from './breach.ts';
import { callingLaw } from './calling.ts';
import { holidayTable } from './holidays.ts';
import type { Table } from './load.ts';
import { privacyLaw } from './privacy.ts';
import { stateZoneTable } from './stateZones.ts';

/** Every table of the law, as it was read when the process started. */
export const lawTables: readonly Table<unknown>[] = [
  callingLaw,
  privacyLaw,
  breachLaw,
  holidayTable,
  areaCodeTable,
  stateZoneTable,
];
