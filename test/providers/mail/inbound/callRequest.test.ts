import { callRequest, numbersIn } from '../../../../providers/mail/inbound/callRequest.ts';
import { stopRequest } from '../../../../providers/mail/inbound/stopRequest.ts';

test.each([
  'Do not call me.',
  'Please stop calling!',
  "Thanks, but don't ever phone us again.",
  'STOP CALLING ME',
  'Please don’t call.',
  'Never ring this number again',
  'Do not email or call me.',
  'Please do not call or email me any more.',
  'No more calls, please.',
  'I do not want any more of your calls.',
  "We don't want to be called.",
  'Take my phone number off your records.',
  'Please remove my number.',
  'Put me on your do-not-call list.',
  'I asked you not to call me',
  'Hi Rae,\nplease stop\ncalling our office.\nPat',
  'No me llame más.',
  'Dejen de llamarme, por favor.',
  'Bitte rufen Sie mich nicht mehr an.',
  'Keine weiteren Anrufe!',
  "Ne m'appelez plus.",
])('asks for no calls: %s', (words) => expect(callRequest(words)).not.toBeNull());

test.each([
  'Sounds good, call me.',
  'Please call me on Tuesday.',
  "Don't hesitate to call me.",
  'I would not call it a day yet.',
  "Please don't stop calling, I am only busy.",
  'Nobody called me back.',
  'We call this a fit.',
  'Stop sending e-mails.',
  'My number is 212-555-0100.',
  'When is a good time to call?',
])('asks for nothing: %s', (words) => expect(callRequest(words)).toBeNull());

test('a wish for no calls alone leaves the e-mail alone', () => expect(stopRequest('Please stop calling me.')).toBeNull());

test('the numbers that it names', () => {
  expect(numbersIn('Do not call +1 (212) 555-0100 or 718.555.0199, order 20261124001.')).toEqual([
    '+1 (212) 555-0100',
    '718.555.0199',
  ]);
});
