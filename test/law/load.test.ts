import { z } from 'zod';
import { breachLaw } from '../../law/breach.ts';
import { callingLaw } from '../../law/calling.ts';
import { blank, isoDate, stateCode, wholeNumber } from '../../law/columns.ts';
import { areaCodeTable } from '../../law/areaCodes.ts';
import { holidayTable } from '../../law/holidays.ts';
import { datedTable, LawTableError, parseTable } from '../../law/load.ts';
import { privacyLaw } from '../../law/privacy.ts';
import { stateZoneTable } from '../../law/stateZones.ts';

const Row = z
  .strictObject({ state: stateCode, valid_from: blank.or(isoDate), valid_to: blank.or(isoDate), days: blank.or(wholeNumber) })
  .transform(({ state, valid_from, valid_to, days }) => ({ state, validFrom: valid_from, validTo: valid_to, days }));

const HEADER = 'state,valid_from,valid_to,days';

function table(...lines: string[]) {
  return datedTable('planted.csv', parseTable('planted.csv', [HEADER, ...lines].join('\n'), Row), ({ state }) => state);
}

test.each([
  { table: breachLaw, rows: 54, states: 54 },
  { table: callingLaw, rows: 56, states: 56 },
  { table: privacyLaw, rows: 21, states: 20 },
])('$table.file has $rows rows for $states states', ({ table: { rows: found, keys, version }, rows, states }) => {
  expect([found.length, keys.length]).toEqual([rows, states]);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
});

test.each([
  { table: areaCodeTable, rows: 366 },
  { table: stateZoneTable, rows: 56 },
  { table: holidayTable, rows: 80 },
])('$table.file has $rows rows', ({ table: { rows: found }, rows }) => {
  expect(found).toHaveLength(rows);
});

test('every state whose calls are ruled has zones and a day that begins', () => {
  const states = [...callingLaw.keys].sort();
  expect([...new Set(areaCodeTable.rows.map(({ state }) => state))].sort()).toEqual(states);
  expect(stateZoneTable.rows.map(({ state }) => state).sort()).toEqual(states);
});

test.each([
  { on: '2025-12-31', days: null, because: 'the last day of the old law' },
  { on: '2026-01-01', days: 30, because: 'the first day of the new one' },
  { on: '1999-01-01', days: null, because: 'no first day is known' },
  { on: '2099-01-01', days: 30, because: 'still in force' },
])('on $on a new row counts $days: $because', ({ on, days }) => {
  const law = table('CA,2026-01-01,,30', 'CA,,2025-12-31,');
  expect(law.inForce('CA', on)?.days).toBe(days);
});

test.each([
  { state: 'OK', on: '2026-12-31', because: 'a law that is coming has not come' },
  { state: 'ZZ', on: '2027-01-01', because: 'no such state' },
  { state: 'AL', on: '2028-01-01', because: 'abolished' },
])('$state has no law on $on: $because', ({ state, on }) => {
  expect(table('OK,2027-01-01,,45', 'AL,2026-01-01,2027-12-31,45').inForce(state, on)).toBeNull();
});

test.each([
  { lines: ['CA,,,30', 'ny,,,30'], says: 'law/planted.csv line 3 (ny), column state ("ny"): a state is two capital letters' },
  { lines: ['CA,,,thirty'], says: 'law/planted.csv line 2 (CA), column days ("thirty")' },
  { lines: ['CA,2026-02-30,,30'], says: 'law/planted.csv line 2 (CA), column valid_from ("2026-02-30")' },
  {
    lines: ['CA,,2025-12-31,', 'CA,2026-01-02,,30'],
    says: 'line 3 (CA), column valid_from: 2026-01-02 leaves a gap or an overlap',
  },
  {
    lines: ['CA,,2026-01-01,', 'CA,2026-01-01,,30'],
    says: 'line 3 (CA), column valid_from: 2026-01-01 leaves a gap or an overlap',
  },
  { lines: ['CA,,,30', 'NY,,,30', 'CA,,,45'], says: 'line 4 (CA), column valid_from: empty leaves a gap or an overlap' },
  { lines: ['CA,2026-01-02,2026-01-01,30'], says: 'line 2 (CA), column valid_to: 2026-01-01 is before valid_from 2026-01-02' },
])('refused: $says', ({ lines, says }) => {
  expect(() => table(...lines)).toThrow(LawTableError);
  expect(() => table(...lines)).toThrow(says);
});

test.each([
  { header: `${HEADER},note`, line: 'CA,,,30,new', because: 'a column nobody reads' },
  { header: 'state,valid_from,valid_to', line: 'CA,,', because: 'a column that is missing' },
  { header: HEADER, line: 'CA,,', because: 'a row that is too short' },
  { header: HEADER, line: 'CA,,,30,', because: 'a row that is too long' },
])('refused: $because', ({ header, line }) => {
  expect(() => parseTable('planted.csv', `${header}\n${line}`, Row)).toThrow(/law\/planted\.csv/);
});
