import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { type Composed, compose, messageBytes } from '../../../providers/mail/compose.ts';
import { dkimRecord, loadDkimKey, signDkim, verifyTestSignature } from '../../../providers/mail/dkim.ts';
import { verifyDkim } from '../../doubles/verifyDkim.ts';

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8).toString();
const edPem = generateKeyPairSync('ed25519').privateKey.export(pkcs8).toString();
const place = { domain: 'acme.example', selector: 's1' };
const rsa = loadDkimKey({ ...place, privateKeyPem: rsaPem });
const ed = loadDkimKey({ ...place, privateKeyPem: edPem });
const at = new Date('2026-11-24T19:00:00Z');

const composed: Composed = compose({
  from: { name: 'Rae Rep', address: 'rae@acme.example' },
  to: { name: 'Žofie 佐藤 with a name that is longer than a line can hold, so that it folds', address: 'ada@example.com' },
  replyTo: { address: 'reply+abc@in.acme.example' },
  subject: 'Grüße  über alle Zeilen hinweg, länger als eine Zeile fassen kann, damit gefaltet wird',
  sentAt: at,
  messageId: '<1.2@acme.example>',
  inReplyTo: '<0@acme.example>',
  references: ['<0@acme.example>'],
  text: 'Trailing blanks  \nand   runs\tof them\n\n\n\n',
  html: '<p>Grüße</p>',
  unsubscribe: { url: 'https://acme.example/u/T', mailto: 'mailto:unsubscribe+t@in.acme.example' },
  extra: { 'X-Decorum-Step': '1' },
});

test.each([rsa, ed])('an independent verifier accepts $algorithm, with both unsubscribe headers and From twice', async (key) => {
  const signed = messageBytes(composed, await signDkim(composed, key, at));
  const result = verifyDkim(signed, (name) => (name === 's1._domainkey.acme.example' ? dkimRecord(key) : ''));
  expect(result).toMatchObject({ passed: true });
  expect(result.signedHeaders).toEqual(
    expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post', 'subject', 'to', 'date', 'message-id']),
  );
  expect(result.signedHeaders.filter((name) => name === 'from')).toHaveLength(2);
  expect(
    signed
      .toString()
      .split('\r\n')
      .every((line) => line.length < 998),
  ).toBe(true);
});

test.each([
  {
    change: (raw: string) => raw.replace('List-Unsubscribe=One-Click', 'List-Unsubscribe=Two-Click'),
    because: 'the one-click header',
  },
  { change: (raw: string) => raw.replace('acme.example/u/T', 'evil.example/u/T'), because: 'the unsubscribe link' },
  { change: (raw: string) => raw.replace('\r\nFrom:', '\r\nFrom: eve@example.com\r\nFrom:'), because: 'a second From above' },
  {
    change: (raw: string) => raw.replace('MIME-Version', 'From: eve@example.com\r\nMIME-Version'),
    because: 'a second From below',
  },
  { change: (raw: string) => raw.replace('Trailing', 'Leading'), because: 'the body' },
])('a change on the way is seen: $because', async ({ change }) => {
  const signed = messageBytes(composed, await signDkim(composed, rsa, at)).toString();
  expect(change(signed)).not.toBe(signed);
  expect(verifyDkim(Buffer.from(change(signed)), () => dkimRecord(rsa)).passed).toBe(false);
});

test('what relaxed allows on the way is not seen: folding, blanks, letter case of names', async () => {
  const signed = messageBytes(composed, await signDkim(composed, rsa, at)).toString();
  const relayed = signed.replace('Subject: ', 'SUBJECT:\r\n   ').replace('runs\tof', 'runs  of');
  expect(verifyDkim(Buffer.from(relayed), () => dkimRecord(rsa)).passed).toBe(true);
});

test('our verifier is right: it accepts the signature of nodemailer, an implementation not ours', async () => {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await transport.sendMail({
    from: 'rae@acme.example',
    to: { name: 'Ada', address: 'ada@example.com' },
    subject: 'Grüße',
    text: 'Hello  there \n\n\n',
    dkim: { domainName: place.domain, keySelector: place.selector, privateKey: rsaPem },
  });
  expect(verifyDkim(message as Buffer, () => dkimRecord(rsa))).toMatchObject({ passed: true });
});

describe('the test signature, when a mailbox is added', () => {
  const otherRsa = loadDkimKey({
    ...place,
    privateKeyPem: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8).toString(),
  });

  test.each([
    { key: rsa, record: undefined, answer: { verified: true }, because: 'a sound RSA key' },
    { key: ed, record: undefined, answer: { verified: true }, because: 'a sound ed25519 key' },
    {
      key: rsa,
      record: dkimRecord(rsa).replaceAll(/.{60}/g, '$& '),
      answer: { verified: true },
      because: 'blanks between DNS strings',
    },
    { key: rsa, record: dkimRecord(otherRsa), answer: { verified: false }, because: 'the record of another key' },
    { key: rsa, record: dkimRecord(ed), answer: { verified: false }, because: 'a record of another kind' },
    { key: rsa, record: 'v=DKIM1; p=', answer: { verified: false }, because: 'a revoked key' },
    { key: rsa, record: 'v=DKIM1; p=bm90IGEga2V5', answer: { verified: false }, because: 'rubbish' },
  ])('$because: $answer', async ({ key, record, answer }) => {
    expect(await verifyTestSignature(key, record)).toMatchObject(answer);
  });

  test.each([
    { privateKeyPem: '', says: 'no private key' },
    { privateKeyPem: rsaPem.slice(0, 400), says: 'no private key' },
    { privateKeyPem: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pkcs8).toString(), says: '1024 bits' },
    {
      privateKeyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8).toString(),
      says: 'RSA or ed25519',
    },
  ])('a key is refused: $says', ({ privateKeyPem, says }) => {
    expect(() => loadDkimKey({ ...place, privateKeyPem })).toThrow(says);
  });

  test('a selector cannot add a tag', () => {
    expect(() => loadDkimKey({ domain: 'acme.example', selector: 's1; l=0', privateKeyPem: rsaPem })).toThrow('selector');
  });
});
