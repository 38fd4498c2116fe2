import { returnDate } from '../../../../providers/mail/inbound/returnDate.ts';

// Received on a Tuesday.
test.each([
  { text: 'I am out of the office until December 3, 2026.', on: '2026-12-03', because: 'English, with a year' },
  { text: 'I will be back on Dec 3rd.', on: '2026-12-03', because: 'short, ordinal' },
  { text: 'returning 3 December', on: '2026-12-03', because: 'day first' },
  { text: 'I will return to the office on Monday, November 30th.', on: '2026-11-30', because: 'a weekday with its date' },
  { text: 'I am away and back on Monday.', on: '2026-11-30', because: 'a weekday alone is the next one' },
  { text: 'Back on Tuesday!', on: '2026-12-01', because: 'the same weekday is a week on' },
  { text: 'Out today, back tomorrow.', on: '2026-11-25', because: 'tomorrow' },
  { text: 'Away from November 20 to December 4 with no access to e-mail.', on: '2026-12-04', because: 'the end of a range' },
  { text: 'Out of office 11/24/2026 - 12/01/2026', on: '2026-12-01', because: 'U.S. figures' },
  { text: 'On leave through 12/1.', on: '2026-12-01', because: 'U.S. figures without a year' },
  { text: 'until 25/12/2026', on: '2026-12-25', because: 'it cannot be month 25' },
  { text: 'until 2026-12-07', on: '2026-12-07', because: 'ISO' },
  { text: 'I am back on January 4.', on: '2027-01-04', because: 'the next January' },
  { text: 'Ich bin bis zum 7. Dezember nicht im Büro.', on: '2026-12-07', because: 'German' },
  { text: 'Ab dem 07.12.2026 bin ich wieder da.', on: '2026-12-07', because: 'German figures' },
  { text: 'Ich bin vom 23.11. bis 04.12. im Urlaub.', on: '2026-12-04', because: 'German range without years' },
  { text: "Je suis absent jusqu'au 4 décembre inclus.", on: '2026-12-04', because: 'French' },
  { text: 'De retour le 1er décembre 2026', on: '2026-12-01', because: 'French, the first' },
  { text: 'Estaré fuera hasta el 9 de diciembre de 2026.', on: '2026-12-09', because: 'Spanish' },
  { text: 'Sono fuori ufficio fino al 10 dicembre.', on: '2026-12-10', because: 'Italian' },
  { text: 'Ik ben terug op 8 december', on: '2026-12-08', because: 'Dutch' },
  { text: 'Estou fora até 11 de dezembro', on: '2026-12-11', because: 'Portuguese' },
  {
    text: 'Back on December 2. Our fair opens on March 9, 2027!',
    on: '2026-12-02',
    because: 'a day of return goes before any other day',
  },
  { text: 'Annual leave: 1 December 2026', on: '2026-12-01', because: 'a day without a word of return is better than none' },
  { text: 'I am out of the office.', on: null, because: 'no day' },
  { text: 'I was away until November 20, 2026.', on: null, because: 'gone by' },
  { text: 'until February 30', on: null, because: 'no such day' },
  { text: 'back in 2031: 2031-01-01', on: null, because: 'more than a year ahead' },
  { text: 'Call 555-12-12 or +1 202 555 0100, version 1.2.3', on: null, because: 'figures that are no dates' },
  { text: 'I do not work Mondays.', on: null, because: 'a habit' },
])('$text -> $on: $because', ({ text, on }) => {
  expect(returnDate(text, '2026-11-24')).toBe(on);
});
