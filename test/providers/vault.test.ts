import { createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { generateVaultKey, vault, VaultRefused, type VaultWorld } from '../../providers/vault.ts';

const place = { tenantId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c11', column: 'mailboxes.smtp_password' };
const bytesFrom = (seed: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, index) => (seed + index * 7) % 256));
const key = bytesFrom(3, 64).toString('base64url');
const otherKey = bytesFrom(90, 64).toString('base64url');

function worldAt(isoInstant: string, iv = bytesFrom(0, 16)): VaultWorld {
  return { nowSeconds: () => Date.parse(isoInstant) / 1000, iv: () => iv };
}

test('what goes in comes out, whatever it is', () => {
  const { encrypt, decrypt } = vault([key]);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (secret) => decrypt(encrypt(secret, place), place).toString() === Buffer.from(secret).toString(),
    ),
  );
});

test('a token is version 0x81, time, IV, AES-256-CBC and an HMAC over all of it and its place', () => {
  const token = Buffer.from(vault([key], worldAt('1985-10-26T01:20:00-07:00')).encrypt('hello', place), 'base64url');
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(key, 'base64url').subarray(0, 32), bytesFrom(0, 16));
  const head = Buffer.concat([
    Buffer.from('81000000001dc09eb0', 'hex'),
    bytesFrom(0, 16),
    cipher.update('hello'),
    cipher.final(),
  ]);
  const data = `["${place.tenantId}","${place.column}"]`;
  const length = Buffer.from([0, 0, 0, 0, 0, 0, 0, data.length]);
  const mac = createHmac('sha256', Buffer.from(key, 'base64url').subarray(32)).update(head).update(data).update(length).digest();
  expect(token).toEqual(Buffer.concat([head, mac]));
});

test.each([
  { where: { ...place, tenantId: '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c12' }, because: 'another tenant' },
  { where: { ...place, column: 'mailboxes.dkim_key' }, because: 'another column' },
  { where: { tenantId: `${place.tenantId}","m`, column: place.column.slice(1) }, because: 'another split of the same letters' },
])('a token does not open for $because', ({ where }) => {
  const token = vault([key]).encrypt('hello', place);
  expect(() => vault([key]).decrypt(token, where)).toThrow(VaultRefused);
});

test('no bit of a token can change', () => {
  const { encrypt, decrypt } = vault([key]);
  const token = Buffer.from(encrypt('hello', place), 'base64url');
  fc.assert(
    fc.property(fc.nat(token.length * 8 - 1), (bit) => {
      const changed = Buffer.from(token);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decrypt(changed.toString('base64url'), place)).toThrow(VaultRefused);
    }),
  );
});

test('rotation: old tokens open under the older key, rotated ones without it, and keep their time', () => {
  const old = vault([key], worldAt('2026-01-01T00:00:00Z')).encrypt('hello', place);
  const both = vault([otherKey, key], worldAt('2026-06-01T00:00:00Z'));
  expect(both.decrypt(old, place).toString()).toBe('hello');
  const rotated = both.rotate(old, place);
  const alone = vault([otherKey], worldAt('2026-06-01T00:00:00Z'));
  expect(alone.decrypt(rotated, place).toString()).toBe('hello');
  expect(() => alone.decrypt(old, place)).toThrow(VaultRefused);
  expect(() => alone.decrypt(rotated, place, { maxAgeSeconds: 3600 })).toThrow('too old');
});

test.each([
  { keys: [], because: 'no key at all', says: 'at least one key' },
  { keys: ['hunter2'], because: 'a short one', says: '64 random bytes' },
  { keys: [Buffer.alloc(64).toString('base64url')], because: 'zeros', says: 'not random' },
  {
    keys: [Buffer.from('correct horse battery staple '.repeat(3).slice(0, 64)).toString('base64url')],
    because: 'a phrase',
    says: 'not random',
  },
  {
    keys: [Buffer.concat([bytesFrom(1, 32), bytesFrom(1, 32)]).toString('base64url')],
    because: 'the same half twice',
    says: 'not random',
  },
  { keys: [`${key}!`], because: 'a foreign character', says: '64 random bytes' },
  { keys: ['cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='], because: 'a key that only reads', says: 'only reads' },
  { keys: [key, 'hunter2'], because: 'a short older one', says: '64 random bytes' },
])('a vault refuses $because', ({ keys, says }) => {
  expect(() => vault(keys)).toThrow(says);
});

test('a generated key is accepted', () => {
  expect(vault([generateVaultKey()]).encrypt('x', place)).toMatch(/^g/);
});

// The vectors of https://github.com/fernet/spec (verify.json, invalid.json), read by a key that was brought in.
describe('tokens as specified', () => {
  const secret = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
  const at = (now: string) => vault([key, secret], worldAt(now));
  const good = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';

  test('are read', () => {
    expect(at('1985-10-26T01:20:01-07:00').decrypt(good, place, { maxAgeSeconds: 60 }).toString()).toBe('hello');
  });

  test('become ours by rotation, bound to their place', () => {
    const ours = at('1985-10-26T01:20:01-07:00').rotate(good, place);
    expect(vault([key]).decrypt(ours, place).toString()).toBe('hello');
    expect(() => vault([key]).decrypt(ours, { ...place, column: 'other' })).toThrow(VaultRefused);
  });

  test.each([
    {
      because: 'incorrect mac',
      token: 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
    },
    { because: 'too short', token: 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==' },
    {
      because: 'invalid base64',
      token: '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    },
    {
      because: 'payload size not multiple of block size',
      token: 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
    },
    {
      because: 'payload padding error',
      token: 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
    },
    {
      because: 'far-future TS',
      token: 'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==',
    },
    {
      because: 'incorrect IV',
      token: 'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
    },
    {
      because: 'expired TTL',
      token: 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
      now: '1985-10-26T01:21:31-07:00',
    },
  ])('are refused: $because', ({ token, now = '1985-10-26T01:20:01-07:00' }) => {
    expect(() => at(now).decrypt(token, place, { maxAgeSeconds: 60 })).toThrow(VaultRefused);
  });
});
