import { passwordFault } from '../../domain/passwordRules.ts';

const published = new Set(['password', 'princess', 'letmein', 'correcthorsebatterystaple']);
const context = ['olga@kites.example', 'Kites Inc.'];
const fault = (password: string, hasSecondFactor = false) => passwordFault(password, { hasSecondFactor, context, published });

test.each([
  { password: 'seven sour lemons', because: 'a few words are long enough' },
  { password: 'x7#kqPm!2vLz9Rt', because: 'fifteen characters are enough' },
  { password: '482915036271845', because: 'nothing asks for letters' },
  { password: 'сім кислих лимонів', because: 'any script is taken' },
  { password: '🐢 🦊 🐝 🐌 🦉 🐙 🦔 🐳', because: 'a picture is a character' },
  { password: 'my kites fly higher than yours', because: 'a name may stand among other words' },
  {
    password: Array.from({ length: 60 }, (_, n) => n * 7919)
      .join(' ')
      .slice(0, 256),
    because: 'up to 256 are taken',
  },
])('$password is taken: $because', ({ password }) => expect(fault(password)).toBeNull());

test.each([
  { password: 'fourteen chars', because: 'it is one short' },
  { password: 'x'.repeat(257), because: 'it is one too long' },
  { password: 'CorrectHorseBatteryStaple', because: 'a breach has published it' },
  { password: 'c0rr3cth0rs3b4tt3ryst4pl3', because: 'digits in place of letters change nothing' },
  { password: '!!!!!!princess2026!', because: 'nor does what is put around it' },
  { password: 'aaaaaaaaaaaaaaaaaaaa', because: 'it is one letter' },
  { password: 'abc1abc1abc1abc1abc', because: 'it is one piece over and over' },
  { password: 'abcdefghijklmnopq', because: 'it is a run' },
  { password: 'kites-olga-2026-kites', because: 'it is made of names of the account' },
  { password: 'decorumdecorum2026', because: 'or of the name of this product' },
])('$password is refused: $because', ({ password }) => expect(fault(password)).toEqual(expect.any(String)));

test('with a second factor eight characters are enough, and no less', () => {
  expect(fault('k7#qPm!2', true)).toBeNull();
  expect(fault('k7#qPm!', true)).toContain('8 characters');
  expect(fault('letmein1', true)).toContain('breach');
});
