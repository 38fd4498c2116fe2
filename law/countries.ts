// Zones and names of countries come with Node's ICU (its zones are those of IANA's zone tables), so no table of ours can grow old.

type LocaleWithZones = Intl.Locale & { readonly timeZones?: readonly string[]; getTimeZones?(): readonly string[] | undefined };

const FORMER_CODES = new Set(['AN', 'BU', 'CS', 'DD', 'FX', 'NT', 'QU', 'SU', 'TP', 'YD', 'YU', 'ZR']); // ICU still names them
const OTHER_NAMES = {
  'UNITED STATES OF AMERICA': 'US',
  USA: 'US',
  'U.S.A.': 'US',
  'U.S.': 'US',
  UK: 'GB',
  'GREAT BRITAIN': 'GB',
  ENGLAND: 'GB',
  SCOTLAND: 'GB',
  WALES: 'GB',
  'NORTHERN IRELAND': 'GB',
  'THE NETHERLANDS': 'NL',
  HOLLAND: 'NL',
  'CZECH REPUBLIC': 'CZ',
  'HONG KONG': 'HK',
  MACAU: 'MO',
  TURKEY: 'TR',
  'KOREA, REPUBLIC OF': 'KR',
  'RUSSIAN FEDERATION': 'RU',
  'VIET NAM': 'VN',
  UAE: 'AE',
};

const codes = new Map([...englishNames(), ...Object.entries(OTHER_NAMES)]);
const zones = new Map<string, readonly string[]>();

function englishNames(): [string, string][] {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !FORMER_CODES.has(code) && zonesIn(code).length > 0)
    .flatMap((code) => [[code, code] as [string, string], [(names.of(code) ?? code).toUpperCase(), code] as [string, string]]);
}

/** ISO 3166 code of a country as an address spells it, code or English name in any case; null when it is not known. */
export function countryCode(text: string): string | null {
  return codes.get(text.trim().replace(/\s+/g, ' ').toUpperCase()) ?? null;
}

/** Every zone in use in a country, by its ISO 3166 code. */
export function zonesOfCountry(code: string): readonly string[] {
  let found = zones.get(code);
  if (!found) {
    found = zonesIn(code);
    zones.set(code, found);
  }
  return found;
}

function zonesIn(code: string): readonly string[] {
  const locale: LocaleWithZones = new Intl.Locale(`und-${code}`);
  return locale.getTimeZones?.() ?? locale.timeZones ?? []; // the method replaced the property after Node 20
}
