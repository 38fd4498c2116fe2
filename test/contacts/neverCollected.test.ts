import * as fc from 'fast-check';
import { neverCollected } from '../../domain/neverCollected.ts';

test.each([
  { text: 'SSN 123-45-6789', found: 'social_security', because: 'the number' },
  { text: '000-00-0000', found: 'social_security', because: 'any digits: what is never issued is refused too' },
  { text: '(219-09-9999)', found: 'social_security', because: 'between brackets' },
  { text: '219 - 09 - 9999', found: 'social_security', because: 'blanks around the dashes' },
  { text: '219\u201109\u20119999', found: 'social_security', because: 'non-breaking hyphens' },
  { text: '２１９－０９－９９９９', found: 'social_security', because: 'full-width digits' },
  { text: '٢١٩-٠٩-٩٩٩٩', found: 'social_security', because: 'Arabic-Indic digits' },
  { text: '219\u200b-09-\u00ad9999', found: 'social_security', because: 'letters that print nothing' },
  { text: 'has no ssn', found: 'social_security', because: 'the word alone, in any case' },
  { text: 'my_SSN_here', found: 'social_security', because: 'an underscore ends a word' },
  { text: 'S.S.N. on file', found: 'social_security', because: 'abbreviated' },
  { text: 'Social\u00a0Security', found: 'social_security', because: 'a hard space is a blank' },
  { text: 'social\nsecurity no.', found: 'social_security', because: 'a line break too' },
  { text: 'SOCIAL-SECURITY', found: 'social_security', because: 'hyphenated' },
  { text: "driver's license", found: 'driver_licence', because: 'American' },
  { text: 'Driver’s Licence 12', found: 'driver_licence', because: 'British, curly apostrophe' },
  { text: "drivers' licences", found: 'driver_licence', because: 'plural' },
  { text: 'drivers license', found: 'driver_licence', because: 'no apostrophe' },
  { text: 'driver license', found: 'driver_licence', because: 'no s' },
  { text: 'drivers_license', found: 'driver_licence', because: 'as a column is named' },
  { text: 'DL# CA D1234567', found: 'driver_licence', because: 'state and letter before the digits' },
  { text: 'dl #: 12345678', found: 'driver_licence', because: 'digits only' },
  { text: 'card 4111 1111 1111 1111', found: 'card_number', because: 'in fours' },
  { text: '4111-1111-1111-1111', found: 'card_number', because: 'with dashes' },
  { text: '4222222222222', found: 'card_number', because: '13 digits' },
  { text: '378282246310005', found: 'card_number', because: '15 digits' },
  { text: '6304000000000000000', found: 'card_number', because: '19 digits' },
  { text: '4111 1111 1111 1111 12/29', found: 'card_number', because: 'the expiry date does not hide it' },
  { text: '3782 822463 10005 99', found: 'card_number', because: 'nor does anything behind the layout of American Express' },
  { text: 'x4111111111111111x', found: 'card_number', because: 'letters do not hide it' },
  { text: '4111\u00a01111\u20131111\u20091111', found: 'card_number', because: 'blanks and dashes of any kind' },
])('$text is refused: $because', ({ text, found }) => {
  expect(neverCollected(text)).toBe(found);
});

test.each([
  { text: '', because: 'nothing' },
  { text: '+1 (512) 555-0158', because: 'a phone' },
  { text: '13125550112', because: 'a phone in one piece' },
  { text: '(212) 555-0193 ext. 7', because: 'a phone with an extension' },
  { text: '512-555-0101', because: 'a phone has four digits where a Social Security number has none' },
  { text: '+86 138 0013 8000', because: 'a phone of 13 digits that passes Luhn, or not: the plus says what it is' },
  { text: '78701-1234', because: 'ZIP+4' },
  { text: '1219-09-9999', because: 'one digit more' },
  { text: '219-09-99990', because: 'one digit more behind' },
  { text: '2026-11-24', because: 'a date' },
  { text: '4111 1111 1111 1112', because: 'fails Luhn' },
  { text: '411111111111', because: '12 digits' },
  { text: '00000000000000000000', because: '20 digits are no card, whatever part of them would pass' },
  { text: 'MSSN Partners', because: 'inside another word' },
  { text: 'classname', because: 'inside another word' },
  { text: 'antisocial security guard', because: 'another word' },
  { text: 'social media, security', because: 'other words' },
  { text: 'Drivers licensed in Texas', because: 'an adjective' },
  { text: 'screwdriver licensing', because: 'other words' },
  { text: 'DL# n/a', because: 'no number follows' },
  { text: 'HDL# 60', because: 'inside another word' },
  { text: '5’11”', because: 'a height' },
])('$text is no such thing: $because', ({ text }) => {
  expect(neverCollected(text)).toBeNull();
});

test.each([
  { text: '8613800138006', found: null, because: 'up to 15 digits are a phone' },
  { text: '378282246310005', found: 'card_number', because: 'but for American Express' },
  { text: '4111111111111111', found: 'card_number', because: '16 digits are more than E.164 has' },
  { text: '+1 4111111111111111', found: 'card_number', because: 'behind a country code too' },
  { text: '219-09-9999', found: 'social_security', because: 'wherever it stands' },
])('in a column of phones, $text: $because', ({ text, found }) => {
  expect(neverCollected(text, { isPhone: true })).toBe(found);
});

function withCheckDigit(digits: string): string {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, i) => {
      const weighed = Number(digit) * (i % 2 === 0 ? 2 : 1);
      return total + (weighed > 9 ? weighed - 9 : weighed);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

test('every number with its check digit is found, however it is spaced; with another one it is not', () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{11,17}$/);
  const gaps = fc.array(fc.constantFrom('', '', '', ' ', '-'), { minLength: 19, maxLength: 19 });
  fc.assert(
    fc.property(digits, gaps, fc.integer({ min: 1, max: 9 }), (number, gaps, off) => {
      const card = withCheckDigit(number);
      expect(
        neverCollected(
          Array.from(card)
            .map((digit, i) => digit + (i < card.length - 1 ? gaps[i] : ''))
            .join(''),
        ),
      ).not.toBeNull();
      expect(neverCollected(`${number}${(Number(card.at(-1)) + off) % 10}`)).toBeNull();
    }),
  );
});

test('no letter of Europe hides what stands beside it', () => {
  const letters = Array.from({ length: 0x180 - 0x80 }, (_, i) => String.fromCodePoint(0x80 + i));
  for (const letter of letters) {
    expect(neverCollected(`${letter} 219-09-9999`)).toBe('social_security');
    expect(neverCollected(`Zoë ${letter}SSN`)).toBe(/\p{L}$/u.test(letter.normalize('NFKC')) ? null : 'social_security');
  }
  expect(neverCollected('\u017f\u017fn')).toBe('social_security'); // the long s
  expect(neverCollected('4111\u00a01111\u00ad1111\u20111111')).toBe('card_number');
});
