import { stopRequest } from '../../../../providers/mail/inbound/stopRequest.ts';

test.each([
  'STOP',
  'stop.',
  'Unsubscribe',
  'unsubscribe please',
  'Please remove me.',
  'Remove',
  'Hi Rae,\nunsubscribe\nAda',
  'Please stop emailing me.',
  'please stop contacting us, thanks',
  'Stop sending me these emails!',
  'Can you please take me off your list?',
  'Remove my email address from your mailing list.',
  'Kindly remove me from further correspondence.',
  'Please unsubscribe me from this list',
  "Don't email me again.",
  'Do not contact me anymore',
  'do not ever write to us again',
  'No more emails, please.',
  'I would like to opt out of these messages',
  'We asked to be removed from this list last month.',
  'Leave me alone',
  'This is the third time. Cease and desist.',
  'opt-out',
  'Por favor, deje de enviarme correos.',
  'Quiero darme de baja',
  'No me escriban más, gracias',
  'Elimíneme de su lista',
  'BAJA',
  'Bitte keine weiteren E-Mails mehr.',
  'Bitte nehmen Sie mich aus Ihrem Verteiler.',
  'Bitte löschen Sie meine Daten und schreiben Sie mir nicht mehr',
  'Ich möchte nicht mehr kontaktiert werden.',
  'Abmelden',
  'Bitte austragen!',
  'Merci de me désinscrire de votre liste.',
  'Désabonnez-moi svp',
  'Ne me contactez plus.',
  'Arrêtez de m’envoyer des mails',
  'Veuillez retirer mon adresse de vos fichiers',
  'Plus de mails svp',
  'Pare de me enviar e-mails',
  'Cancellami dalla lista',
  'Verwijder mij van deze lijst',
])('asks to be left alone: %j', (words) => expect(stopRequest(words)).not.toBeNull());

test.each([
  { words: 'Not interested, thanks.', because: 'a no is a reply' },
  { words: 'Please don’t stop sending these, they are great', because: 'the opposite' },
  { words: "Please don't unsubscribe me, I just was away.", because: 'the opposite' },
  { words: 'I did not mean to unsubscribe from your list', because: 'the opposite' },
  { words: 'Bitte nicht abmelden, ich war nur im Urlaub.', because: 'the opposite' },
  { words: 'How many people unsubscribe on average when you send?', because: 'asks about the subject' },
  {
    words: 'We use a tool to stop churn. Can it remove duplicates from the list?',
    because: 'other things are stopped and removed',
  },
  { words: 'Our contract ends in May; call me then.', because: 'something ends' },
  { words: 'Could you stop by our office on Tuesday?', because: 'a visit' },
  { words: 'Sure, send me more. Stop by any time.', because: 'a visit' },
  { words: 'Let us cancel the meeting on Friday and find another day.', because: 'a meeting' },
  {
    words: 'I am no longer the right person. Please contact my colleague instead, and remove me as the contact.',
    because: 'a referral',
  },
  { words: 'Können Sie mir die Unterlagen schicken? Mehr Nachrichten gern per Telefon.', because: 'interest' },
  { words: 'Je suis intéressée, plus de détails svp', because: '"plus de" what is wanted' },
  { words: 'Sí, envíeme más información', because: 'interest' },
  { words: '', because: 'nothing was said' },
])('does not: $words: $because', ({ words }) => expect(stopRequest(words)).toBeNull());

test('the subject counts when it is the person’s own, not when it is ours with Re:', () => {
  expect(stopRequest('', 'unsubscribe')).toBe('unsubscribe');
  expect(stopRequest('Thanks!', 'Please remove me from your list')).not.toBeNull();
  expect(stopRequest('Thanks!', 'Re: Please stop emailing me: why churn happens')).toBeNull();
});

test('what is shown to the rep is the sentence, not the message', () => {
  expect(stopRequest('Hello Rae. I have moved on. Please stop emailing me! Best, Ada')).toBe('Please stop emailing me!');
});

test('long and strange texts take no time', () => {
  const began = performance.now();
  for (const piece of ['remove me ', 'please ', 'no me ', 'a', '\u00e9 ', 'do not ', '. ', 'bitte '])
    stopRequest(piece.repeat(20_000), piece.repeat(2_000));
  expect(performance.now() - began).toBeLessThan(2_000);
});
