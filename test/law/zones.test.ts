import { zonesOfState } from '../../law/areaCodes.ts';
import { countryCode, zonesOfCountry } from '../../law/countries.ts';
import { candidateZones, US_ZONES } from '../../law/zones.ts';
import { US_STATES, usState } from '../../domain/usStates.ts';

test.each([
  {
    given: { zone: 'Europe/Berlin', state: 'TX', country: 'US' },
    source: 'zone',
    zones: ['Europe/Berlin'],
    because: 'somebody knows better',
  },
  { given: { state: 'TX' }, source: 'state', zones: ['America/Chicago', 'America/Denver'], because: 'a state may have two' },
  { given: { state: ' new  york ' }, source: 'state', zones: ['America/New_York'], because: 'as people write it' },
  {
    given: { state: 'TX', country: 'USA' },
    source: 'state',
    zones: ['America/Chicago', 'America/Denver'],
    because: 'the country agrees',
  },
  {
    given: { state: 'WA', country: 'Australia' },
    source: 'country',
    zones: zonesOfCountry('AU'),
    because: 'Western Australia is not Washington',
  },
  { given: { areaCode: '212' }, source: 'area code', zones: ['America/New_York'], because: 'better than nothing' },
  {
    given: { state: 'Ontario', areaCode: '208' },
    source: 'area code',
    zones: ['America/Denver', 'America/Los_Angeles'],
    because: 'the state says nothing',
  },
  {
    given: { country: 'de', areaCode: '212' },
    source: 'country',
    zones: ['Europe/Berlin', 'Europe/Busingen'],
    because: 'an American number abroad',
  },
  { given: { country: 'United Kingdom' }, source: 'country', zones: ['Europe/London'], because: 'by name' },
  {
    given: { country: 'Puerto Rico' },
    source: 'country',
    zones: ['America/Puerto_Rico'],
    because: 'a territory written as a country',
  },
  { given: { country: 'US' }, source: 'country', zones: US_ZONES, because: 'somewhere in it' },
  {
    given: { country: 'Atlantis', state: '', areaCode: '999' },
    source: 'unknown',
    zones: US_ZONES,
    because: 'nothing that is known',
  },
  { given: {}, source: 'unknown', zones: US_ZONES, because: 'nothing at all' },
])('$given: $source, $because', ({ given, source, zones }) => {
  expect(candidateZones(given)).toEqual({ source, zones });
});

test('the overlap for an unknown person covers every zone of the 50 states', () => {
  const territories = new Set(['PR', 'VI', 'GU', 'AS', 'MP']);
  const all = US_STATES.filter((state) => !territories.has(state)).flatMap((state) => zonesOfState(state) ?? []);
  expect([...new Set(all)].sort()).toEqual([...US_ZONES].sort());
});

test('every state has a name, a code and zones', () => {
  expect(US_STATES).toHaveLength(56);
  for (const state of US_STATES) {
    expect(usState(state.toLowerCase())).toBe(state);
    expect(zonesOfState(state)).not.toBeNull();
  }
});

test.each([
  { text: 'France', code: 'FR' },
  { text: 'czech republic', code: 'CZ' },
  { text: 'UK', code: 'GB' },
  { text: 'gb', code: 'GB' },
  { text: 'The Netherlands', code: 'NL' },
  { text: 'Middle Earth', code: null },
  { text: '', code: null },
  { text: 'XX', code: null },
])('the country "$text" is $code', ({ text, code }) => {
  expect(countryCode(text)).toBe(code);
});

test('every country that has a name has zones that exist', () => {
  for (const code of ['BR', 'RU', 'IN', 'CN', 'ZA', 'NZ', 'MX', 'CA']) {
    expect(zonesOfCountry(code).length).toBeGreaterThan(0);
    for (const zone of zonesOfCountry(code)) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow();
  }
});
