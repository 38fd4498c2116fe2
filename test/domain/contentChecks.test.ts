import * as fc from 'fast-check';
import { checkContent, type ContentFault, type Message, type MessageFacts } from '../../domain/contentChecks.ts';

const honest: Message = {
  subject: 'A question about your warehouse in Reno',
  text: 'Hello {{ first_name }}, who plans your night shifts?',
};
const facts: MessageFacts = {
  postalAddress: 'Example Inc., 12 Main St, Reno, NV 89501',
  hasUnsubscribe: true,
  isFirstMessage: true,
  advertisementLabel: null,
};

function found(message: Partial<Message>, other: Partial<MessageFacts> = {}): ContentFault[] {
  return checkContent({ ...honest, ...message }, { ...facts, ...other }).map(({ code }) => code);
}

test('an honest message passes', () => {
  expect(checkContent(honest, facts)).toEqual([]);
});

test.each([
  { subject: '', codes: ['subject-empty'], because: 'nothing' },
  { subject: ' \u200b\u00a0', codes: ['subject-empty'], because: 'nothing that a reader sees' },
  { subject: '{{ subject }}', codes: [], because: 'a placeholder becomes words, and is checked again when it has' },
  { subject: 'Hello\r\nBcc: everybody@example.com', codes: ['subject-two-lines'], because: 'a header in disguise' },
  { subject: 'Re: our call', codes: ['fake-reply'], because: 'nobody has written before' },
  { subject: 'RE : our call', codes: ['fake-reply'], because: 'French typography' },
  { subject: 'Re[2]: our call', codes: ['fake-reply'], because: 'counted' },
  { subject: 'Fwd: notes', codes: ['fake-reply'], because: 'a forward' },
  { subject: 'FW: notes', codes: ['fake-reply'], because: 'a forward' },
  { subject: 'AW: Termin', codes: ['fake-reply'], because: 'German' },
  { subject: 'WG: Termin', codes: ['fake-reply'], because: 'German' },
  { subject: '回复：会议', codes: ['fake-reply'], because: 'Chinese' },
  { subject: '[Example] Re: notes', codes: [], because: 'a bracket with words first is odd, but no reply' },
  { subject: '>> Re: notes', codes: ['fake-reply'], because: 'marks before it' },
  { subject: 'R\u200be: notes', codes: ['fake-reply'], because: 'an invisible letter inside' },
  { subject: 'Ｒｅ： notes', codes: ['fake-reply'], because: 'wide letters' },
  { subject: 'Regarding your warehouse', codes: [], because: 'a word that begins alike' },
  { subject: 'Refresh: spring 2027', codes: [], because: 'a word that begins alike' },
  { subject: 'Reply times: a study', codes: [], because: 'a word that begins alike' },
  { subject: 'Your invoice', codes: ['looks-like-billing'], because: 'an invoice' },
  { subject: 'Payment failed', codes: ['looks-like-billing'], because: 'a payment' },
  { subject: 'PAST DUE: order #1234', codes: ['looks-like-billing'], because: 'an order' },
  { subject: 'Ihre Rechnung', codes: ['looks-like-billing'], because: 'an invoice in German' },
  { subject: 'Invoicing for small yards', codes: [], because: 'a subject, not a bill' },
  { subject: 'Your account has been suspended', codes: ['looks-like-security'], because: 'an account' },
  { subject: 'Verify your identity', codes: ['looks-like-security'], because: 'phishing asks so' },
  { subject: 'Security alert', codes: ['looks-like-security'], because: 'an alarm' },
  { subject: 'Account management for hospitals', codes: [], because: 'a subject, not a threat' },
  { subject: 'Act now', codes: ['false-urgency'], because: 'hurry' },
  { subject: 'Offer expires today', codes: ['false-urgency'], because: 'hurry' },
  { subject: 'Look at this!!', codes: ['false-urgency'], because: 'hurry in punctuation' },
  { subject: 'URGENT: FINAL NOTICE', codes: ['looks-like-security', 'false-urgency', 'all-capitals'], because: 'all of it' },
  { subject: 'GREAT OFFER FOR RENO', codes: ['all-capitals'], because: 'shouting' },
  { subject: 'NASA and NATO as customers', codes: [], because: 'abbreviations are no shouting' },
  { subject: 'OSHA', codes: [], because: 'an abbreviation alone' },
])('subject "$subject": $codes, $because', ({ subject, codes }) => {
  expect(found({ subject })).toEqual(codes);
});

test('a follow-up may say Re:', () => {
  expect(found({ subject: 'Re: A question about your warehouse' }, { isFirstMessage: false })).toEqual([]);
});

test.each([
  { given: { postalAddress: '' }, codes: ['no-postal-address'], because: 'none' },
  { given: { postalAddress: 'Example Inc.' }, codes: ['no-postal-address'], because: 'a name is no address' },
  { given: { postalAddress: 'PO Box 12, Reno NV' }, codes: [], because: 'a box will do (16 CFR 316.2(p))' },
  { given: { hasUnsubscribe: false }, codes: ['no-unsubscribe'], because: 'no way out' },
  {
    given: { hasUnsubscribe: false, postalAddress: '' },
    codes: ['no-postal-address', 'no-unsubscribe'],
    because: 'both are told',
  },
])('$given: $codes, $because', ({ given, codes }) => {
  expect(found({}, given)).toEqual(codes);
});

test.each([
  { message: {}, labelled: false, because: 'nowhere' },
  { message: { subject: 'Advertisement: night shifts' }, labelled: true, because: 'in the subject' },
  { message: { text: 'Hello. This is an\nadvertisement.' }, labelled: true, because: 'in the text' },
  {
    message: { text: 'ADVERTISEMENT', html: '<p>Hello</p>' },
    labelled: false,
    because: 'the part that most people see has none',
  },
  {
    message: { text: 'Advertisement', html: '<p>Adver<b>tise</b>ment</p>' },
    labelled: true,
    because: 'in two weights of a word',
  },
  { message: { text: 'Advertisement', html: '<p>Adver</p><p>tisement</p>' }, labelled: false, because: 'torn apart' },
  {
    message: { text: 'Advertisement', html: '<p>Hi<!-- Advertisement' },
    labelled: false,
    because: 'in a comment that never ends',
  },
  {
    message: { text: 'Advertisement', html: '<style>.advertisement{}</style><p>Hi</p>' },
    labelled: false,
    because: 'a style is not seen',
  },
  { message: { text: 'Advertisement', html: '<p>An&nbsp;advertisement</p>' }, labelled: true, because: 'in both parts' },
])('an advertisement label $because: $labelled', ({ message, labelled }) => {
  expect(found(message, { advertisementLabel: 'Advertisement' })).toEqual(labelled ? [] : ['no-advertisement-label']);
  expect(found(message)).toEqual([]); // where the tenant has not switched it on
});

test.each([
  { message: { text: ' \n' }, because: 'blanks' },
  { message: { html: '<p> &nbsp; </p><!-- hello -->' }, because: 'markup without words' },
])('a message of $because has no text', ({ message }) => {
  expect(found(message)).toEqual(['text-empty']);
});

test('only what the law asks stops a launch; what may be honest is a warning', () => {
  const findings = checkContent(
    { subject: 'URGENT INVOICE', text: '' },
    { ...facts, postalAddress: '', hasUnsubscribe: false, advertisementLabel: 'Ad' },
  );
  expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    'warn looks-like-billing',
    'warn false-urgency',
    'warn all-capitals',
    'refuse text-empty',
    'refuse no-postal-address',
    'refuse no-unsubscribe',
    'refuse no-advertisement-label',
  ]);
});

test('whatever the words, a message without a postal address is refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (subject, text, html) => {
      expect(found({ subject, text, html }, { postalAddress: '' })).toContain('no-postal-address');
    }),
  );
});

test.each(['<!--', '{%', '{{', '<', '<style>', '<img alt="" ', '<b '])('50,000 characters of %s are read in no time', (piece) => {
  const startedAt = performance.now();
  found({ html: piece.repeat(50_000 / piece.length) });
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
