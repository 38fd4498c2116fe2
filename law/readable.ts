import { areaCodeTable } from './areaCodes.ts';
import { breachLaw } from './breach.ts';
import { callingLaw } from './calling.ts';
import { holidayTable } from './holidays.ts';
import type { InForceBetween, Table } from './load.ts';
import { privacyLaw } from './privacy.ts';
import { stateZoneTable } from './stateZones.ts';
import { breachInWords, callingInWords, privacyInWords } from './words.ts';

export const lawTableNames = ['calling', 'breach', 'privacy', 'holidays', 'area-codes', 'state-zones'] as const;

/** A row of the law as a person reads it. */
export interface ReadableRow extends InForceBetween {
  /** The table and what stands once in it for these dates. */
  readonly id: string;
  readonly table: (typeof lawTableNames)[number];
  readonly version: string;
  readonly state: string;
  readonly rule: string;
  /** Null: facts of geography, for which the table cites no law. */
  readonly citation: string | null;
  readonly remarks: string;
  /** How sure the row is, in the table's words; null: the table says nothing about it. */
  readonly confidence: string | null;
  /** Whether any part of it is less than sure; an unsure rule counts as the strict one. */
  readonly isDoubtful: boolean;
}

type Own = Pick<ReadableRow, 'state' | 'rule'> & Partial<ReadableRow>;

/** Every row of every table, in the tables' order: the very rows that decide. */
export const readableRows: readonly ReadableRow[] = [
  ...readable('calling', callingLaw, (row) => ({ ...shared(row), rule: callingInWords(row) })),
  ...readable('breach', breachLaw, (row) => ({ ...shared(row), rule: breachInWords(row) })),
  ...readable('privacy', privacyLaw, (row) => ({ ...shared(row), rule: privacyInWords(row) })),
  ...readable('holidays', holidayTable, ({ state, name, citation }) => ({ state, rule: name, citation })),
  ...readable('area-codes', areaCodeTable, ({ state, areaCode, zones }) => ({ state, rule: `${areaCode}: ${zones.join(', ')}` })),
  ...readable('state-zones', stateZoneTable, ({ state, westernmostZone }) => ({ state, rule: westernmostZone })),
];

function readable<Row>(
  table: ReadableRow['table'],
  { version, rows }: Table<Row>,
  own: (row: Row) => Own,
): readonly ReadableRow[] {
  return rows.map((row, index) => {
    const { confidence = null, ...rest } = own(row);
    return {
      id: `${table} ${index + 1}`,
      table,
      version,
      citation: null,
      validFrom: null,
      validTo: null,
      remarks: '',
      confidence,
      isDoubtful: confidence !== null && isUnsure(confidence),
      ...rest,
    };
  });
}

interface Doubted extends InForceBetween {
  readonly state: string;
  readonly citation: string;
  readonly remarks: string;
  readonly confidence: string;
}

function shared({ state, citation, validFrom, validTo, remarks, confidence }: Doubted): Omit<Own, 'rule'> & { state: string } {
  return { state, citation, validFrom, validTo, remarks, confidence };
}

/** `high`, `hours=high;b2b=low` or `high (timing); medium (free count)`: one doubtful part makes the row doubtful. */
function isUnsure(confidence: string): boolean {
  return !/\bhigh\b/.test(confidence) || /\b(medium|low|unverified)\b/.test(confidence);
}
