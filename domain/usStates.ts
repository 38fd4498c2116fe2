const NAMES: Readonly<Record<string, string>> = {
  AL: 'Alabama',
  AK: 'Alaska',
  AS: 'American Samoa',
  AZ: 'Arizona',
  AR: 'Arkansas',
  CA: 'California',
  CO: 'Colorado',
  CT: 'Connecticut',
  DE: 'Delaware',
  DC: 'District of Columbia',
  FL: 'Florida',
  GA: 'Georgia',
  GU: 'Guam',
  HI: 'Hawaii',
  ID: 'Idaho',
  IL: 'Illinois',
  IN: 'Indiana',
  IA: 'Iowa',
  KS: 'Kansas',
  KY: 'Kentucky',
  LA: 'Louisiana',
  ME: 'Maine',
  MD: 'Maryland',
  MA: 'Massachusetts',
  MI: 'Michigan',
  MN: 'Minnesota',
  MS: 'Mississippi',
  MO: 'Missouri',
  MT: 'Montana',
  NE: 'Nebraska',
  NV: 'Nevada',
  NH: 'New Hampshire',
  NJ: 'New Jersey',
  NM: 'New Mexico',
  NY: 'New York',
  NC: 'North Carolina',
  ND: 'North Dakota',
  MP: 'Northern Mariana Islands',
  OH: 'Ohio',
  OK: 'Oklahoma',
  OR: 'Oregon',
  PA: 'Pennsylvania',
  PR: 'Puerto Rico',
  RI: 'Rhode Island',
  SC: 'South Carolina',
  SD: 'South Dakota',
  TN: 'Tennessee',
  TX: 'Texas',
  UT: 'Utah',
  VT: 'Vermont',
  VI: 'Virgin Islands',
  VA: 'Virginia',
  WA: 'Washington',
  WV: 'West Virginia',
  WI: 'Wisconsin',
  WY: 'Wyoming',
};

/** The 50 states, the District of Columbia and the five inhabited territories, by postal code. */
export const US_STATES: readonly string[] = Object.keys(NAMES);

const OTHER_NAMES = {
  'WASHINGTON DC': 'DC',
  'WASHINGTON D.C.': 'DC',
  'D.C.': 'DC',
  'US VIRGIN ISLANDS': 'VI',
  'U.S. VIRGIN ISLANDS': 'VI',
};

const codes = new Map([
  ...Object.entries(NAMES).flatMap(([code, name]) => [[code, code] as const, [name.toUpperCase(), code] as const]),
  ...Object.entries(OTHER_NAMES),
]);

/** Postal code of a state as an address spells it, code or English name in any case; null when it is none of the United States. */
export function usState(text: string): string | null {
  return codes.get(text.trim().replace(/\s+/g, ' ').toUpperCase()) ?? null;
}
