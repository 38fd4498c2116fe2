/** What P2 promises never to collect, as far as software can see it in text. */
export type NeverCollected = 'social_security' | 'driver_licence' | 'card_number';

// A word or number is bounded by what is no letter or no digit: unlike with \b, an underscore ends it.
const SSN = /(?<!\d)\d{3}\s?-\s?\d{2}\s?-\s?\d{4}(?!\d)/;
const SSN_WORDS = /(?<!\p{L})(?:ssns?(?!\p{L})|s\.s\.n(?!\p{L})|social[\s_.-]{0,3}security)/iu;
const LICENCE_WORDS = /(?<!\p{L})driver\s?'?\s?s?'?[\s_-]{0,3}licen[cs]es?(?!\p{L})/iu;
const LICENCE_NUMBER = /(?<!\p{L})dl\s?#[^\p{L}\p{N}]{0,5}(?:\p{L}{1,12}[^\p{L}\p{N}]{1,3}){0,2}\p{L}{0,3}\d/iu;
const DIGIT_RUN = /\d(?:[\s-]{0,3}\d){12,}/g;

/**
 * Whether text holds something that is never collected: a Social Security number (ddd-dd-dddd, any digits) or those words,
 * the words driver's licence or DL# with a number, a card number (13 to 19 digits that pass Luhn, ISO/IEC 7812-1). Null when not.
 * `isPhone`: the text is of a column for telephone numbers, of which up to 15 digits (E.164) are one.
 */
export function neverCollected(text: string, { isPhone = false } = {}): NeverCollected | null {
  const plain = plainly(text);
  const lower = plain.toLowerCase();
  const says = (...words: string[]) => words.some((word) => lower.includes(word));
  const digits = digitsUpTo(13, plain);
  if (digits >= 9 && SSN.test(plain)) return 'social_security';
  if (says('ssn', 's.s.n', 'social') && SSN_WORDS.test(plain)) return 'social_security';
  if (says('driver', 'dl') && (LICENCE_WORDS.test(plain) || LICENCE_NUMBER.test(plain))) return 'driver_licence';
  if (digits < 13) return null;
  for (const run of plain.matchAll(DIGIT_RUN)) {
    if (holdsCard(run[0].split(/[\s-]+/), isPhone || plain[run.index - 1] === '+')) return 'card_number';
  }
  return null;
}

/** Most texts hold none of it: counted in passing, so that what looks closely is asked of few. */
function digitsUpTo(most: number, plain: string): number {
  let digits = 0;
  for (let at = 0; at < plain.length && digits < most; at += 1) {
    const code = plain.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits += 1;
  }
  return digits;
}

/** ASCII and the letters of Western and Central Europe that are themselves in every normal form. */
const PLAIN = /^[\p{ASCII}\xc0-\xd6\xd8-\xf6\xf8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e]*$/u;

/** Digits, dashes, blanks and apostrophes of any script as those of ASCII, without what prints nothing: disguise is no way in. */
function plainly(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]/gu, '')
    .replace(/[\p{Pd}\u2212\u2043]/gu, '-')
    .replace(/[\u2018\u2019\u201b\u02bc\u2032`]/gu, "'")
    .replace(/[^\P{Nd}0-9]/gu, asciiDigit);
}

/** The decimal digits of a script are ten neighbours, zero first. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(point - zero);
}

const CARD_LAYOUTS = [
  [4, 4, 4, 4],
  [4, 4, 4, 4, 3],
  [4, 6, 5],
  [4, 6, 4],
];

/**
 * `groups`: a run of digits, parted where blanks or dashes stand. The run as a whole, or a part of it that is written as cards are:
 * in one piece or in fours, so that the expiry date behind it does not hide it.
 */
function holdsCard(groups: readonly string[], isPhone: boolean): boolean {
  const whole = groups.join('');
  if (isPhone && whole.length <= 15 && !/^3[47]\d{13}$/.test(whole)) return false; // 15 digits from 34 or 37 are American Express
  if (isCard(whole)) return true;
  return groups.some((group, from) => {
    if (isCard(group)) return true;
    return CARD_LAYOUTS.some((layout) => {
      const part = groups.slice(from, from + layout.length);
      return part.length === layout.length && part.every(({ length }, i) => length === layout[i]) && isCard(part.join(''));
    });
  });
}

function isCard(digits: string): boolean {
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits);
}

/** The check digit of ISO/IEC 7812-1: every second digit from the right counts double, its cross sum taken. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - fromRight) - 48;
    const weighed = fromRight % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
