import { usState } from '../domain/usStates.ts';
import { areaCode, zonesOfState } from './areaCodes.ts';
import { countryCode, zonesOfCountry } from './countries.ts';

/** What is known of where a person is; an address's own spelling is fine. */
export interface Whereabouts {
  /** IANA zone, given by a column, a rep or the API. */
  readonly zone?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly country?: string | null | undefined;
  /** Of the person's telephone number, three digits. */
  readonly areaCode?: string | null | undefined;
}

export interface CandidateZones {
  readonly zones: readonly string[];
  /** What the zones were taken from: shown beside every window. */
  readonly source: 'zone' | 'state' | 'area code' | 'country' | 'unknown';
}

/** The contiguous states, Alaska and Hawaii: nobody there is written to outside the window when we do not know better. */
export const US_ZONES: readonly string[] = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Adak',
  'Pacific/Honolulu',
];

/** Every zone a person may be in, from the best that is known: a window must be open in all of them. */
export function candidateZones({ zone, state, country, areaCode: code }: Whereabouts): CandidateZones {
  if (zone) return { zones: [zone], source: 'zone' };
  const inCountry = country ? countryCode(country) : null;
  if (inCountry === null || inCountry === 'US') {
    const ofState = zonesOfState(usState(state ?? '') ?? '');
    if (ofState) return { zones: ofState, source: 'state' };
    const ofCode = areaCode(code ?? '');
    if (ofCode) return { zones: ofCode.zones, source: 'area code' };
  }
  if (inCountry === 'US') return { zones: US_ZONES, source: 'country' };
  if (inCountry !== null) return { zones: zonesOfCountry(inCountry), source: 'country' };
  return { zones: US_ZONES, source: 'unknown' };
}
