import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { addressHash, addressHasher, addressHashOfSha256, domainHash } from '../../providers/keyedHash.ts';

const platformKey = Buffer.alloc(32, 7);
const tenantId = '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c11';

test('the construction, step by step', () => {
  const tenantKey = createHmac('sha256', platformKey).update(`address:${tenantId}`).digest();
  const inside = createHash('sha256').update('ada@example.com').digest();
  expect(addressHash(platformKey, tenantId, 'ada@example.com')).toEqual(createHmac('sha256', tenantKey).update(inside).digest());
});

test('an imported SHA-256 suppresses the same subject as the address or domain itself', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  expect(addressHashOfSha256(platformKey, tenantId, sha256('ada@example.com'))).toEqual(
    addressHash(platformKey, tenantId, 'ada@example.com'),
  );
  expect(addressHashOfSha256(platformKey, tenantId, sha256('@example.com'))).toEqual(
    domainHash(platformKey, tenantId, 'example.com'),
  );
});

test('tenants cannot compare their lists', () => {
  const other = addressHash(platformKey, '7d9b3a52-6a1c-4b61-8a2e-0f6f3f6f8c12', 'ada@example.com');
  expect(other.equals(addressHash(platformKey, tenantId, 'ada@example.com'))).toBe(false);
});

test('a short key and a wrong hash are refused', () => {
  expect(() => addressHash(Buffer.alloc(16, 7), tenantId, 'ada@example.com')).toThrow('at least 32 bytes');
  expect(() => addressHashOfSha256(platformKey, tenantId, Buffer.alloc(20))).toThrow('32 bytes, not 20');
});

test('many addresses hash as each of them does', () => {
  const hash = addressHasher(platformKey, tenantId);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (address) => {
      expect(hash(address)).toEqual(addressHash(platformKey, tenantId, address));
      const sha256 = createHash('sha256').update(address).digest();
      expect(hash.ofSha256(sha256)).toEqual(addressHashOfSha256(platformKey, tenantId, sha256));
    }),
  );
});
