import fc from 'fast-check';
import {
  findLink,
  type LinkKeys,
  MAIL_KEY_BYTES,
  readLink,
  readMailLocalPart,
  signLink,
  signMailLocalPart,
} from '../../providers/linkToken.ts';

const keys: LinkKeys = [Buffer.alloc(32, 1)];
const bytes = (count: number) => fc.uint8Array({ minLength: count, maxLength: count }).map((array) => Buffer.from(array));
const links = fc.record({
  kind: fc.constantFrom('unsubscribe' as const, 'preferences' as const),
  tenantId: fc.uuid(),
  enrolmentId: fc.uuid(),
  sequenceId: fc.uuid(),
  addressHash: bytes(32),
});
const mails = fc.record({
  kind: fc.constantFrom('reply' as const, 'bounce' as const, 'unsubscribe' as const),
  mailKey: bytes(MAIL_KEY_BYTES),
  step: fc.nat(65_535),
});

test('a link says what was signed, in characters that any URL takes', () => {
  fc.assert(
    fc.property(links, (claims) => {
      const token = signLink(keys, claims);
      expect(token).toMatch(/^[A-Za-z0-9_-]{130}$/);
      expect(readLink(keys, token)).toEqual(claims);
    }),
  );
});

test('a local part says what was signed, fits 64 characters and survives any change of case', () => {
  fc.assert(
    fc.property(mails, fc.func(fc.boolean()), (claims, isUpper) => {
      const localPart = signMailLocalPart(keys, claims);
      expect(localPart.length).toBeLessThanOrEqual(64);
      expect(localPart).toMatch(/^[a-z]+\+[a-z2-7]+$/);
      const shouted = Array.from(localPart, (letter, index) => (isUpper(index) ? letter.toUpperCase() : letter)).join('');
      expect(readMailLocalPart(keys, shouted)).toEqual(claims);
    }),
  );
});

test('no other text of the same length is a token: every single change is refused', () => {
  const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+ ='.split(''));
  const changed = (text: string, index: number, letter: string) => text.slice(0, index) + letter + text.slice(index + 1);
  fc.assert(
    fc.property(links, fc.nat(129), alphabet, (claims, index, letter) => {
      const token = signLink(keys, claims);
      fc.pre(token[index] !== letter);
      expect(readLink(keys, changed(token, index, letter))).toBeNull();
    }),
  );
  fc.assert(
    fc.property(mails, fc.nat(56), alphabet, (claims, index, letter) => {
      const token = signMailLocalPart(keys, claims);
      fc.pre(index < token.length && token[index] !== letter.toLowerCase());
      expect(readMailLocalPart(keys, changed(token, index, letter))).toBeNull();
    }),
  );
});

const claims = {
  kind: 'unsubscribe' as const,
  tenantId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c11',
  enrolmentId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c12',
  sequenceId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c13',
  addressHash: Buffer.alloc(32, 9),
};
const mail = { kind: 'reply' as const, mailKey: Buffer.alloc(MAIL_KEY_BYTES, 5), step: 2 };

test('keys rotate: the newest signs, an older one still verifies, a dropped one does not', () => {
  const [old] = keys;
  const rotated: LinkKeys = [Buffer.alloc(32, 2), old];
  expect(readLink(rotated, signLink(keys, claims))).toEqual(claims);
  expect(readMailLocalPart(rotated, signMailLocalPart(keys, mail))).toEqual(mail);
  expect(readLink(keys, signLink(rotated, claims))).toBeNull();
});

test('kinds do not turn into each other', () => {
  const token = signMailLocalPart(keys, mail).split('+')[1];
  expect(readMailLocalPart(keys, `unsubscribe+${token}`)).toBeNull();
  expect(readMailLocalPart(keys, `bounce+${token}`)).toBeNull();
  const link = Buffer.from(signLink(keys, claims), 'base64url');
  link[0] = 1; // says 'preferences', signed as 'unsubscribe'
  expect(readLink(keys, link.toString('base64url'))).toBeNull();
});

test.each([
  '',
  'reply',
  'reply+',
  '+',
  'reply+a+b',
  'postmaster',
  `${signMailLocalPart(keys, mail)}a`,
  ` ${signMailLocalPart(keys, mail)}`,
])('the local part %j is no token', (localPart) => expect(readMailLocalPart(keys, localPart)).toBeNull());

test('a link token is found in a subject, whatever stands around it', () => {
  const token = signLink(keys, claims);
  expect(findLink(keys, token)).toEqual(claims);
  expect(findLink(keys, `Unsubscribe: ${token}.`)).toEqual(claims);
  expect(findLink(keys, `${'x'.repeat(130)} ${token}`)).toEqual(claims);
  expect(findLink(keys, `x${token}`)).toBeNull();
  expect(findLink(keys, 'unsubscribe')).toBeNull();
});

test('what cannot be a claim is not signed', () => {
  expect(() => signLink(keys, { ...claims, tenantId: 'ada@example.com' })).toThrow('uuid');
  expect(() => signLink(keys, { ...claims, addressHash: Buffer.alloc(20) })).toThrow('32 bytes');
  expect(() => signMailLocalPart(keys, { ...mail, step: 65_536 })).toThrow('out of range');
  expect(() => signMailLocalPart(keys, { ...mail, mailKey: Buffer.alloc(8) })).toThrow('10 bytes');
  expect(() => signLink([Buffer.alloc(8)], claims)).toThrow('at least 32 bytes');
});
