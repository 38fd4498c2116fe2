import fc from 'fast-check';
import { type AddressObject, simpleParser } from 'mailparser';
import { compose, type Message, messageBytes } from '../../../providers/mail/compose.ts';

const message: Message = {
  from: { name: 'Rae Rep', address: 'rae@acme.example' },
  to: { name: 'Ada Lovelace', address: 'ada@example.com' },
  subject: 'A question about engines',
  sentAt: new Date('2026-11-24T19:00:00Z'),
  messageId: '<1.2@acme.example>',
  text: 'Hello Ada,\n\nwould you have ten minutes?\n',
  html: '<p>Hello Ada,</p>',
};

const raw = (changes: Partial<Message> = {}) => messageBytes(compose({ ...message, ...changes }));
const parse = (changes: Partial<Message> = {}) => simpleParser(raw(changes));
const first = (addresses: AddressObject | AddressObject[] | undefined) =>
  (Array.isArray(addresses) ? addresses[0] : addresses)?.value[0];

test('a plain message, byte for byte', () => {
  const text = raw({
    replyTo: { address: 'reply+abc@in.acme.example' },
    inReplyTo: '<0@acme.example>',
    references: ['<0@acme.example>'],
    unsubscribe: { url: 'https://acme.example/u/T', mailto: 'mailto:unsubscribe+t@in.acme.example?subject=unsubscribe%20T' },
    extra: { 'X-Decorum-Step': '2' },
  }).toString();
  const boundary = /boundary="([^"]+)"/.exec(text)?.[1];
  expect(text.split('\r\n')).toEqual([
    'From: Rae Rep <rae@acme.example>',
    'To: Ada Lovelace <ada@example.com>',
    'Reply-To: reply+abc@in.acme.example',
    'Subject: A question about engines',
    'Date: Tue, 24 Nov 2026 19:00:00 +0000',
    'Message-ID: <1.2@acme.example>',
    'In-Reply-To: <0@acme.example>',
    'References: <0@acme.example>',
    'List-Unsubscribe: <https://acme.example/u/T>,',
    ' <mailto:unsubscribe+t@in.acme.example?subject=unsubscribe%20T>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'X-Decorum-Step: 2',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ` boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    'Hello Ada,',
    '',
    'would you have ten minutes?',
    '',
    `--${boundary}`,
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    '<p>Hello Ada,</p>',
    `--${boundary}--`,
    '',
  ]);
});

test('the same message gives the same bytes', () => {
  expect(raw().equals(raw())).toBe(true);
});

test.each([
  { what: 'Latin with accents', text: 'Žluťoučký kůň úpěl ďábelské ódy' },
  { what: 'Chinese', text: '关于引擎的一个问题，想请教您十分钟的时间，不知道是否方便，期待您的答复' },
  { what: 'Arabic', text: 'سؤال حول المحركات' },
  { what: 'emoji of several code points', text: '👩🏽‍💻 and 👨‍👩‍👧‍👦 and 🇺🇸'.repeat(4) },
  { what: 'something that looks encoded', text: '=?UTF-8?Q?not_encoded?= and =20' },
  { what: 'double spaces', text: 'two  spaces' },
  { what: 'a word longer than a line', text: `x${'y'.repeat(200)}` },
  { what: 'more than a line of words', text: 'many words '.repeat(20).trim() },
  { what: 'quotes and specials', text: '"Ada", (Lovelace) <no@where.example>; \\o/' },
])('$what goes through subject, names and both bodies', async ({ text }) => {
  const parsed = await parse({ subject: text, to: { name: text, address: 'ada@example.com' }, text, html: `<p>${text}</p>` });
  expect(parsed.subject).toBe(text);
  expect(first(parsed.to)).toEqual({ name: text, address: 'ada@example.com' });
  expect(parsed.text?.trimEnd()).toBe(text);
  expect(parsed.html).toBe(`<p>${text}</p>`);
});

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 120 });

test('any subject, name and text come out as they went in, on lines that every relay takes', async () => {
  await fc.assert(
    fc.asyncProperty(wellFormed, wellFormed, fc.array(wellFormed, { maxLength: 6 }), async (subject, name, lines) => {
      fc.pre(subject.trim() === subject && name.trim() === name && !/\p{Cc}/u.test(subject + name));
      const bytes = raw({ subject, to: { name, address: 'ada@example.com' }, text: lines.join('\n'), html: undefined });
      const parsed = await simpleParser(bytes);
      expect(parsed.subject ?? '').toBe(subject);
      expect(first(parsed.to)?.name).toBe(name);
      expect(parsed.text?.replace(/\n+$/, '') ?? '').toBe(lines.join('\n').replace(/\n+$/, ''));
      for (const line of bytes.toString('latin1').split('\r\n')) {
        expect(line).toMatch(/^[\t -~]{0,120}$/);
        if (line.includes('=?')) expect(line.length).toBeLessThanOrEqual(76);
      }
    }),
    { numRuns: 300 },
  );
});

test('each encoded word decodes by itself: no code point is split', () => {
  fc.assert(
    fc.property(wellFormed, (subject) => {
      fc.pre(!/\p{Cc}/u.test(subject));
      const { headers } = compose({ ...message, subject });
      const value = headers.find(({ name }) => name === 'Subject')?.value ?? '';
      for (const [, word] of value.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)) {
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(word ?? '', 'base64'))).not.toThrow();
      }
    }),
  );
});

test.each([
  { changes: { subject: 'Hi\r\nBcc: eve@example.com' }, says: 'Subject', because: 'a second header in the subject' },
  { changes: { subject: 'Hi\nthere' }, says: 'Subject', because: 'a bare line feed' },
  { changes: { subject: 'Hi\u0085there' }, says: 'Subject', because: 'a C1 line break' },
  {
    changes: { to: { name: 'Ada\r\nBcc: eve@example.com', address: 'ada@example.com' } },
    says: 'name in To',
    because: 'a second header in a name',
  },
  {
    changes: { to: { address: 'ada@example.com\r\nRCPT TO:<eve@example.com>' } },
    says: 'local part',
    because: 'a second command in an address',
  },
  { changes: { to: { address: 'ada@example.com, eve@example.com' } }, says: 'local part', because: 'a second address' },
  { changes: { to: { address: 'ada@example.com> <eve' } }, says: 'domain', because: 'a closed bracket' },
  { changes: { to: { address: 'ada lovelace@example.com' } }, says: 'local part', because: 'a space' },
  { changes: { to: { address: '@example.com' } }, says: 'local part', because: 'no local part' },
  { changes: { to: { address: 'example.com' } }, says: 'local part', because: 'no @' },
  {
    changes: { to: { address: 'ada@exa%6dple.com' } },
    says: 'domain',
    because: 'an escaped domain, which the URL parser would unescape',
  },
  { changes: { to: { address: 'ada@' } }, says: 'domain', because: 'no domain' },
  { changes: { to: { address: 'ada@-example.com' } }, says: 'domain', because: 'no host name' },
  { changes: { to: { address: `${'a'.repeat(65)}@example.com` } }, says: 'local part', because: 'more than 64 characters' },
  { changes: { from: { address: 'rae@acme.example\n' } }, says: 'domain', because: 'a line feed in the sender' },
  { changes: { messageId: 'no brackets' }, says: 'Message-ID', because: 'no message id' },
  { changes: { inReplyTo: '<a@b>\r\nBcc: <c@d>' }, says: 'In-Reply-To', because: 'a header in a reference' },
  { changes: { references: ['<a@b>', '<a b@c>'] }, says: 'References', because: 'a space in a reference' },
  { changes: { extra: { Bcc: 'eve@example.com' } }, says: 'extra header', because: 'a header that is not ours' },
  { changes: { extra: { 'X-Id': '1\r\nBcc: eve@example.com' } }, says: 'extra header', because: 'a header in an extra one' },
  {
    changes: { unsubscribe: { url: 'https://a.example/>,<https://b.example', mailto: 'mailto:a@b' } },
    says: 'unsubscribe',
    because: 'a second link in a link',
  },
  {
    changes: { unsubscribe: { url: 'http://a.example/u', mailto: 'mailto:a@b' } },
    says: 'unsubscribe',
    because: 'one-click over plain http',
  },
])('refused: $because', ({ changes, says }) => {
  expect(() => compose({ ...message, ...changes })).toThrow(says);
});

test('a domain in any language goes out in ASCII, and back', async () => {
  const to = { name: 'Jürgen', address: 'juergen@Bücher.example' };
  expect(compose({ ...message, to })).toMatchObject({ envelopeTo: 'juergen@xn--bcher-kva.example', smtpUtf8: false });
  expect(first((await parse({ to })).to)?.address).toBe('juergen@bücher.example');
});

test('a local part in another script is kept and needs SMTPUTF8', async () => {
  const to = { name: '佐藤', address: '佐藤@例え.jp' };
  expect(compose({ ...message, to })).toMatchObject({ envelopeTo: '佐藤@xn--r8jz45g.jp', smtpUtf8: true });
  expect(first((await parse({ to })).to)?.address).toContain('佐藤@');
});

test.each([
  { text: 'From here on\nFrom there', because: 'mailbox files would put > before From' },
  { text: `${'long '.repeat(300)}end`, because: 'a line too long for SMTP' },
  { text: 'a\r\nb\rc\nd', because: 'every kind of line end' },
  { text: 'trailing blanks \t\nand = signs = é', because: 'quoted-printable specials' },
  { text: '.\n..\n.dot', because: 'lines that begin with a dot' },
  { text: '\u0000\u0007 control', because: 'control characters in a body are encoded' },
])('a body survives: $because', async ({ text }) => {
  const bytes = raw({ text, html: undefined });
  expect(
    Math.max(
      ...bytes
        .toString()
        .split('\r\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(998);
  expect(bytes.toString()).not.toMatch(/\r\n\r\n[^]*^From /m);
  expect((await simpleParser(bytes)).text).toBe(`${text.replaceAll(/\r\n?/g, '\n')}\n`);
});
