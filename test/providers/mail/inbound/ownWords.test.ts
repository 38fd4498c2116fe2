import { ownWords } from '../../../../providers/mail/inbound/ownWords.ts';

const quoted = 'If you no longer wish to hear from us, unsubscribe: https://acme.example/u/T';
test.each([
  {
    text: `Sounds good.\n\nOn Tue, Nov 24, 2026 at 9:00 AM Rae Rep <rae@acme.example> wrote:\n> ${quoted}`,
    own: 'Sounds good.',
    because: 'Gmail',
  },
  {
    text: `Sounds good.\n\nOn Tue, Nov 24, 2026 at 9:00 AM Rae Rep of Acme Incorporated\n<reply+abc@in.acme.example> wrote:\n\n${quoted}`,
    own: 'Sounds good.',
    because: 'Gmail, the line folded',
  },
  {
    text: `Yes.\r\n\r\nOn Nov 24, 2026, at 09:00, Rae Rep <rae@acme.example> wrote:\r\n\r\n> ${quoted}`,
    own: 'Yes.',
    because: 'Apple Mail',
  },
  {
    text: `Yes.\n\n________________________________\nFrom: Rae Rep <rae@acme.example>\nSent: Tuesday\nTo: Ada\nSubject: x\n\n${quoted}`,
    own: 'Yes.',
    because: 'Outlook on the web',
  },
  {
    text: `Yes.\n\nFrom: Rae Rep <rae@acme.example>\nSent: Tuesday, November 24, 2026 9:00 AM\nTo: Ada\n\n${quoted}`,
    own: 'Yes.',
    because: 'Outlook',
  },
  {
    text: `Ja.\n\nVon: Rae Rep <rae@acme.example>\nGesendet: Dienstag\nAn: Ada\nBetreff: x\n\n${quoted}`,
    own: 'Ja.',
    because: 'Outlook, German',
  },
  {
    text: `Oui.\n\nDe : Rae Rep <rae@acme.example>\nEnvoyé : mardi\nÀ : Ada\n\n${quoted}`,
    own: 'Oui.',
    because: 'Outlook, French',
  },
  { text: `Ja.\n\nAm 24.11.2026 um 09:00 schrieb Rae Rep <rae@acme.example>:\n> ${quoted}`, own: 'Ja.', because: 'German' },
  {
    text: `Oui.\n\nLe mar. 24 nov. 2026 à 09:00, Rae Rep <rae@acme.example> a écrit :\n\n> ${quoted}`,
    own: 'Oui.',
    because: 'French',
  },
  {
    text: `Sí.\n\nEl mar, 24 nov 2026 a las 9:00, Rae Rep (<rae@acme.example>) escribió:\n\n> ${quoted}`,
    own: 'Sí.',
    because: 'Spanish',
  },
  { text: `Yes.\n\n-----Original Message-----\nFrom: Rae\n\n${quoted}`, own: 'Yes.', because: 'old Outlook' },
  { text: `Yes.\n\n-- \nAda Lovelace\n${quoted}`, own: 'Yes.', because: 'a signature' },
  { text: `> Do you have time?\nYes.\n> Ten minutes?\nYes!`, own: 'Yes.\nYes!', because: 'answers between quoted lines' },
  {
    text: `From: the heart. I mean it.\nReally.`,
    own: 'From: the heart. I mean it.\nReally.',
    because: 'a sentence that begins like a head',
  },
  {
    text: `On Friday I wrote to you. Call me.`,
    own: 'On Friday I wrote to you. Call me.',
    because: 'a sentence that begins like a quotation',
  },
  { text: quoted, own: quoted, because: 'nothing is quoted' },
])('$because', ({ text, own }) => expect(ownWords(text)).toBe(own));
